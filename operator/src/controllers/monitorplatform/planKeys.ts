/**
 * Decides about all keys of an installation: the roots, what is derived from them, and what is said
 * about them. Plain data in, plain data out.
 */
import type { Keys, StatusKey } from '../../../../crds/types/monitorplatform.ts';
import type { KeyEntry } from '../../../../services/core/keyring.ts';
import { dataKeyRotating, dataTurnEvents, type DataKeyRotating } from '../../keys/dataReport.ts';
import { planDataTurn, type DataTurnPlan, type Sealed } from '../../keys/dataTurn.ts';
import { planDataKey, type DataKeyInput, type DataKeyPlan } from '../../keys/dataKey.ts';
import { smallSecrets, type SmallSecret } from '../../keys/derived.ts';
import {
  reportKeys,
  RING_WORDS,
  statusKey,
  type KeyEvent,
  type KeysReport,
  type RingReport,
} from '../../keys/report.ts';
import { RINGS, type RingName, type RingState } from '../../keys/ring.ts';
import {
  overdueKey,
  planRotation,
  type Reader,
  type RotationDeps,
  type RotationRequests,
} from '../../keys/rotation.ts';
import { SECRETS } from '../../names.ts';
import { rotationSettings } from './settings.ts';

/** The root keys as they were found. */
export interface KeysInput {
  readonly now: Date;
  readonly keys: Keys;
  readonly requests: RotationRequests;
  readonly rings: Readonly<Record<RingName, RingState>>;
  /** Processes that hold keys of each ring; undefined while the scheduler does not say. */
  readonly readers: Readonly<Record<RingName | 'data', readonly Reader[] | undefined>>;
  /** `status.keys` as it stands: a ring that it names and that is not there has been lost. */
  readonly recorded: readonly StatusKey[];
  readonly lostBefore: boolean;
  readonly dataKey: RingState;
  readonly ciphertext: DataKeyInput['ciphertext'];
  /** What is sealed under which data key; undefined while it is not known. */
  readonly sealed: Sealed | undefined;
  /** When a new data key was asked for. */
  readonly dataKeyAsked: Date | undefined;
  readonly platformNamespace: string;
  readonly poolNamespaces: readonly string[];
  readonly clusterKeys: string | undefined;
}

/** A root to be written into its Secret. */
export interface RootWrite {
  readonly secret: string;
  readonly keys: readonly KeyEntry[];
}

export interface KeysPlan {
  readonly roots: readonly RootWrite[];
  /** Empty while a root cannot be used: what pods hold stays in force then. */
  readonly derived: readonly SmallSecret[];
  readonly conditions: readonly [
    ...KeysReport['conditions'],
    DataKeyPlan['condition'],
    DataKeyRotating,
  ];
  readonly keys: readonly StatusKey[];
  readonly events: readonly KeyEvent[];
  readonly requeueAt: Date | undefined;
  /** When the next key is made; undefined when a person rotates. */
  readonly nextRotation: Date | undefined;
}

const RING_NAMES = Object.keys(RINGS) as readonly RingName[];

/** Decides everything about keys in one pass. */
export function planKeys(input: KeysInput, deps: RotationDeps): KeysPlan {
  const reports = RING_NAMES.map((ring) => planRing(ring, input, deps));
  const report = reportKeys({ rings: reports, lostBefore: input.lostBefore });
  const { data, turn } = planData(input, deps);
  return {
    roots: [
      ...reports.flatMap(({ ring, plan }) =>
        plan.steps.length > 0 ? [{ secret: RINGS[ring].secret, keys: plan.keys }] : [],
      ),
      ...(data.create ? [{ secret: SECRETS.dataKey, keys: [data.create] }] : []),
      ...(turn && turn.steps.length > 0 ? [{ secret: SECRETS.dataKey, keys: turn.keys }] : []),
    ],
    derived: derivedOf(reports, input),
    conditions: [...report.conditions, data.condition, dataKeyRotating(turn?.waiting)],
    keys: [...report.keys, ...dataKeys(data, turn, input)],
    events: [...report.events, ...dataEvents(data), ...dataTurnEvents(turn?.steps ?? [])],
    requeueAt: soonest([report.requeueAt, turn?.requeueAt]),
    nextRotation: nextRotation(reports, input),
  };
}

/** The data key is made once, and then turned when somebody asks. */
function planData(
  input: KeysInput,
  deps: RotationDeps,
): { readonly data: DataKeyPlan; readonly turn: DataTurnPlan | undefined } {
  const { now, dataKey: found, ciphertext, sealed, dataKeyAsked: asked, readers } = input;
  const recorded = input.recorded.some(({ ring }) => ring === 'Data');
  const data = planDataKey({ found, recorded, ciphertext, now }, deps.newKey);
  if (found.kind !== 'present') return { data, turn: undefined };
  const { keys } = found;
  const turn = planDataTurn({ keys, readers: readers.data, sealed, asked, now }, deps);
  return { data, turn };
}

function soonest(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => time ?? []);
  return known.length === 0 ? undefined : new Date(Math.min(...known.map(Number)));
}

function nextRotation(reports: readonly RingReport[], { keys }: KeysInput): Date | undefined {
  const settings = rotationSettings(keys);
  const times = reports
    .filter(({ found }) => found.kind !== 'adopted')
    .flatMap(({ ring, plan }) =>
      plan.keys
        .filter(({ state }) => state === 'current')
        .map(({ created }) => new Date(Date.parse(created) + settings[ring].rotateEvery)),
    );
  return soonest(times);
}

function planRing(ring: RingName, input: KeysInput, deps: RotationDeps): RingReport {
  const found = input.rings[ring];
  const readers = input.readers[ring];
  const settings = rotationSettings(input.keys)[ring];
  const { requests, now } = input;
  const plan = planRotation({ ring: found, readers, requests, now, settings }, deps);
  const recorded = input.recorded.some((key) => key.ring === RING_WORDS[ring]);
  const overdue = overdueKey(plan.keys, settings, now);
  return { ring, found, plan, recorded, readers, overdue };
}

function derivedOf(reports: readonly RingReport[], input: KeysInput): readonly SmallSecret[] {
  const keysOf = (name: RingName): KeyEntry[] =>
    reports.filter(({ ring }) => ring === name).flatMap(({ plan }) => plan.keys);
  const [internal, jwt] = [keysOf('internal'), keysOf('jwt')];
  if (internal.length === 0 || jwt.length === 0) return [];
  return smallSecrets({ ...input, internal: { keys: internal }, jwt: { keys: jwt } });
}

/** What is recorded of the data key stays recorded while it is lost: it is how the loss is known. */
function dataKeys(
  { create }: DataKeyPlan,
  turn: DataTurnPlan | undefined,
  { recorded }: KeysInput,
): StatusKey[] {
  const keys = create ? [create] : turn?.keys;
  if (!keys) return recorded.filter(({ ring }) => ring === 'Data');
  return keys.map((key) => statusKey('Data', key));
}

function dataEvents({ event, condition }: DataKeyPlan): KeyEvent[] {
  if (event === undefined) return [];
  const isLoss = event === 'DataKeyLost';
  const message = isLoss ? condition.message : `Made Secret ${SECRETS.dataKey}`;
  return [{ type: isLoss ? 'Warning' : 'Normal', reason: event, message }];
}
