/** What people see of a rotation: conditions, key names, Events. Never a value. */
import type { StatusKey } from '../../../crds/types/monitorplatform.ts';
import type { KeyEntry, KeyState } from '../../../services/core/keyring.ts';
import type { EventReason, Reason } from '../names.ts';
import { fingerprint, RINGS, rootKid, type RingName, type RingState } from './ring.ts';
import type { Reader, RotationPlan } from './rotation.ts';
import type { RotationStep, Waiting } from './step.ts';

/** One ring with what was found and what was decided. */
export interface RingReport {
  readonly ring: RingName;
  readonly found: RingState;
  readonly plan: RotationPlan;
  /** Whether the status has named a key of this ring before: a missing one is then lost, not new. */
  readonly recorded: boolean;
  /** Processes that hold keys of this ring; undefined while the scheduler does not say. */
  readonly readers: readonly Reader[] | undefined;
  /** The key in use, when it is older than `spec.keys.maxAge`. */
  readonly overdue: KeyEntry | undefined;
}

export interface ReportInput {
  readonly rings: readonly RingReport[];
  /** Whether condition KeysLost was True before this pass. */
  readonly lostBefore: boolean;
}

interface Claim<T extends 'KeysCurrent' | 'KeysLost'> {
  readonly type: T;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason<'MonitorPlatform', T>;
  readonly message: string;
}

export interface KeyEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  readonly message: string;
}

export interface KeysReport {
  readonly conditions: readonly [Claim<'KeysCurrent'>, Claim<'KeysLost'>];
  readonly keys: readonly StatusKey[];
  readonly events: readonly KeyEvent[];
  readonly requeueAt: Date | undefined;
}

/** Most names in one message. */
const MOST_NAMES = 10;

/** What the status calls a ring. */
export const RING_WORDS = { internal: 'Internal', jwt: 'Jwt' } as const;
const STATE_WORDS: Readonly<Record<KeyState, StatusKey['state']>> = {
  next: 'Next',
  current: 'Current',
  previous: 'Previous',
};

/** Everything that is written about the rings after one pass. */
export function reportKeys(input: ReportInput): KeysReport {
  const looks = input.rings.flatMap(({ plan }) => plan.requeueAt ?? []);
  return {
    conditions: [keysCurrent(input), keysLost(input)],
    keys: input.rings.flatMap(({ ring, plan }) =>
      plan.keys.map((key) => statusKey(RING_WORDS[ring], key)),
    ),
    events: input.rings.flatMap((one) => one.plan.steps.flatMap((step) => eventsOf(one, step))),
    requeueAt: looks.length === 0 ? undefined : new Date(Math.min(...looks.map(Number))),
  };
}

/** One key as it stands in the status. */
export const statusKey = (ring: StatusKey['ring'], key: KeyEntry): StatusKey => ({
  kid: key.kid,
  ring,
  state: STATE_WORDS[key.state],
  fingerprint: fingerprint(key),
  created: key.created,
});

/** The worst of all rings speaks. */
function keysCurrent({ rings }: ReportInput): Claim<'KeysCurrent'> {
  const type = 'KeysCurrent';
  for (const { found } of rings)
    if (found.kind === 'refused')
      return { type, status: 'False', reason: 'AdoptedKeyInvalid', message: `${found.problem}.` };
  const cutOff = rings.flatMap(({ plan }) => plan.steps.flatMap(readersCutOff));
  if (cutOff.length > 0)
    return { type, status: 'False', reason: 'ReadersCutOff', message: cutOffMessage(cutOff) };
  const waiting = rings.flatMap(({ ring, plan }) =>
    plan.waiting ? [{ ring, waiting: plan.waiting }] : [],
  );
  const claims = waiting.map(({ ring, waiting: one }) => waitingClaim(ring, one));
  const late = rings.find(({ overdue }) => overdue !== undefined);
  const worst =
    claims.find(({ status }) => status !== 'True') ?? (late && overdueClaim(late)) ?? claims[0];
  if (worst) return worst;
  const adopted = rings.filter(({ found }) => found.kind === 'adopted');
  if (adopted.length > 0) {
    const names = adopted.map(({ ring }) => RINGS[ring].given).join(' and ');
    const message = `${names} is given by you: change it to rotate the key; duckmon never writes it.`;
    return { type, status: 'True', reason: 'Adopted', message };
  }
  return {
    type,
    status: 'True',
    reason: 'AllCurrent',
    message: 'Every reader has the current keys.',
  };
}

function overdueClaim({ ring, found, overdue }: RingReport): Claim<'KeysCurrent'> {
  const { secret, given } = RINGS[ring];
  const since = `made at ${overdue?.created} and older than spec.keys.maxAge`;
  const message =
    found.kind === 'adopted'
      ? `${given} is given by you, was ${since}: change it; duckmon never writes it.`
      : `Key ${overdue?.kid} of ${secret} was ${since}, and still in use.`;
  return { type: 'KeysCurrent', status: 'False', reason: 'KeyTooOld', message };
}

function waitingClaim(ring: RingName, waiting: Waiting): Claim<'KeysCurrent'> {
  const type = 'KeysCurrent';
  const { secret } = RINGS[ring];
  const until = waiting.until.toISOString();
  switch (waiting.for) {
    case 'readers': {
      const message = `Key ${waiting.kid} of ${secret} waits for ${list(waiting.laggards)}, until ${until} at the latest; restart what hangs.`;
      return { type, status: 'False', reason: 'WaitingForReaders', message };
    }
    case 'readersUnknown': {
      const message = `Key ${waiting.kid} of ${secret} waits until the scheduler says who has it, until ${until} at the latest.`;
      return { type, status: 'Unknown', reason: 'ReadersUnknown', message };
    }
    case 'publication':
    case 'overlap': {
      const message = `Key ${waiting.kid} of ${secret} is being replaced without interruption; the next step is at ${until}.`;
      return { type, status: 'True', reason: 'Rotating', message };
    }
    default:
      return waiting satisfies never;
  }
}

function keysLost({ rings, lostBefore }: ReportInput): Claim<'KeysLost'> {
  const type = 'KeysLost';
  for (const { ring, found, recorded } of rings) {
    if (found.kind === 'absent' && recorded) {
      const message = `Secret ${RINGS[ring].secret} was deleted and made anew; calls and tokens fail until every reader has the new keys.`;
      return { type, status: 'True', reason: 'SecretDeleted', message };
    }
    if (found.kind === 'damaged') {
      const message = `Secret ${RINGS[ring].secret} ${found.problem} and was made anew; calls and tokens fail until every reader has the new keys.`;
      return { type, status: 'True', reason: 'SecretDamaged', message };
    }
  }
  const missing = lostBefore ? rings.flatMap(withoutCurrent) : [];
  if (missing.length === 0)
    return { type, status: 'False', reason: 'NotLost', message: 'The root keys are there.' };
  const message = `Keys were lost and made anew; these do not have the new ones yet: ${list(missing)}.`;
  return { type, status: 'True', reason: 'SecretDeleted', message };
}

/** Readers that do not have the current key of a ring yet. */
function withoutCurrent({ plan, readers }: RingReport): string[] {
  if (readers === undefined) return ['all, until the scheduler says who has them'];
  const current = plan.keys.find(({ state }) => state === 'current');
  return readers
    .filter(({ kids }) => !kids?.some((kid) => rootKid(kid) === current?.kid))
    .map(({ name }) => name);
}

function eventsOf({ ring, found, recorded }: RingReport, step: RotationStep): KeyEvent[] {
  const { secret } = RINGS[ring];
  switch (step.kind) {
    case 'create': {
      const isLoss = recorded || found.kind === 'damaged';
      const message = isLoss
        ? `Secret ${secret} was lost; made it anew with key ${step.entry.kid}`
        : `Made Secret ${secret} with key ${step.entry.kid}`;
      return [isLoss ? warning('KeysLost', message) : normal('KeysCreated', message)];
    }
    case 'publish':
      return [normal('KeyPublished', `Published key ${step.entry.kid} of ${secret}`)];
    case 'promote':
      return [
        normal('KeyPromoted', `Key ${step.kid} of ${secret} is in use now`),
        ...cutOffEvents(step),
      ];
    case 'drop':
      return [normal('KeyDropped', `Dropped key ${step.kid} of ${secret}`), ...cutOffEvents(step)];
    default:
      return step satisfies never;
  }
}

const readersCutOff = (step: RotationStep): readonly string[] =>
  step.kind === 'promote' || step.kind === 'drop' ? step.cutOff : [];

const cutOffEvents = (step: RotationStep): KeyEvent[] => {
  const names = readersCutOff(step);
  return names.length === 0 ? [] : [warning('ReadersCutOff', cutOffMessage(names))];
};

const cutOffMessage = (names: readonly string[]): string =>
  `The time to take over the new key is up; calls of these fail until they are restarted: ${list(names)}.`;

/** Names for people, not more than they can read. */
export function list(names: readonly string[]): string {
  const unique = [...new Set(names)].sort();
  const rest = unique.length - MOST_NAMES;
  return unique.slice(0, MOST_NAMES).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export const normal = (reason: EventReason, message: string): KeyEvent => ({
  type: 'Normal',
  reason,
  message,
});
const warning = (reason: EventReason, message: string): KeyEvent => ({
  type: 'Warning',
  reason,
  message,
});
