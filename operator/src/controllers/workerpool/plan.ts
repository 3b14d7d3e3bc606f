/** What becomes of one WorkerPool: its children, and how many pods it has. Pure. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import type { Desired } from '../../kube/apply.ts';
import { childMeta } from '../../kube/owners.ts';
import { OWNED, ANNOTATIONS } from '../../names.ts';
import { WORKER_POOLS } from '../../resources.ts';
import { deployment, disruptionBudget, service, serviceAccount } from './build.ts';
import { planScale, type ScalePlan } from './capacity.ts';
import { EGRESS_SERVICE, componentOf } from './names.ts';
import type { Child, ChildKind, PoolInput, PoolPlan, PoolSetting, Step } from './types.ts';

/** The pause annotation: the operator keeps its hands off. */
export const isDisabled = ({ metadata }: WorkerPool): boolean =>
  metadata.annotations?.[ANNOTATIONS.reconcile] === 'disabled';

const isDryRun = ({ metadata }: WorkerPool): boolean =>
  metadata.annotations?.[ANNOTATIONS.dryRun] === 'true';

const BUILDERS: readonly (readonly [ChildKind, (setting: PoolSetting) => Desired])[] = [
  ['ServiceAccount', serviceAccount],
  ['Service', service],
  ['PodDisruptionBudget', disruptionBudget],
  ['Deployment', deployment],
];

/** Ties an object to the pool; it goes with it. */
function owned(pool: WorkerPool, object: Desired): Desired {
  const { name, namespace } = object.metadata;
  const tie = childMeta(OWNED, WORKER_POOLS, pool, { name, namespace });
  const labels = { ...object.metadata.labels, ...tie.labels };
  return { ...object, metadata: { ...object.metadata, ...tie, labels } };
}

const childrenOf = (setting: PoolSetting): Child[] =>
  BUILDERS.map(([kind, build]) => ({ kind, object: owned(setting.pool, build(setting)) }));

function stepOf(input: PoolInput, replicas: number): Step {
  const { pool, platformNamespace, egressAddress, logins } = input;
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
      message: `There is no image for the pods: set spec.image here, or spec.images.${component} of the MonitorPlatform.`,
    };
  if (egressAddress === undefined)
    return {
      kind: 'wait',
      message: `The Service ${EGRESS_SERVICE} in the namespace ${platformNamespace} has no cluster address; pods without it would reach nothing.`,
    };
  const setting = { pool, platformNamespace, image, egressAddress, logins, replicas };
  return { kind: 'build', children: childrenOf(setting) };
}

function scaleOf(input: PoolInput): ScalePlan {
  const { pool, slots, measured, lowSince, now } = input;
  const { slotsPerPod, replicas, autoscaling } = pool.spec;
  return planScale({
    shape: { slotsPerPod, ...autoscaling },
    current: replicas,
    slots,
    measured,
    lowSince,
    scaleDownDelayMs: parseDuration(autoscaling.scaleDownDelay),
    now,
  });
}

/** Decides one pass over one pool; a pass over what it leads to changes nothing. */
export function planPool(input: PoolInput): PoolPlan {
  const { spec } = input.pool;
  const scale = scaleOf(input);
  const replicas = spec.autoscaling.mode === 'Operator' ? scale.replicas : spec.replicas;
  const step = stepOf(input, replicas);
  return {
    step,
    dryRun: isDryRun(input.pool),
    scaleTo: step.kind === 'build' && replicas !== spec.replicas ? replicas : undefined,
    slotsNeeded: Math.ceil(scale.slotsNeeded),
    lowSince: scale.lowSince,
  };
}
