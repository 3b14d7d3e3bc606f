/** The values of a monitor: of each a chart, its gaps with their reasons, and the same numbers as a table. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { get } from '../api.ts';
import { Empty, Failure, Loading } from './notice.tsx';
import { gapsOf, numberWords, summaryOf, whyWords, type ValueSeries } from './valueSeries.ts';
import './values.css';

// The library that draws is as large as half of the dashboard.
const ValueChart = lazy(() => import('./valueChart.tsx'));

const DAY_MS = 86_400_000;
const RANGES = { Day: 1, Week: 7, Month: 30, Year: 365 } as const;
type Range = keyof typeof RANGES;

export function ValuesView({ name }: { readonly name: string }) {
  const [range, setRange] = useState<Range>('Week');
  const found = useQuery({
    queryKey: ['values', name, range],
    queryFn: () => {
      const from = new Date(Date.now() - RANGES[range] * DAY_MS).toISOString();
      const path = `/monitors/${encodeURIComponent(name)}/values?from=${from}`;
      return get<{ readonly series: readonly ValueSeries[] }>(path);
    },
  });
  return (
    <>
      <div className="tabs" role="group" aria-label="How far back">
        {Object.keys(RANGES).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === range}
            onClick={() => setRange(each as Range)}
          >
            {each}
          </button>
        ))}
      </div>
      {found.isPending ? (
        <Loading />
      ) : found.error ? (
        <Failure error={found.error} />
      ) : found.data.series.length === 0 ? (
        <Empty>No check read a number in this time.</Empty>
      ) : (
        found.data.series.map((series) => (
          <Value
            key={`${series.source}/${series.name}`}
            series={series}
            isAlone={found.data.series.every(({ source }) => source === series.source)}
          />
        ))
      )}
    </>
  );
}

interface ValueProps {
  readonly series: ValueSeries;
  /** Whether all values are of one source, which need not be named then. */
  readonly isAlone: boolean;
}

function Value({ series, isAlone }: ValueProps) {
  return (
    <section className="value">
      <h2>
        {series.name}
        {!isAlone && <small> on {series.source}</small>}
      </h2>
      <p>{summaryOf(series)}</p>
      <Suspense fallback={<div className="chart" />}>
        <ValueChart series={series} />
      </Suspense>
      <Gaps series={series} />
      <details>
        <summary>The numbers of {series.name} as a table</summary>
        <Numbers series={series} />
      </details>
    </section>
  );
}

const MOST_GAPS = 5;

function Gaps({ series }: { readonly series: ValueSeries }) {
  const gaps = gapsOf(series).toReversed();
  if (gaps.length === 0) return null;
  return (
    <ul className="gaps" aria-label={`Times without a number of ${series.name}`}>
      {gaps.slice(0, MOST_GAPS).map(({ from, to, why }) => (
        <li key={from}>
          <span className="muted">{span(from, to)}</span> {why}
        </li>
      ))}
      {gaps.length > MOST_GAPS && (
        <li className="muted">and {gaps.length - MOST_GAPS} more, which the table has</li>
      )}
    </ul>
  );
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const span = (from: string, to: string): string => moment.formatRange(new Date(from), new Date(to));

function Numbers({ series: { name, unit, parts } }: { readonly series: ValueSeries }) {
  const words = (number: string | null): string =>
    number === null ? '–' : numberWords(number, unit);
  return (
    <div className="numbers" role="region" aria-label={`Numbers of ${name}`} tabIndex={0}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Last</th>
            <th scope="col">Lowest</th>
            <th scope="col">Highest</th>
            <th scope="col">Checks</th>
            <th scope="col">Without a number</th>
          </tr>
        </thead>
        <tbody>
          {parts.toReversed().map(({ at, until, min, max, last, read, unread, why, found }) => (
            <tr key={at}>
              <th scope="row">{span(at, until)}</th>
              <td data-label="Last">{words(last)}</td>
              <td data-label="Lowest">{words(min)}</td>
              <td data-label="Highest">{words(max)}</td>
              <td data-label="Checks">{read + unread}</td>
              <td data-label="Without a number">
                {why === null ? '' : `${unread}: ${whyWords(why, found)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
