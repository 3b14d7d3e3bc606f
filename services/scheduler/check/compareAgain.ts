/** Compares pages that were seen long ago by the rules of an edited job. Pure. */
import type { Condition, MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import type { FindingContext } from '../../domain/finding.ts';
import { normalise } from '../../domain/normalise.ts';
import { allMatches, compilePattern } from '../../domain/pattern.ts';
import type { PastChange, PastSource } from '../../store/pastChanges.ts';
import type { Baseline } from '../../store/sourceState.ts';
import { compare, type Compared } from './compare.ts';
import { EMPTY_BLOB } from './retry.ts';

export interface Replay {
  readonly spec: MonitorJobSpec;
  /** The job as it is stored: values were read by its selectors. */
  readonly saved: MonitorJobSpec;
  readonly context: FindingContext;
  /** Whether the goal has words, so that a model has to say. */
  readonly hasPrompt: boolean;
  readonly texts: ReadonlyMap<string, string>;
}

/** A change as the edited job compares it. */
export interface Replayed {
  readonly change: PastChange;
  readonly items: readonly Compared[];
  /** Those that a model is asked about. */
  readonly judgeable: readonly Compared[];
  /** A text of it was collected. */
  readonly textGone: boolean;
}

/** Compares the texts again, by the edited rules. */
export function replayChange(change: PastChange, replay: Replay): Replayed {
  const { sources } = replay.spec;
  const kept = change.sources.filter(({ source }) => sources.some(({ name }) => name === source));
  const items = kept.flatMap((past) => compareAgain(past, change, replay) ?? []);
  const judgeable = replay.hasPrompt ? items.filter(({ stop }) => !stop) : [];
  return { change, items, judgeable, textGone: items.length < kept.length };
}

function compareAgain(
  past: PastSource,
  { at }: PastChange,
  { spec, saved, texts }: Replay,
): Compared | undefined {
  const source = spec.sources.find(({ name }) => name === past.source);
  const textOf = ({ textBlob }: Baseline): string | undefined =>
    textBlob === EMPTY_BLOB ? '' : texts.get(textBlob);
  const [before, after] = [textOf(past.before), textOf(past.after)];
  if (!source || before === undefined || after === undefined) return undefined;
  const compared = compare({
    spec,
    source,
    memory: { state: undefined, baselines: [] },
    title: past.after.title,
    finalUrl: past.after.finalUrl,
    after: normalise(after, { ignore: source.ignore?.text ?? [] }),
    beforeText: before,
    before: { ...past.before, extracted: valuesOf(past.before, before, spec, saved) },
    values: valuesOf(past.after, after, spec, saved),
    now: at,
  });
  // a page that went to and fro did so whatever the goal is
  return past.reason === 'flapping'
    ? { ...compared, stop: { stage: 'diffed', reason: 'flapping' } }
    : compared;
}

const selectOf = ({ number, percentChange }: Condition): string | undefined =>
  (number ?? percentChange)?.select;

/** Values by the same selector were stored, those by a pattern are in the text; no others are known. */
function valuesOf(
  { extracted }: Baseline,
  text: string,
  spec: MonitorJobSpec,
  saved: MonitorJobSpec,
): Record<string, string | null> {
  const values = (spec.conditions ?? []).map((condition): [string, string | null] => {
    const select = selectOf(condition);
    if (select?.startsWith('regex:')) return [condition.name, byPattern(select.slice(6), text)];
    return [
      condition.name,
      isStored(condition, saved) ? (extracted[condition.name] ?? null) : null,
    ];
  });
  return Object.fromEntries(values);
}

function byPattern(source: string, text: string): string | null {
  const pattern = compilePattern(source);
  return pattern.kind === 'invalid'
    ? null
    : (allMatches(pattern.compiled, text, 1)[0]?.trim() ?? null);
}

const isStored = (condition: Condition, saved: MonitorJobSpec): boolean =>
  (saved.conditions ?? []).some(
    (each) => each.name === condition.name && selectOf(each) === selectOf(condition),
  );

/** Which conditions could not be tried, each once. */
export function problemsOf(items: readonly Compared[], { spec, saved }: Replay): string[] {
  const unknown = (spec.conditions ?? []).filter((condition) => {
    const select = selectOf(condition);
    return select !== undefined && !select.startsWith('regex:') && !isStored(condition, saved);
  });
  const names = new Set(unknown.map(({ name }) => name));
  const others = items
    .flatMap((item) => item.conditions)
    .filter(({ name, problem }) => problem !== null && !names.has(name))
    .map(({ name, problem }) => `${name}: ${problem ?? ''}`);
  const stored = [...names].map(
    (name) =>
      `${name}: what this selector finds was not stored then; a selector with regex: is tried on the text`,
  );
  return [...new Set([...stored, ...others])];
}
