/** The conditions of a WorkerPool: what its pods, their nodes and the platform say of it. Pure. */
import type { ConditionStatus } from '../../kube/conditions.ts';
import { isDisabled } from '../../marks.ts';
import type { Reason } from '../../names.ts';
import { SECCOMP_PROFILE } from './pod.ts';
import type { Deployment, PoolClaim, PoolConditionType, PoolInput, PoolPlan } from './types.ts';

interface Said<R> {
  readonly status: ConditionStatus;
  readonly reason: R;
  readonly message: string;
}
type Of<T extends PoolConditionType> = Said<Reason<'WorkerPool', T>>;

const say =
  (status: ConditionStatus) =>
  <R extends string>(reason: R, message = ''): Said<R> => ({ status, reason, message });
const yes = say('True');
const no = say('False');
const unknown = say('Unknown');

/** Most names in one message. */
const MOST_NAMES = 10;

function list(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What the cluster itself says of pods that do not come, such as a quota. */
const failureOf = ({ status }: Deployment): string | undefined =>
  status?.conditions?.find(
    ({ type, status: is }) =>
      (type === 'ReplicaFailure' && is === 'True') || (type === 'Progressing' && is === 'False'),
  )?.message;

/** A browser may take so long to start; later than that is trouble. */
const STARTING_MS = 120_000;

/** Whether the last pod went, or a first one was asked for, a moment ago. */
function isStarting({ status }: Deployment, now: Date): boolean {
  const since = status?.conditions?.find(
    ({ type, status: is }) => type === 'Available' && is === 'False',
  )?.lastTransitionTime;
  return since !== undefined && now.getTime() - Date.parse(since) < STARTING_MS;
}

/** Why a pool has no pods that stay. */
function whyNone({ once }: PoolInput, { wakeAt }: PoolPlan): string {
  if (once) return 'Each check gets a pod of its own.';
  return wakeAt ? 'No pod is wanted until a minute before the next check.' : 'No pod is wanted.';
}

function available(input: PoolInput, plan: PoolPlan): Of<'Available'> {
  const { deployment, now } = input;
  const { step } = plan;
  if (step.kind === 'refuse') return no('MinimumUnavailable', step.message);
  if (!deployment)
    return unknown('Pending', step.kind === 'wait' ? step.message : 'There are no pods yet.');
  const { spec, status, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  if (ready > 0) return yes('MinimumAvailable', `${ready} of ${wanted} pods are ready.`);
  if (wanted === 0) return yes('ScaledToZero', whyNone(input, plan));
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1))
    return unknown('Pending', 'The pods are being made.');
  const why = failureOf(deployment);
  if (why === undefined && isStarting(deployment, now))
    return unknown('Pending', 'The first pod is starting.');
  return no('MinimumUnavailable', `None of ${wanted} pods is ready${why ? `: ${why}` : '.'}`);
}

function sandboxed({ pool, deployment, nodesWithoutProfile }: PoolInput): Of<'Sandboxed'> {
  const { role, sandbox, runtimeClassName } = pool.spec;
  if (role === 'LLM') return yes('NotNeeded', 'Pods of this role open no pages.');
  switch (sandbox) {
    case 'None':
      return no(
        'SandboxOff',
        'spec.sandbox is None: a page that breaks out of the browser is in the pod. Set it to SeccompLocalhost or RuntimeClass.',
      );
    case 'RuntimeClass':
      return yes('Sandboxed', `By the RuntimeClass ${runtimeClassName}.`);
    case 'SeccompLocalhost':
      break;
    default:
      return sandbox satisfies never;
  }
  if (nodesWithoutProfile.length > 0)
    return no(
      'ProfileMissing',
      `The seccomp profile ${SECCOMP_PROFILE} is missing on ${list(nodesWithoutProfile)}: install it there, or set spec.sandbox to RuntimeClass.`,
    );
  if ((deployment?.status?.readyReplicas ?? 0) > 0)
    return yes('Sandboxed', `By Chromium's own sandbox under ${SECCOMP_PROFILE}.`);
  return deployment?.spec?.replicas === 0
    ? yes('Sandboxed', `No pod runs now, and none starts without ${SECCOMP_PROFILE}.`)
    : unknown('Pending', 'No pod has started with the seccomp profile yet.');
}

function keysCurrent({ keys }: PoolInput): Of<'KeysCurrent'> {
  if (!keys) return unknown('Pending', 'The scheduler does not say yet which keys the pods hold.');
  const { waitingFor, unasked } = keys;
  if (waitingFor.length > 0)
    return no(
      'WaitingForReaders',
      `Without the current key, or without an answer: ${list(waitingFor)}.`,
    );
  return unasked.length > 0
    ? unknown('Pending', `The scheduler has not asked ${list(unasked)}: does a job use the pool?`)
    : yes('AllCurrent');
}

/** What a pool does without, and works all the same. */
function lacking({ ungranted }: PoolInput, isSandboxed: Of<'Sandboxed'>): string {
  const said = [
    ...(isSandboxed.reason === 'SandboxOff' ? [isSandboxed.message] : []),
    ...(ungranted.length > 0
      ? [
          `Pages cannot reach ${list(ungranted)} of spec.egress.allow: no entry of spec.egress.allow of the MonitorPlatform grants it to this namespace. Ask an administrator for one.`,
        ]
      : []),
  ];
  return said.join(' ');
}

function ready(
  input: PoolInput,
  { step, dryRun }: PoolPlan,
  isAvailable: Of<'Available'>,
  isSandboxed: Of<'Sandboxed'>,
): Of<'Ready'> {
  if (step.kind === 'refuse') return no('ModelOutsidePlatform', step.message);
  if (step.kind === 'wait') return unknown('Pending', step.message);
  if (isSandboxed.reason === 'ProfileMissing') return no('NotSandboxed', isSandboxed.message);
  if (isAvailable.status === 'False') return no('NotAvailable', isAvailable.message);
  if (isAvailable.status === 'Unknown')
    return unknown('Pending', dryRun ? 'Nothing is done: see the Events.' : isAvailable.message);
  return yes('Ready', lacking(input, isSandboxed));
}

/** All conditions, in the order in which they are shown. */
export function claimsOf(input: PoolInput, plan: PoolPlan): readonly PoolClaim[] {
  const isAvailable = available(input, plan);
  const isSandboxed = sandboxed(input);
  const paused: Of<'Paused'> = isDisabled(input.pool) ? yes('ReconcileDisabled') : no('NotPaused');
  return [
    { type: 'Ready', ...ready(input, plan, isAvailable, isSandboxed) },
    { type: 'Available', ...isAvailable },
    { type: 'Sandboxed', ...isSandboxed },
    { type: 'KeysCurrent', ...keysCurrent(input) },
    { type: 'Paused', ...paused },
  ];
}
