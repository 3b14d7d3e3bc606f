/**
 * The rotation of the data key as a pure decision: publish the next one, wait until every scheduler has it,
 * seal with it, wait until nothing is left under the one before, and drop that. Time alone drops no key:
 * whatever is still sealed under one would be lost with it.
 */
import type { SealedCount } from '../../../services/core/contracts/keys.ts';
import { SETTLING_MS } from '../../../services/core/dataKeyRing.ts';
import type { KeyEntry } from '../../../services/core/keyring.ts';
import type { Reader, RotationDeps } from './rotation.ts';

/** What was counted, and when the count began. */
export interface Sealed {
  readonly at: Date;
  readonly uses: SealedCount['uses'];
}

export interface DataTurnInput {
  readonly keys: readonly KeyEntry[];
  /** Schedulers; undefined while nobody tells. There always is one, so an empty list says as little. */
  readonly readers: readonly Reader[] | undefined;
  /** Undefined while it was not counted. */
  readonly sealed: Sealed | undefined;
  /** When people asked for a new key last: one made before that is replaced. */
  readonly asked: Date | undefined;
  readonly now: Date;
}

export type DataTurnStep =
  | { readonly kind: 'publish'; readonly entry: KeyEntry }
  | { readonly kind: 'promote'; readonly kid: string }
  /** Nobody seals with it any more: what is on its way has arrived by then. */
  | { readonly kind: 'settle'; readonly kid: string; readonly until: Date }
  /** Somebody seals with it again. */
  | { readonly kind: 'unsettle'; readonly kid: string }
  | { readonly kind: 'drop'; readonly kid: string };

/** What a rotation waits for; it has no end but this. */
export type DataTurnWaiting =
  | { readonly for: 'publication'; readonly kid: string; readonly until: Date }
  | { readonly for: 'readersUnknown'; readonly kid: string }
  | { readonly for: 'readers'; readonly kid: string; readonly laggards: readonly string[] }
  | { readonly for: 'count'; readonly kid: string }
  | { readonly for: 'rows'; readonly kid: string; readonly uses: SealedCount['uses'] }
  | { readonly for: 'settling'; readonly kid: string; readonly until: Date };

export interface DataTurnPlan {
  readonly steps: readonly DataTurnStep[];
  /** The ring once the steps are done. */
  readonly keys: readonly KeyEntry[];
  readonly waiting: DataTurnWaiting | undefined;
  /** When to look again at the latest; undefined when only a change can matter. */
  readonly requeueAt: Date | undefined;
}

/** A scheduler that has just started may have the file of a minute ago, and is in no table yet. */
const PUBLISH_MS = 2 * 60_000;
/** Rows are counted every minute. */
const LOOK_MS = 15_000;

/** Decides everything that can be done now; a plan for what it leads to has no steps. */
export const planDataTurn = (input: DataTurnInput, deps: RotationDeps): DataTurnPlan =>
  advance([], input.keys, input, deps);

type Decision =
  | { readonly step: DataTurnStep }
  | { readonly step?: undefined; readonly waiting: DataTurnWaiting | undefined };

function advance(
  done: readonly DataTurnStep[],
  keys: readonly KeyEntry[],
  input: DataTurnInput,
  deps: RotationDeps,
): DataTurnPlan {
  const decision = decide(keys, input, deps);
  if (decision.step)
    return advance([...done, decision.step], applyTurn(keys, decision.step), input, deps);
  const { waiting } = decision;
  return { steps: done, keys, waiting, requeueAt: nextLook(waiting, input) };
}

function decide(keys: readonly KeyEntry[], input: DataTurnInput, deps: RotationDeps): Decision {
  const current = keys.find(({ state }) => state === 'current');
  if (!current) throw new Error('The data key ring has lost its current key.');
  const next = keys.find(({ state }) => state === 'next');
  if (next) return decidePromotion(next, input);
  const leaving = keys
    .filter(({ state }) => state === 'previous')
    .map((key) => decideDrop(key, current, input));
  const possible = leaving.find(({ step }) => step !== undefined);
  if (possible) return possible;
  const [first] = leaving;
  if (first) return first;
  const { asked, now } = input;
  const isAsked = asked !== undefined && asked <= now && madeAt(current) < asked.getTime();
  if (!isAsked) return { waiting: undefined };
  return { step: { kind: 'publish', entry: deps.newKey(now, 'next') } };
}

function decidePromotion(next: KeyEntry, { readers, now }: DataTurnInput): Decision {
  const { kid } = next;
  const until = new Date(madeAt(next) + PUBLISH_MS);
  if (now < until) return { waiting: { for: 'publication', kid, until } };
  return waitFor(kid, readers, ({ kids }) => kids?.includes(kid) === true) ?? promote(kid);
}

const promote = (kid: string): Decision => ({ step: { kind: 'promote', kid } });

function decideDrop(key: KeyEntry, current: KeyEntry, input: DataTurnInput): Decision {
  const { kid, notAfter } = key;
  const { readers, sealed, now } = input;
  const waits = waitFor(kid, readers, ({ signsWith }) => signsWith === current.kid);
  if (waits) {
    const isLate = waits.waiting.for === 'readers' && notAfter !== null;
    return isLate ? { step: { kind: 'unsettle', kid } } : waits;
  }
  if (notAfter === null) {
    const until = new Date(now.getTime() + SETTLING_MS);
    return { step: { kind: 'settle', kid, until } };
  }
  if (!sealed) return { waiting: { for: 'count', kid } };
  const uses = sealed.uses.filter(({ dataKey }) => dataKey === kid);
  if (uses.length > 0) return { waiting: { for: 'rows', kid, uses } };
  const until = new Date(notAfter);
  if (sealed.at < until) return { waiting: { for: 'settling', kid, until } };
  return { step: { kind: 'drop', kid } };
}

/** Undefined when every scheduler is as it should be. */
function waitFor(
  kid: string,
  readers: readonly Reader[] | undefined,
  isReady: (reader: Reader) => boolean,
): { readonly waiting: DataTurnWaiting } | undefined {
  if (!readers || readers.length === 0) return { waiting: { for: 'readersUnknown', kid } };
  const laggards = readers.filter((reader) => !isReady(reader)).map(({ name }) => name);
  return laggards.length === 0 ? undefined : { waiting: { for: 'readers', kid, laggards } };
}

/** The ring after a step. */
function applyTurn(keys: readonly KeyEntry[], step: DataTurnStep): readonly KeyEntry[] {
  switch (step.kind) {
    case 'publish':
      // first, as a person looks for it; readers go by the state
      return [step.entry, ...keys];
    case 'promote':
      return keys.map((key) => promoted(key, step.kid));
    case 'settle':
      return withNotAfter(keys, step.kid, step.until.toISOString());
    case 'unsettle':
      return withNotAfter(keys, step.kid, null);
    case 'drop':
      return keys.filter(({ kid }) => kid !== step.kid);
    default:
      return step satisfies never;
  }
}

function promoted(key: KeyEntry, kid: string): KeyEntry {
  if (key.kid === kid) return { ...key, state: 'current' };
  return key.state === 'current' ? { ...key, state: 'previous', notAfter: null } : key;
}

const withNotAfter = (
  keys: readonly KeyEntry[],
  kid: string,
  notAfter: string | null,
): readonly KeyEntry[] => keys.map((key) => (key.kid === kid ? { ...key, notAfter } : key));

const madeAt = (key: KeyEntry): number => Date.parse(key.created);

function nextLook(
  waiting: DataTurnWaiting | undefined,
  { asked, now }: DataTurnInput,
): Date | undefined {
  if (waiting) return new Date(now.getTime() + LOOK_MS);
  return asked !== undefined && asked > now ? asked : undefined;
}
