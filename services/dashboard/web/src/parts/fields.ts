/** Who else owns the fields of a monitor, and what is said of each. Pure; tested without a browser. */
import type { FieldProblem } from '../api.ts';
import type { MonitorJob, Ownership } from '../objects.ts';
import { locale, t } from '../texts/texts.ts';

const isInside = (path: string, holder: string): boolean =>
  path === holder || path.startsWith(`${holder}.`) || path.startsWith(`${holder}[`);

/** Why a field cannot be edited here; '' when that is said for the whole form; undefined when it can. */
export function lockedAt(
  { status }: Pick<MonitorJob, 'status'>,
  paths: readonly string[],
): string | undefined {
  const ownership = status?.ownership;
  if (ownership === undefined) return undefined;
  if (ownership.readOnly !== null) return '';
  const owned = ownership.fields.filter((field) =>
    paths.some((path) => isInside(field.path, path) || isInside(path, field.path)),
  );
  const managers = [...new Set(owned.flatMap((field) => field.managers))];
  if (managers.length === 0) return undefined;
  return t('form.owned', { managers: new Intl.ListFormat(locale()).format(managers) });
}

/** Everybody else who owns a part of the object, each once. */
export const ownersOf = (ownership: Ownership | undefined): string[] => [
  ...new Set((ownership?.fields ?? []).flatMap(({ managers }) => managers)),
];

/** What the API says of a field of the form; of an item of a list it says it at each of its fields. */
export const problemAt = (problems: readonly FieldProblem[], path: string): string =>
  problems
    .filter((problem) => isInside(problem.path, path) || isItemOf(problem.path, path))
    .map(({ message }) => message)
    .join('; ');

const isItemOf = (item: string, path: string): boolean =>
  item.endsWith(']') && path.startsWith(`${item}.`);

/** What it says of fields that have no place of their own in the form. */
export const problemsElsewhere = (
  problems: readonly FieldProblem[],
  places: readonly string[],
): readonly FieldProblem[] =>
  problems.filter((problem) => !places.some((place) => problemAt([problem], place) !== ''));
