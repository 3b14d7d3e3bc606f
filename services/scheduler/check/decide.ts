/** Decides, without any I/O, what the looks at a monitor's sources lead to. */
import type { MonitorJobSpec, Source } from '../../../crds/types/monitorjob.ts';
import { decideConfirmation, type Confirmation } from '../../domain/confirm.ts';
import { parseDuration } from '../../domain/duration.ts';
import type { Claim } from '../../store/claim.ts';
import type { Baseline } from '../../store/sourceState.ts';
import { baselineFor, compare, type Compared } from './compare.ts';
import { memoryOf } from './fetch.ts';
import { lookAt, type Fetched, type Look, type Memory, type Seen } from './look.ts';

/** One source, looked at, not yet compared. */
export interface Looked {
  readonly fetched: Fetched;
  readonly memory: Memory;
  readonly look: Look;
  /** What it is compared with; undefined for a first look that is judged all the same. */
  readonly base: Baseline | undefined;
  /** Whether there is something to compare. */
  readonly compares: boolean;
}

/** One source, compared and confirmed as far as it goes. */
export interface Checked extends Looked {
  readonly compared: Compared | undefined;
  /** Set while a change waits for its confirmation, and when it was refuted. */
  readonly confirmation: Exclude<Confirmation, { kind: 'confirmed' }> | undefined;
}

/** What a check does next. */
export interface Decided {
  readonly checked: readonly Checked[];
  /** The changes that a judge is asked about, together; empty when there is nothing to ask. */
  readonly items: readonly Compared[];
}

/** Looks at each fetched source; says what has to be compared. */
export function lookAtAll(
  claim: Pick<Claim, 'spec' | 'states' | 'baselines'>,
  fetched: readonly Fetched[],
): Looked[] {
  return fetched.map((each) => {
    const memory = memoryOf(claim, each.source.name);
    const look = lookAt(each, memory);
    const { goal } = claim.spec;
    const judgesFirst =
      look.kind === 'baseline' && look.why === 'first' && goal.firstRun === 'Judge';
    const base = look.kind === 'changed' ? baselineFor(goal, memory) : undefined;
    return { fetched: each, memory, look, base, compares: look.kind === 'changed' || judgesFirst };
  });
}

/** Compares what changed, confirms it, and collects what the judge is asked about. */
export function decideCheck(
  spec: MonitorJobSpec,
  looked: readonly Looked[],
  /** Texts of the baselines, by blob. */
  texts: ReadonlyMap<string, string>,
  now: Date,
): Decided {
  const checked = looked.map((each) => checkOne(spec, each, texts, now));
  return { checked, items: checked.flatMap(judgeable) };
}

function checkOne(
  spec: MonitorJobSpec,
  given: Looked,
  texts: ReadonlyMap<string, string>,
  now: Date,
): Checked {
  const looked = withoutLostBase(given, texts);
  const seen = looked.compares ? seenOf(looked.look) : undefined;
  const compared = seen && compareSeen(spec, looked, seen, texts, now);
  const confirmation = confirm(spec.goal.confirm, looked, compared, now);
  return { ...looked, compared, confirmation };
}

/** A baseline whose text is gone cannot be compared with: the page becomes the new one. */
function withoutLostBase(looked: Looked, texts: ReadonlyMap<string, string>): Looked {
  const { look, base } = looked;
  if (look.kind !== 'changed' || !base || texts.has(base.textBlob)) return looked;
  return {
    ...looked,
    look: { kind: 'baseline', why: 'edited', seen: look.seen },
    base: undefined,
    compares: false,
  };
}

/** The valid page of a look, if it has one. */
export function seenOf(look: Look): Seen | undefined {
  return look.kind === 'baseline' || look.kind === 'changed' ? look.seen : undefined;
}

function compareSeen(
  spec: MonitorJobSpec,
  { fetched, memory, base }: Looked,
  seen: Seen,
  texts: ReadonlyMap<string, string>,
  now: Date,
): Compared {
  const source: Source = fetched.source;
  return compare({
    spec,
    source,
    memory,
    title: seen.page.title,
    finalUrl: seen.page.finalUrl,
    after: seen.normal,
    beforeText: (base && texts.get(base.textBlob)) ?? '',
    before: base,
    values: seen.page.values,
    now,
  });
}

/** A change that is worth telling is looked at again, as often as the job asks. */
function confirm(
  rule: MonitorJobSpec['goal']['confirm'],
  { memory, look }: Looked,
  compared: Compared | undefined,
  now: Date,
): Checked['confirmation'] {
  const pending = memory.state?.pending;
  const isLook = look.kind === 'changed' || look.kind === 'unchanged';
  const seenAgain = look.kind === 'changed' && isWorthConfirming(compared);
  if (rule.checks <= 1 || !isLook || (!pending && !seenAgain)) return undefined;
  const delayMs = parseDuration(rule.delay);
  const step = decideConfirmation(pending, seenAgain, { ...rule, delayMs }, now);
  return step.kind === 'confirmed' ? undefined : step;
}

const isWorthConfirming = (compared: Compared | undefined): boolean =>
  compared !== undefined && (!compared.stop || hasFired(compared));

/** Whether a condition that tells by itself holds. */
export const hasFired = (compared: Compared): boolean =>
  compared.conditions.some((result) => result.then === 'Alert' && result.holds);

const judgeable = ({ compared, confirmation }: Checked): Compared[] =>
  compared && !compared.stop && !confirmation ? [compared] : [];
