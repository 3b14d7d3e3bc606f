/** The conditions of a WorkerPool: what its pods, their nodes and the platform say of it. Pure. */
import type { ConditionStatus } from '../../kube/conditions.ts';
import type { Reason } from '../../names.ts';
import { isDisabled } from './plan.ts';
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

function available({ deployment }: PoolInput, { step }: PoolPlan): Of<'Available'> {
  if (step.kind === 'refuse') return no('MinimumUnavailable', step.message);
  if (!deployment)
    return unknown('Pending', step.kind === 'wait' ? step.message : 'There are no pods yet.');
  const { spec, status, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  if (ready > 0) return yes('MinimumAvailable', `${ready} of ${wanted} pods are ready.`);
  if (wanted === 0) return yes('ScaledToZero', 'No pod is wanted.');
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1))
    return unknown('Pending', 'The pods are being made.');
  const why = failureOf(deployment);
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
  return (deployment?.status?.readyReplicas ?? 0) > 0
    ? yes('Sandboxed', `By Chromium's own sandbox under ${SECCOMP_PROFILE}.`)
    : unknown('Pending', 'No pod has started with the seccomp profile yet.');
}

function keysCurrent({ keys }: PoolInput): Of<'KeysCurrent'> {
  if (!keys) return unknown('Pending', 'The scheduler does not say yet which keys the pods hold.');
  return keys.waitingFor.length === 0
    ? yes('AllCurrent')
    : no('WaitingForReaders', `Without the current key: ${list(keys.waitingFor)}.`);
}

function ready(
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
  return yes('Ready', isSandboxed.reason === 'SandboxOff' ? isSandboxed.message : '');
}

/** All conditions, in the order in which they are shown. */
export function claimsOf(input: PoolInput, plan: PoolPlan): readonly PoolClaim[] {
  const isAvailable = available(input, plan);
  const isSandboxed = sandboxed(input);
  const paused: Of<'Paused'> = isDisabled(input.pool) ? yes('ReconcileDisabled') : no('NotPaused');
  return [
    { type: 'Ready', ...ready(plan, isAvailable, isSandboxed) },
    { type: 'Available', ...isAvailable },
    { type: 'Sandboxed', ...isSandboxed },
    { type: 'KeysCurrent', ...keysCurrent(input) },
    { type: 'Paused', ...paused },
  ];
}
