/** Sentences about figures, and the check that a bench has measured what it says. */
import type { Spread } from './statistics.ts';

/** A bench measured something else than it says; its figures must not be believed. */
export class ContentError extends Error {
  override name = 'ContentError';
}

/** @throws ContentError with the sentence unless `holds`. */
export function expectContent(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new ContentError(sentence);
}

/** What a figure is held against. */
export interface Target {
  readonly kind: 'atLeast' | 'atMost';
  readonly value: number;
}

export const meets = (value: number, { kind, value: bound }: Target): boolean =>
  kind === 'atLeast' ? value >= bound : value <= bound;

/** A figure with three significant digits, and thousands told apart. */
export const figure = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3 });

/** As `checks/s: 4.2x (3.9 to 4.6), target at least 4: met`. */
export function ratioLine(name: string, { median, min, max }: Spread, target?: Target): string {
  const line = `${name}: ${figure(median)}x (${figure(min)} to ${figure(max)})`;
  return target ? `${line}, ${verdict(median, target)}` : line;
}

/** As `memory: 180 MB, target at most 220: met`. */
export const valueLine = (name: string, value: number, unit: string, target?: Target): string =>
  `${name}: ${figure(value)} ${unit}${target ? `, ${verdict(value, target)}` : ''}`;

const verdict = (value: number, target: Target): string => {
  const bound = target.kind === 'atLeast' ? 'at least' : 'at most';
  return `target ${bound} ${figure(target.value)}: ${meets(value, target) ? 'met' : 'MISSED'}`;
};
