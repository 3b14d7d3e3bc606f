/** The values of a monitor as somebody writes them. Pure; tested without a browser. */

/** One value of a spec. */
export interface ValueRule {
  readonly name: string;
  readonly select?: string | undefined;
  readonly regex?: string | undefined;
  readonly unit?: string | undefined;
}

/** One that is being written. */
export interface ValueDraft {
  /** Of the row on the page. */
  readonly id: number;
  readonly name: string;
  readonly by: 'select' | 'regex';
  readonly text: string;
  readonly unit: string;
}

/** Values of a job at the most. */
export const MOST_VALUES = 10;

/** An empty row behind the others. */
export const emptyValue = (drafts: readonly ValueDraft[]): ValueDraft => ({
  id: Math.max(0, ...drafts.map(({ id }) => id)) + 1,
  name: '',
  by: 'select',
  text: '',
  unit: '',
});

/** The rows of a spec's values. */
export const draftsOfValues = (values: readonly ValueRule[] | undefined): ValueDraft[] =>
  (values ?? []).map(({ name, select, regex, unit }, index) => ({
    id: index + 1,
    name,
    by: regex === undefined ? 'select' : 'regex',
    text: regex ?? select ?? '',
    unit: unit ?? '',
  }));

/** The values of a spec, in which empty fields do not stand; undefined where there are none. */
export function valuesOfDrafts(drafts: readonly ValueDraft[]): ValueRule[] | undefined {
  const values = drafts.map(({ name, by, text, unit }) => ({
    name: name.trim(),
    [by]: text.trim(),
    ...(unit.trim() === '' ? {} : { unit: unit.trim() }),
  }));
  return values.length === 0 ? undefined : values;
}
