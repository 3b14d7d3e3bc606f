/** The values of a monitor: of each a chart, its gaps with their reasons, and the same numbers as a table. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { get } from '../api.ts';
import { counted, locale, t } from '../texts/texts.ts';
import { loaded } from './loaded.ts';
import { Empty, Failure, Loading } from './notice.tsx';
import { gapsOf, numberWords, summaryOf, whyWords, type ValueSeries } from './valueSeries.ts';
import './values.css';

// The library that draws is as large as half of the dashboard.
const ValueChart = lazy(() => loaded(() => import('./valueChart.tsx')));

const DAY_MS = 86_400_000;
const RANGES = ['day', 'week', 'month', 'year'] as const;
type Range = (typeof RANGES)[number];
const DAYS: Readonly<Record<Range, number>> = { day: 1, week: 7, month: 30, year: 365 };

export function ValuesView({ name }: { readonly name: string }) {
  const [range, setRange] = useState<Range>('week');
  const found = useQuery({
    queryKey: ['values', name, range],
    queryFn: () => {
      const from = new Date(Date.now() - DAYS[range] * DAY_MS).toISOString();
      const path = `/monitors/${encodeURIComponent(name)}/values?from=${from}`;
      return get<{ readonly series: readonly ValueSeries[] }>(path);
    },
  });
  return (
    <>
      <div className="tabs" role="group" aria-label={t('values.howFarBack')}>
        {RANGES.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === range}
            onClick={() => setRange(each)}
          >
            {t(`values.ranges.${each}`)}
          </button>
        ))}
      </div>
      {found.isPending ? (
        <Loading />
      ) : found.error ? (
        <Failure error={found.error} />
      ) : found.data.series.length === 0 ? (
        <Empty>{t('values.none')}</Empty>
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
        {isAlone
          ? series.name
          : t.rich('values.nameOn', {
              name: series.name,
              source: series.source,
              small: (words) => <small>{words}</small>,
            })}
      </h2>
      <p>{summaryOf(series)}</p>
      <Suspense fallback={<div className="chart" />}>
        <ValueChart series={series} />
      </Suspense>
      <Gaps series={series} />
      <details>
        <summary>{t('values.asTable', { name: series.name })}</summary>
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
    <ul className="gaps" aria-label={t('values.gaps', { name: series.name })}>
      {gaps.slice(0, MOST_GAPS).map(({ from, to, why }) => (
        <li key={from}>
          <span className="muted">{span(from, to)}</span> {why}
        </li>
      ))}
      {gaps.length > MOST_GAPS && (
        <li className="muted">{t('values.moreGaps', { count: gaps.length - MOST_GAPS })}</li>
      )}
    </ul>
  );
}

const span = (from: string, to: string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).formatRange(
    new Date(from),
    new Date(to),
  );

function Numbers({ series: { name, unit, parts } }: { readonly series: ValueSeries }) {
  const words = (number: string | null): string =>
    number === null ? '–' : numberWords(number, unit);
  return (
    <div className="numbers" role="region" aria-label={t('values.table', { name })} tabIndex={0}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t('values.columns.when')}</th>
            <th scope="col">{t('values.columns.last')}</th>
            <th scope="col">{t('values.columns.lowest')}</th>
            <th scope="col">{t('values.columns.highest')}</th>
            <th scope="col">{t('values.columns.checks')}</th>
            <th scope="col">{t('values.columns.unread')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.toReversed().map(({ at, until, min, max, last, read, unread, why, found }) => (
            <tr key={at}>
              <th scope="row">{span(at, until)}</th>
              <td data-label={t('values.columns.last')}>{words(last)}</td>
              <td data-label={t('values.columns.lowest')}>{words(min)}</td>
              <td data-label={t('values.columns.highest')}>{words(max)}</td>
              <td data-label={t('values.columns.checks')}>{counted(read + unread)}</td>
              <td data-label={t('values.columns.unread')}>
                {why === null ? '' : `${counted(unread)}: ${whyWords(why, found)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
