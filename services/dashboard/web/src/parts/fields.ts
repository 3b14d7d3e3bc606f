/** The fields of a monitor that the form edits, and who else owns them. Pure; tested without a browser. */
import type { FieldProblem } from '../api.ts';
import type { MonitorJob, Ownership } from '../objects.ts';

export interface FormField {
  /** As the API names it, such as `spec.sources[0].url`. */
  readonly path: string;
  readonly label: string;
  readonly value: string;
  readonly kind: 'line' | 'text';
  readonly required: boolean;
  readonly set: (job: MonitorJob, value: string) => MonitorJob;
}

type Spec = MonitorJob['spec'];

const withSpec = (job: MonitorJob, change: Partial<Spec>): MonitorJob => ({
  ...job,
  spec: { ...job.spec, ...change },
});

/** An empty text takes an optional field away; what was never there stays away. */
function withoutEmpty<T extends object>(holder: T, name: string, value: string): T {
  const { [name]: _old, ...rest } = holder as Record<string, unknown>;
  return (value === '' ? rest : { ...rest, [name]: value }) as T;
}

/** The fields of the form in its order; a monitor with a cron has its schedule elsewhere. */
export function formFields({ spec }: MonitorJob): FormField[] {
  const { description = '', goal, schedule, sources } = spec;
  const about: FormField[] = [
    {
      path: 'spec.description',
      label: 'Description',
      value: description,
      kind: 'line',
      required: false,
      set: (job, value) => ({ ...job, spec: withoutEmpty(job.spec, 'description', value) }),
    },
    {
      path: 'spec.goal.prompt',
      label: 'What matters',
      value: goal.prompt ?? '',
      kind: 'text',
      required: false,
      set: (job, value) => withSpec(job, { goal: withoutEmpty(job.spec.goal, 'prompt', value) }),
    },
  ];
  const interval: FormField = {
    path: 'spec.schedule.interval',
    label: 'Check every',
    value: schedule.interval ?? '',
    kind: 'line',
    required: true,
    set: (job, value) => withSpec(job, { schedule: { ...job.spec.schedule, interval: value } }),
  };
  const pages = sources.map(({ name, url }, index): FormField => ({
    path: `spec.sources[${index}].url`,
    label: sources.length === 1 ? 'Page' : `Page ${name}`,
    value: url,
    kind: 'line',
    required: true,
    set: (job, value) =>
      withSpec(job, {
        sources: job.spec.sources.map((source, at) =>
          at === index ? { ...source, url: value } : source,
        ),
      }),
  }));
  return [...about, ...(schedule.interval === undefined ? [] : [interval]), ...pages];
}

/** The job with what was typed, by path; the rest as it was. */
export const withValues = (job: MonitorJob, typed: ReadonlyMap<string, string>): MonitorJob =>
  formFields(job).reduce((changed, { path, set }) => {
    const value = typed.get(path);
    return value === undefined ? changed : set(changed, value.trim());
  }, job);

/** Why a field cannot be edited here; undefined when it can. */
export function ownerText(ownership: Ownership | undefined, path: string): string | undefined {
  const managers = ownership?.fields.find((field) => field.path === path)?.managers;
  return managers && `Owned by ${listed(managers)}; change it there.`;
}

/** Everybody else who owns a part of the object, each once. */
export const ownersOf = (ownership: Ownership | undefined): string[] => [
  ...new Set((ownership?.fields ?? []).flatMap(({ managers }) => managers)),
];

const listed = (names: readonly string[]): string => names.join(' and ');

/** What the API says of a field of the form; of a list's item it says it at each field of the item. */
export const problemsAt = (problems: readonly FieldProblem[], path: string): FieldProblem[] =>
  problems.filter((problem) => problem.path === path || path.startsWith(`${problem.path}.`));

/** What it says of fields that the form does not have. */
export const problemsElsewhere = (
  problems: readonly FieldProblem[],
  fields: readonly FormField[],
): FieldProblem[] =>
  problems.filter((problem) => !fields.some(({ path }) => problemsAt([problem], path).length > 0));
