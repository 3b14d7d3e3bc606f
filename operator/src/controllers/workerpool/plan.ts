/** What becomes of one WorkerPool: its children, and how many pods it has. Pure. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import type { Desired } from '../../kube/apply.ts';
import { childMeta } from '../../kube/owners.ts';
import { isDisabled, isDryRun } from '../../marks.ts';
import { OWNED } from '../../names.ts';
import { WORKER_POOLS } from '../../resources.ts';
import {
  deployment,
  disruptionBudget,
  onceJob,
  onceService,
  service,
  serviceAccount,
} from './build.ts';
import { planScale, type ScalePlan } from './capacity.ts';
import { EGRESS_SERVICE, componentOf } from './names.ts';
import { planOnce } from './once.ts';
import { restOf, type Rest } from './sleep.ts';
import type { Child, ChildKind, PoolInput, PoolPlan, PoolSetting, Step } from './types.ts';

const BUILDERS: readonly (readonly [ChildKind, (setting: PoolSetting) => Desired])[] = [
  ['ServiceAccount', serviceAccount],
  ['Service', service],
  ['PodDisruptionBudget', disruptionBudget],
  ['Deployment', deployment],
];

/** Of the operator's environment, for images of its own release. */
const IMAGE_VARIABLES = { browser: 'BROWSER_IMAGE', llm: 'LLM_IMAGE' } as const;

/** Ties an object to the pool; it goes with it. */
function owned(pool: WorkerPool, object: Desired): Desired {
  const { name, namespace } = object.metadata;
  const tie = childMeta(OWNED, WORKER_POOLS, pool, { name, namespace });
  const labels = { ...object.metadata.labels, ...tie.labels };
  return { ...object, metadata: { ...object.metadata, ...tie, labels } };
}

function buildOf(setting: PoolSetting, { pool, once }: PoolInput): Step {
  const childOf = (kind: ChildKind, object: Desired): Child => ({
    kind,
    object: owned(pool, object),
  });
  const children = BUILDERS.map(([kind, build]) => childOf(kind, build(setting)));
  if (!once) return { kind: 'build', children, keepJobs: [] };
  const { make, keep } = planOnce({ pool, ...once });
  const jobs = make.map((id) => childOf('Job', onceJob(setting, id)));
  return {
    kind: 'build',
    children: [...children, childOf('Service', onceService(setting)), ...jobs],
    keepJobs: keep,
  };
}

function stepOf(input: PoolInput, replicas: number): Step {
  const { pool, platformNamespace, egressAddress, workloadIdentity, logins } = input;
  const component = componentOf(pool);
  const image = pool.spec.image ?? input.image;
  if (isDisabled(pool)) return { kind: 'leave' };
  if (component === 'llm' && pool.metadata.namespace !== platformNamespace)
    return {
      kind: 'refuse',
      message: `A pool of role LLM may only be in the namespace of the platform, ${platformNamespace}: the key of the model is not copied elsewhere. Apply it there.`,
    };
  if (image === undefined)
    return {
      kind: 'wait',
      message: `There is no image for the pods: set spec.image here, spec.images.${component} of the MonitorPlatform, or ${IMAGE_VARIABLES[component]} of the operator.`,
    };
  if (egressAddress === undefined)
    return {
      kind: 'wait',
      message: `The Service ${EGRESS_SERVICE} in the namespace ${platformNamespace} has no cluster address; pods without it would reach nothing.`,
    };
  const { priorityClass } = input;
  const where = { platformNamespace, egressAddress, workloadIdentity, priorityClass };
  return buildOf({ pool, image, logins, replicas, ...where }, input);
}

function scaleOf(input: PoolInput, rest: Rest): ScalePlan {
  const { pool, slots, isAskedFor, measured, lowSince, now } = input;
  const { slotsPerPod, replicas, autoscaling } = pool.spec;
  const min = isAskedFor ? Math.max(1, autoscaling.min) : autoscaling.min;
  return planScale({
    shape: { slotsPerPod, ...autoscaling, min },
    current: replicas,
    slots,
    asleep: rest.kind === 'asleep',
    measured,
    lowSince,
    scaleDownDelayMs: parseDuration(autoscaling.scaleDownDelay),
    now,
  });
}

/** Decides one pass over one pool; a pass over what it leads to changes nothing. */
export function planPool(input: PoolInput): PoolPlan {
  const { spec } = input.pool;
  const rest = restOf(input.duties, input.isAskedFor, input.now);
  const scale = scaleOf(input, rest);
  const replicas = spec.autoscaling.mode === 'Operator' ? scale.replicas : spec.replicas;
  const step = stepOf(input, replicas);
  return {
    step,
    dryRun: isDryRun(input.pool),
    scaleTo: step.kind === 'build' && replicas !== spec.replicas ? replicas : undefined,
    slotsNeeded: Math.ceil(scale.slotsNeeded),
    lowSince: scale.lowSince,
    wakeAt: rest.kind === 'asleep' ? rest.until : undefined,
  };
}
