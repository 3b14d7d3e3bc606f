/** How much of what a monitor told was right, in words. Pure; tested without a browser. */

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
      ? 'nothing that was told was rated yet'
      : `${Math.round(precision * 100)} % of what was told was right (${told.right} of ${rated})`;
  if (silent.wrong === 0) return ofTold;
  const silences = silent.wrong === 1 ? '1 silence was' : `${silent.wrong} silences were`;
  return `${ofTold}; ${silences} wrong`;
}
