/** What an import made of a file, as the API says it, and the words for it. Pure. */

import { t } from '../texts/texts.ts';

export const PROGRAMS = ['changedetection', 'urlwatch', 'uptimeKuma', 'duckmon'] as const;
export type Program = (typeof PROGRAMS)[number];

const PRODUCTS = {
  changedetection: 'changedetection.io',
  uptimeKuma: 'Uptime Kuma',
  duckmon: 'duckmon',
} as const;

/** What the program is called. */
export const programWords = (program: Program): string =>
  program === 'urlwatch' ? t('imports.urlwatch') : PRODUCTS[program];

export interface ImportNote {
  readonly field: string;
  readonly what: 'changed' | 'leftOut';
  readonly why: string;
  readonly todo: string;
}

export interface Imported {
  readonly kind: 'MonitorJob' | 'NotificationChannel';
  readonly name: string;
  /** What the file calls it. */
  readonly label: string;
  readonly notes: readonly ImportNote[];
  readonly state: 'new' | 'taken' | 'refused' | 'created';
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

export interface ImportReport {
  readonly from: Program;
  readonly objects: readonly Imported[];
  readonly skipped: readonly {
    readonly label: string;
    readonly why: string;
    readonly todo: string;
  }[];
  readonly notes: readonly ImportNote[];
}

/** The API takes 256 KB; text in JSON grows a little. */
const MOST_BYTES = 240 * 1024;

/** Why a file is not even sent. */
export function whyNot({ size }: { readonly size: number }): string | undefined {
  if (size === 0) return t('imports.empty');
  return size > MOST_BYTES ? t('imports.tooLarge') : undefined;
}

/** `x: why; what to do`, as a sentence. */
export const noteWords = ({ why, todo }: Pick<ImportNote, 'why' | 'todo'>): string =>
  todo === '' ? `${why}.` : `${why}; ${todo}.`;

/** How many there are of each kind, such as `2 can be created, 1 is skipped`. */
export function summaryWords({ from, objects, skipped }: ImportReport): string {
  const of = (state: Imported['state']): number =>
    objects.filter((one) => one.state === state).length;
  const parts = [
    ['created', of('created')],
    ['new', of('new')],
    ['taken', of('taken')],
    ['refused', of('refused')],
    ['skipped', skipped.length],
  ] as const;
  const told = parts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => t(`imports.parts.${name}`, { count }));
  return t('imports.summary', {
    count: objects.length + skipped.length,
    program: programWords(from),
    parts: told.join(', ') || t('imports.parts.nothing'),
  });
}
