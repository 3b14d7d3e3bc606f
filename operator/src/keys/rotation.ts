/**
 * The rotation of a root keyring as a pure decision: publish the next key, wait until every reader has
 * it, make it the current one, and drop the one before when nobody signs with it any more.
 */
import type { KeyEntry, KeyState } from '../../../services/core/keyring.ts';
import { rootKid, type RingState } from './ring.ts';
import { applyStep, type RotationStep, type Waiting } from './step.ts';

export interface RotationSettings {
  /** Age at which a new key is made, milliseconds. */
  readonly rotateEvery: number;
  /** For so long the key before stays valid after the promotion: token life + 10 min. */
  readonly overlap: number;
  /** Age at which a key is replaced although a reader does not have the new one. */
  readonly maxAge: number;
  /** Least time between publication and use, for readers that nobody can ask (JWKS caches). */
  readonly publishFor: number;
}

/** One process that holds derived keys. */
export interface Reader {
  /** Such as `browser/duckmon-browser-7d4f`. */
  readonly name: string;
  /** Names of the keys that it holds, derived or root; undefined when it did not answer. */
  readonly kids: readonly string[] | undefined;
  /** The key that it signs with; absent when it signs nothing. */
  readonly signsWith?: string | undefined;
}

/** When people asked for new keys: every key made before is replaced. */
export interface RotationRequests {
  readonly graceful?: Date | undefined;
  /** For an incident: without overlap, and without waiting for readers beyond two minutes. */
  readonly urgent?: Date | undefined;
}

export interface RotationInput {
  readonly ring: RingState;
  /** Undefined while the scheduler does not hand over the table: unknown, not empty. */
  readonly readers: readonly Reader[] | undefined;
  readonly requests: RotationRequests;
  readonly now: Date;
  readonly settings: RotationSettings;
}

export interface RotationDeps {
  readonly newKey: (now: Date, state: KeyState) => KeyEntry;
}

export interface RotationPlan {
  readonly steps: readonly RotationStep[];
  /** The ring once the steps are done; empty when a person's key cannot be used. */
  readonly keys: readonly KeyEntry[];
  readonly waiting: Waiting | undefined;
  /** When to look again at the latest; undefined when only a change can matter. */
  readonly requeueAt: Date | undefined;
}

/** An incident: after so long the new key is used, and after so long the old one is dropped. */
const URGENT_USE = 60_000;
const URGENT_DROP = 120_000;

/** Decides everything that can be done now; a plan for what it leads to has no steps. */
export function planRotation(input: RotationInput, deps: RotationDeps): RotationPlan {
  const { ring, now } = input;
  switch (ring.kind) {
    case 'adopted':
      return { steps: [], keys: ring.keys, waiting: undefined, requeueAt: undefined };
    case 'refused':
      return { steps: [], keys: [], waiting: undefined, requeueAt: undefined };
    case 'absent':
    case 'damaged': {
      const why = ring.kind === 'absent' ? 'SecretAbsent' : 'SecretDamaged';
      const entry = deps.newKey(now, 'current');
      return advance([{ kind: 'create', entry, why }], [entry], input, deps);
    }
    case 'present':
      return advance([], ring.keys, input, deps);
    default:
      return ring satisfies never;
  }
}

type Decision = { readonly step: RotationStep } | { readonly waiting?: Waiting };

function advance(
  done: readonly RotationStep[],
  keys: readonly KeyEntry[],
  input: RotationInput,
  deps: RotationDeps,
): RotationPlan {
  const decision = decide(keys, input, deps);
  if ('step' in decision) {
    const { step } = decision;
    return advance([...done, step], applyStep(keys, step), input, deps);
  }
  const { waiting } = decision;
  return { steps: done, keys, waiting, requeueAt: nextLook(keys, waiting, input) };
}

function decide(keys: readonly KeyEntry[], input: RotationInput, deps: RotationDeps): Decision {
  const rotation = viewOf(keys, input);
  const dropping = rotation.previous.map((key) => decideDrop(key, rotation, input));
  const drop = dropping.find((decision) => 'step' in decision);
  if (drop) return drop;
  if (rotation.next && !isBefore(rotation.next, rotation.replaceBefore))
    return decidePromotion(rotation.next, rotation, input);
  const [stillValid] = dropping;
  // One rotation at a time, so that no reader has to know more than three keys; an incident can't wait.
  if (!rotation.wanted || (stillValid && !rotation.urgent)) return stillValid ?? {};
  const entry = deps.newKey(input.now, 'next');
  return { step: { kind: 'publish', entry, replaces: rotation.next?.kid } };
}

/** A ring in the middle of its rotation, and what is asked of it. */
interface Rotation {
  readonly current: KeyEntry;
  readonly next: KeyEntry | undefined;
  readonly previous: readonly KeyEntry[];
  /** Keys made before this are to be replaced by request. */
  readonly replaceBefore: number;
  /** In an incident: when keys made before it are dropped whoever still uses them. */
  readonly urgent: { readonly dropAt: number } | undefined;
  readonly wanted: boolean;
}

function viewOf(keys: readonly KeyEntry[], { requests, now, settings }: RotationInput): Rotation {
  const current = keys.find(({ state }) => state === 'current');
  if (!current) throw new Error('A keyring has lost its current key.');
  // A request from the future waits for its time: keys made now would all be older than it.
  const asked = (at: Date | undefined): number =>
    at !== undefined && at <= now ? at.getTime() : -Infinity;
  const urgentBefore = asked(requests.urgent);
  const replaceBefore = Math.max(asked(requests.graceful), urgentBefore);
  const isOld = now.getTime() >= madeAt(current) + settings.rotateEvery;
  return {
    current,
    next: keys.find(({ state }) => state === 'next'),
    previous: keys.filter(({ state }) => state === 'previous'),
    replaceBefore,
    urgent: keys.some((key) => isBefore(key, urgentBefore))
      ? { dropAt: urgentDrop(keys, urgentBefore, now) }
      : undefined,
    wanted: isOld || isBefore(current, replaceBefore),
  };
}

/** Two minutes after the first key that is newer than the incident. */
function urgentDrop(keys: readonly KeyEntry[], incident: number, now: Date): number {
  const fresh = keys.filter((key) => !isBefore(key, incident)).map(madeAt);
  return (fresh.length === 0 ? now.getTime() : Math.min(...fresh)) + URGENT_DROP;
}

function decidePromotion(next: KeyEntry, rotation: Rotation, input: RotationInput): Decision {
  const { settings, now, readers } = input;
  const { kid } = next;
  const published = rotation.urgent ? madeAt(next) : madeAt(next) + settings.publishFor;
  // A key that was published late must have its time to arrive, however old the current one is.
  const deadline = rotation.urgent
    ? madeAt(next) + URGENT_USE
    : Math.max(madeAt(rotation.current) + settings.maxAge, madeAt(next) + settings.overlap);
  const laggards = readers
    ?.filter((reader) => !reader.kids?.some((held) => rootKid(held) === kid))
    .map(({ name }) => name);
  const until = new Date(deadline);
  if (now.getTime() < deadline) {
    if (now.getTime() < published)
      return { waiting: { for: 'publication', kid, until: new Date(published) } };
    if (laggards === undefined) return { waiting: { for: 'readersUnknown', kid, until } };
    if (laggards.length > 0) return { waiting: { for: 'readers', kid, laggards, until } };
  }
  const overlapEnds = new Date(now.getTime() + (rotation.urgent ? 0 : settings.overlap));
  return { step: { kind: 'promote', kid, overlapEnds, cutOff: laggards ?? [] } };
}

function decideDrop(key: KeyEntry, rotation: Rotation, input: RotationInput): Decision {
  const { settings, now, readers } = input;
  const { kid } = key;
  const overlapEnds = rotation.urgent ? -Infinity : Date.parse(key.notAfter ?? key.created);
  const deadline = rotation.urgent?.dropAt ?? Math.max(overlapEnds, madeAt(key) + settings.maxAge);
  if (now.getTime() < overlapEnds)
    return { waiting: { for: 'overlap', kid, until: new Date(overlapEnds) } };
  const laggards = readers
    ?.filter(
      ({ signsWith, kids }) => kids === undefined || (signsWith && rootKid(signsWith) === kid),
    )
    .map(({ name }) => name);
  const until = new Date(deadline);
  if (now.getTime() < deadline) {
    if (laggards === undefined) return { waiting: { for: 'readersUnknown', kid, until } };
    if (laggards.length > 0) return { waiting: { for: 'readers', kid, laggards, until } };
  }
  return { step: { kind: 'drop', kid, cutOff: laggards ?? [] } };
}

/** The key in use when it is older than it may be: nobody has replaced it, or it waits to be. */
export const overdueKey = (
  keys: readonly KeyEntry[],
  { maxAge }: Pick<RotationSettings, 'maxAge'>,
  now: Date,
): KeyEntry | undefined =>
  keys.find((key) => key.state === 'current' && now.getTime() - madeAt(key) > maxAge);

const madeAt = (key: KeyEntry): number => Date.parse(key.created);
const isBefore = (key: KeyEntry, time: number): boolean => madeAt(key) < time;

/** When time alone changes the decision. */
function nextLook(
  keys: readonly KeyEntry[],
  waiting: Waiting | undefined,
  { now, requests, settings }: RotationInput,
): Date | undefined {
  const current = keys.find(({ state }) => state === 'current');
  const times = [
    waiting?.until,
    requests.graceful,
    requests.urgent,
    current && new Date(madeAt(current) + settings.rotateEvery),
    ...keys.map(({ notAfter }) => (notAfter === null ? undefined : new Date(notAfter))),
  ].filter((time): time is Date => time !== undefined && time > now);
  return times.length === 0 ? undefined : new Date(Math.min(...times.map(Number)));
}
