/** A monitor that exists, as the form holds it, and the manifest that an edit makes of it. Pure. */
import type { ConditionSpec, MonitorJob } from '../objects.ts';
import {
  conditionSpecs,
  EMPTY_DRAFT,
  tagsOf,
  type ConditionDraft,
  type MonitorDraft,
  type Operator,
  type Side,
} from './monitorDraft.ts';
import { scheduleOf, scheduleSpec } from './schedule.ts';
import { draftsOfValues, valuesOfDrafts } from './valuesDraft.ts';

/** What the form shows of a monitor. */
export function draftOf({ metadata, spec }: MonitorJob): MonitorDraft {
  const [first, ...further] = spec.sources;
  return {
    ...EMPTY_DRAFT,
    name: metadata.name,
    description: spec.description ?? '',
    url: first?.url ?? '',
    further: further.map(({ name, url }) => ({ name, url })),
    prompt: spec.goal?.prompt ?? '',
    select: (first?.select?.include ?? []).join(', '),
    schedule: scheduleOf(spec.schedule),
    conditions: (spec.conditions ?? []).map(conditionDraft),
    values: draftsOfValues(spec.values),
    channels: (spec.alerting?.channelRefs ?? []).map(({ name }) => name),
    tags: (spec.tags ?? []).join(', '),
  };
}

function conditionDraft(spec: ConditionSpec, id: number): ConditionDraft {
  const { name, then, text, regex, number, percentChange } = spec;
  const common = { id, name, then };
  const words = text ?? regex;
  if (words)
    return {
      ...common,
      kind: text ? 'text' : 'regex',
      side: (words.side ?? 'Appears') as Side,
      value: words.contains ?? words.pattern ?? '',
    };
  const amount = number ?? percentChange;
  if (amount?.within === undefined && amount)
    return {
      ...common,
      kind: number ? 'number' : 'percentChange',
      select: amount.select ?? '',
      op: (amount.op ?? 'Lt') as Operator,
      value: amount.value ?? '',
    };
  const { name: _name, then: _then, ...rule } = spec;
  return { ...common, kind: 'kept', spec: { ...spec }, text: `${name}: ${JSON.stringify(rule)}` };
}

/** The parts of the form that are not what they were. */
export const changedParts = (from: MonitorDraft, to: MonitorDraft): (keyof MonitorDraft)[] =>
  (Object.keys(to) as (keyof MonitorDraft)[]).filter(
    (part) => JSON.stringify(from[part]) !== JSON.stringify(to[part]),
  );

/** What was typed, put over a monitor that was changed meanwhile. */
export const rebased = (
  from: MonitorDraft,
  to: MonitorDraft,
  fresh: MonitorDraft,
): MonitorDraft => ({
  ...fresh,
  ...Object.fromEntries(changedParts(from, to).map((part) => [part, to[part]])),
});

type Spec = MonitorJob['spec'];

/** The monitor with what was changed in the form; all that the form does not know stays. */
export function withDraft(job: MonitorJob, to: MonitorDraft, ownZone: string): MonitorJob {
  const from = draftOf(job);
  const spec = changedParts(from, to).reduce<Spec>(
    (changed, part) => EDITS[part]?.(changed, to, ownZone) ?? changed,
    job.spec,
  );
  return { ...job, spec };
}

type Edit = (spec: Spec, to: MonitorDraft, ownZone: string) => Spec;

const EDITS: Readonly<Partial<Record<keyof MonitorDraft, Edit>>> = {
  description: (spec, { description }) => put(spec, 'description', description.trim() || undefined),
  url: (spec, { url }) => withSource(spec, 0, { url: url.trim() }),
  further: (spec, { further }) =>
    further.reduce((all, { url }, index) => withSource(all, index + 1, { url: url.trim() }), spec),
  select: (spec, { select }) => withSelect(spec, select.trim()),
  prompt: (spec, { prompt }) => {
    const { prompt: _words, promptFrom, ...goal } = spec.goal ?? {};
    const words = prompt.trim();
    // words in the job stand for those of a ConfigMap
    const rest = promptFrom === undefined || words !== '' ? goal : { ...goal, promptFrom };
    return { ...spec, goal: words === '' ? rest : { ...rest, prompt: words } };
  },
  schedule: (spec, { schedule }, ownZone) => {
    const { interval: _interval, cron: _cron, ...rest } = spec.schedule;
    return {
      ...spec,
      schedule: { ...rest, ...scheduleSpec(schedule, zoneOf(spec, ownZone)) },
    };
  },
  conditions: (spec, { conditions }) => {
    const specs = conditionSpecs(conditions) as unknown as readonly ConditionSpec[];
    return put(spec, 'conditions', specs.length === 0 ? undefined : specs);
  },
  values: (spec, { values }) => put(spec, 'values', valuesOfDrafts(values)),
  channels: (spec, { channels }) => ({
    ...spec,
    alerting: put(
      spec.alerting ?? {},
      'channelRefs',
      channels.length === 0 ? undefined : channels.map((name) => refOf(spec, name)),
    ),
  }),
  tags: (spec, { tags }) => {
    const list = tagsOf(tags);
    return put(spec, 'tags', list.length === 0 ? undefined : list);
  },
};

/** A reference may say more than the name. */
const refOf = ({ alerting }: Spec, name: string): { readonly name: string } =>
  alerting?.channelRefs?.find((ref) => ref.name === name) ?? { name };

/** In which times of day are meant: a monitor keeps its own, where it had any. */
export const zoneOf = ({ schedule }: Spec, ownZone: string): string =>
  schedule.cron === undefined ? ownZone : (schedule.timeZone ?? 'UTC');

function put<T extends object, K extends keyof T>(holder: T, name: K, value: T[K] | undefined): T {
  const { [name]: _old, ...rest } = holder;
  return (value === undefined ? rest : { ...rest, [name]: value }) as T;
}

const withSource = (spec: Spec, at: number, change: Partial<Spec['sources'][number]>): Spec => ({
  ...spec,
  sources: spec.sources.map((source, index) => (index === at ? { ...source, ...change } : source)),
});

function withSelect(spec: Spec, select: string): Spec {
  const [first] = spec.sources;
  if (!first) return spec;
  const kept = put(first.select ?? {}, 'include', select === '' ? undefined : [select]);
  const source = put(first, 'select', Object.keys(kept).length === 0 ? undefined : kept);
  return { ...spec, sources: spec.sources.with(0, source) };
}
