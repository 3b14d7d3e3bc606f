/** How much of what a monitor told was right, in words. Pure; tested without a browser. */
import { t } from '../texts/texts.ts';

export interface Precision {
  readonly told: { readonly right: number; readonly wrong: number };
  readonly silent: { readonly right: number; readonly wrong: number };
  readonly precision: number | null;
}

/** Such as "90 % of what was told was right (9 of 10); 1 silence was wrong". */
export function precisionWords({ told, silent, precision }: Precision): string {
  const rated = told.right + told.wrong;
  const ofTold =
    precision === null
      ? t('monitor.noneRated')
      : t('monitor.rated', { percent: Math.round(precision * 100), right: told.right, rated });
  return silent.wrong === 0
    ? ofTold
    : t('monitor.wrongSilences', { told: ofTold, count: silent.wrong });
}
