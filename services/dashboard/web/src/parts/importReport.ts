/** What an import made of a file, as the API says it, and the words for it. Pure. */

export const PROGRAMS = {
  changedetection: 'changedetection.io',
  urlwatch: 'urlwatch or webchanges',
  uptimeKuma: 'Uptime Kuma',
  duckmon: 'duckmon',
} as const;
export type Program = keyof typeof PROGRAMS;

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
  if (size === 0) return 'The file is empty.';
  return size > MOST_BYTES
    ? 'The file has more than 240 KB. Split it, or run npx duckmon import FILE, which takes larger ones.'
    : undefined;
}

/** `x: why; what to do`, as a sentence. */
export const noteWords = ({ why, todo }: Pick<ImportNote, 'why' | 'todo'>): string =>
  todo === '' ? `${why}.` : `${why}; ${todo}.`;

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;

/** How many there are of each kind, such as `2 can be created, 1 is skipped`. */
export function summaryWords({ from, objects, skipped }: ImportReport): string {
  const of = (state: Imported['state']): number =>
    objects.filter((one) => one.state === state).length;
  const parts = [
    [of('created'), 'created'],
    [of('new'), 'can be created'],
    [of('taken'), 'left alone, because the name is taken'],
    [of('refused'), 'refused'],
    [skipped.length, 'skipped'],
  ] as const;
  const told = parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`);
  const entries = count(objects.length + skipped.length, 'entry').replace(/entrys$/, 'entries');
  return `${entries} of ${PROGRAMS[from]}: ${told.join(', ') || 'nothing can be made of it'}.`;
}
