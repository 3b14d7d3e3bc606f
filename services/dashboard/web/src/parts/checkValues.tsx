/** What a check, or a look before one, read of the monitor's values, and why it did not. */
import { Fragment } from 'react';
import type { CheckSource } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { numberWords, whyWords } from './valueSeries.ts';

interface CheckValuesProps {
  readonly sources: readonly {
    readonly source: string;
    readonly values?: CheckSource['values'] | undefined;
  }[];
}

export function CheckValues({ sources }: CheckValuesProps) {
  const read = sources.flatMap(({ source, values = [] }) =>
    values.map((value) => ({ source, ...value })),
  );
  if (read.length === 0) return null;
  return (
    <>
      <h2>{t('check.values')}</h2>
      <dl className="facts">
        {read.map(({ source, name, number, unit, why, found }) => (
          <Fragment key={`${source}/${name}`}>
            <dt>{sources.length > 1 ? t('check.valueOn', { name, source }) : name}</dt>
            <dd>
              {number === null ? whyWords(why ?? '', found) : numberWords(number, unit)}
              {number !== null && found !== '' && (
                <>
                  {' '}
                  <span className="muted">{t('check.valueFrom', { found })}</span>
                </>
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
