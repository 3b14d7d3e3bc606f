/** A monitor that is not saved yet, as the form holds it, and the manifest that it makes. Pure. */
import { scheduleSpec, type Schedule } from './schedule.ts';
import { valuesOfDrafts, type ValueDraft } from './valuesDraft.ts';

export const SIDES = ['Appears', 'Vanishes', 'Present', 'Absent'] as const;
export const OPERATORS = { Lt: '<', Le: '≤', Eq: '=', Ne: '≠', Ge: '≥', Gt: '>' } as const;
export type Side = (typeof SIDES)[number];
export type Operator = keyof typeof OPERATORS;

interface Common {
  /** Tells the rows of the form apart. */
  readonly id: number;
  readonly then: 'Alert' | 'Require';
  /** The one that it has in the manifest; it tells its findings apart from others. */
  readonly name?: string | undefined;
}
export type BuiltCondition = Common &
  (
    | { readonly kind: 'text' | 'regex'; readonly side: Side; readonly value: string }
    | {
        readonly kind: 'number' | 'percentChange';
        readonly select: string;
        readonly op: Operator;
        readonly value: string;
      }
  );
export type BuiltKind = BuiltCondition['kind'];

export type ConditionDraft =
  | BuiltCondition
  /** Of a kind that the form does not build. */
  | (Common & {
      readonly kind: 'kept';
      readonly spec: Readonly<Record<string, unknown>>;
      readonly text: string;
    });

export interface FurtherPage {
  readonly name: string;
  readonly url: string;
}

export interface MonitorDraft {
  readonly url: string;
  /** Undefined while the name follows the address. */
  readonly name: string | undefined;
  readonly description: string;
  /** Pages besides the first one. */
  readonly further: readonly FurtherPage[];
  readonly prompt: string;
  /** What of the page counts, as a CSS selector; empty for all. */
  readonly select: string;
  readonly schedule: Schedule;
  readonly conditions: readonly ConditionDraft[];
  readonly values: readonly ValueDraft[];
  readonly channels: readonly string[];
  /** With commas between them. */
  readonly tags: string;
}

export const EMPTY_DRAFT: MonitorDraft = {
  url: '',
  name: undefined,
  description: '',
  further: [],
  prompt: '',
  select: '',
  schedule: { kind: 'every', amount: 15, unit: 'minutes' },
  conditions: [],
  values: [],
  channels: [],
  tags: '',
};

/** Another kind keeps what it can of the row. */
export function conditionOf(
  kind: BuiltKind,
  { id, then, name, value }: Common & { readonly value: string },
): BuiltCondition {
  return kind === 'text' || kind === 'regex'
    ? { id, then, name, kind, side: 'Appears', value }
    : { id, then, name, kind, select: '', op: 'Lt', value };
}

/** Whether an address can be looked at yet. */
export function isAddress(text: string): boolean {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname.includes('.');
}

const MOST_OF_A_NAME = 40;

/** A name for the page at an address, such as `shop-example-duck`. */
export function nameOf(url: string): string {
  const parsed = URL.parse(url.trim());
  if (parsed === null) return '';
  const words = `${parsed.hostname.replace(/^www\./, '')} ${parsed.pathname}`.toLowerCase();
  return words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+/g, '')
    .slice(0, MOST_OF_A_NAME)
    .replaceAll(/-+$/g, '');
}

export const draftName = ({ name, url }: MonitorDraft): string => name ?? nameOf(url);

/** The conditions of the manifest; those without a name get the first ones that are free. */
export function conditionSpecs(
  conditions: readonly ConditionDraft[],
): readonly Readonly<Record<string, unknown>>[] {
  const taken = new Set(conditions.map(({ name }) => name));
  const names = Array.from(
    { length: 2 * conditions.length },
    (_none, index) => `condition-${index + 1}`,
  ).filter((name) => !taken.has(name));
  return conditions.map((draft) => conditionSpec(draft, draft.name ?? names.shift() ?? ''));
}

function conditionSpec(draft: ConditionDraft, name: string): Readonly<Record<string, unknown>> {
  const common = { name, then: draft.then };
  switch (draft.kind) {
    case 'kept':
      return draft.spec;
    case 'text':
      return { ...common, text: { contains: draft.value, side: draft.side } };
    case 'regex':
      return { ...common, regex: { pattern: draft.value, side: draft.side } };
    case 'number':
    case 'percentChange': {
      const { select, op, value } = draft;
      return { ...common, [draft.kind]: { select, op, value } };
    }
    default:
      return draft satisfies never;
  }
}

export const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** The MonitorJob; what was left empty is left out. */
export function manifestOf(draft: MonitorDraft, timeZone: string): Record<string, unknown> {
  const { url, select, schedule, conditions, channels } = draft;
  const [prompt, selector, tags] = [draft.prompt.trim(), select.trim(), tagsOf(draft.tags)];
  const description = draft.description.trim();
  const values = valuesOfDrafts(draft.values);
  const source = {
    name: 'page',
    url: url.trim(),
    ...(selector === '' ? {} : { select: { include: [selector] } }),
  };
  return {
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'MonitorJob',
    metadata: { name: draftName(draft) },
    spec: {
      ...(description === '' ? {} : { description }),
      sources: [source],
      schedule: scheduleSpec(schedule, timeZone),
      goal: prompt === '' ? {} : { prompt },
      ...(tags.length === 0 ? {} : { tags }),
      ...(conditions.length === 0 ? {} : { conditions: conditionSpecs(conditions) }),
      ...(values === undefined ? {} : { values }),
      ...(channels.length === 0
        ? {}
        : { alerting: { channelRefs: channels.map((name) => ({ name })) } }),
    },
  };
}

/** To look at the page alone a name and a goal are asked for, but make no difference. */
export const previewManifest = (draft: MonitorDraft, timeZone: string): Record<string, unknown> =>
  manifestOf(
    {
      ...draft,
      name: draftName(draft) === '' ? 'preview' : draftName(draft),
      prompt: draft.prompt.trim() === '' ? 'Anything' : draft.prompt,
    },
    timeZone,
  );
