/** Estimates what a monitor costs, and says what that stands on. */
import { useState } from 'react';
import type { Judging } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { costWords, SHARES } from './cost.ts';

interface CostEstimateProps {
  readonly judging: Judging;
  /** Checks in thirty days. */
  readonly checks: number;
}

export function CostEstimate({ judging, checks }: CostEstimateProps) {
  const [share, setShare] = useState<number>(20);
  return (
    <section className="cost" aria-label={t('preview.cost.title')}>
      <h3>{t('preview.cost.title')}</h3>
      <div className="row">
        <label htmlFor="share">{t('preview.cost.foundBy')}</label>
        <select id="share" value={share} onChange={(event) => setShare(Number(event.target.value))}>
          {SHARES.map((each) => (
            <option key={each} value={each}>
              {each === 1
                ? t('preview.cost.eachCheck')
                : t('preview.cost.oneCheckIn', { share: each })}
            </option>
          ))}
        </select>
      </div>
      <p>{t('preview.cost.then', { cost: costWords(judging, checks, share) })}</p>
      <p className="muted">
        {t('preview.cost.standsOn', {
          asked: judging.tokensIn,
          answered: judging.tokensOut,
          model: judging.model,
        })}
      </p>
    </section>
  );
}
