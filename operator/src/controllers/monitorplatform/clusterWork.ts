/** What the platform has in a cluster beside its keys: policies, pools and the canary. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { judgeCanary, type CanaryAnswer, type EnforcedClaim } from '../../policies/canary.ts';
import type { Database } from '../../policies/input.ts';
import type { NetworkPlan } from '../../policies/policies.ts';
import type { NetworkPolicy } from '../../policies/types.ts';
import { CONFIG_MAPS, WORKER_POOLS, type ConfigMap } from '../../resources.ts';
import {
  CANARY_NAME,
  canaryAccount,
  canaryAnswer,
  canaryPod,
  lookAgainAt,
  nextCanaryAt,
} from './canaryPod.ts';
import {
  CANARY_POD,
  NETWORK_POLICY,
  SERVICE_ACCOUNT,
  type CanaryPod,
  type EndpointSlice,
} from './kinds.ts';
import { egressAllow, type WorkspacesOf } from './egressAllow.ts';
import { apiServerOf, networkPlan } from './network.ts';
import { applyOne, applyOwn, deleteOwn, pruneOwn, type Acting, type Doing } from './own.ts';
import { platformPools } from './pools.ts';

export interface ClusterWorkDeps extends Acting {
  readonly namespace: string;
  readonly pools: Store<WorkerPool>;
  readonly policies: Store<NetworkPolicy>;
  readonly apiServer: Store<EndpointSlice>;
  readonly canary: Store<CanaryPod>;
  readonly egressAllow: Store<ConfigMap>;
  readonly workspacesOf: WorkspacesOf;
  readonly canaryImage?: string | undefined;
  readonly postgres?: Database | undefined;
  readonly redis?: Database | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Makes the pools of the platform. One that was made is never pruned: nothing of ours names another. */
export async function keepPools(
  platform: MonitorPlatform,
  deps: ClusterWorkDeps,
  doing: Doing,
): Promise<void> {
  for (const wish of platformPools(platform)) {
    const cached = deps.pools.get(keyOf(wish));
    await applyOne(WORKER_POOLS, wish, cached, deps, doing);
  }
}

/** Applies every policy and removes what is left over; none of it when one cannot be made. */
export async function keepPolicies(
  platform: MonitorPlatform,
  poolNamespaces: readonly string[],
  deps: ClusterWorkDeps,
  doing: Doing,
): Promise<NetworkPlan> {
  const slices = deps.apiServer.all();
  const plan = networkPlan({ ...deps, platform, poolNamespaces, slices });
  if (plan.kind === 'invalid') return plan;
  for (const wish of plan.policies)
    await applyOwn(NETWORK_POLICY, wish, deps.policies.get(keyOf(wish)), 'spec', deps, doing);
  await pruneOwn(NETWORK_POLICY, deps.policies, plan.policies, deps, doing);
  return plan;
}

/** Tells the egress proxy what is opened, and to whom. Its pods see a change within two minutes. */
export async function keepEgressAllow(
  platform: MonitorPlatform,
  deps: ClusterWorkDeps,
  doing: Doing,
): Promise<void> {
  const wish = egressAllow(platform, deps.workspacesOf);
  await applyOne(CONFIG_MAPS, wish, deps.egressAllow.get(keyOf(wish)), deps, doing);
}

export interface CanaryResult {
  readonly claim: EnforcedClaim;
  readonly nextAt: Date | undefined;
}

/** What is found is believed until the next canary has found something, or tries nothing. */
export function createCanary(deps: ClusterWorkDeps) {
  let last: CanaryAnswer | undefined;
  return async (network: NetworkPlan, doing: Doing): Promise<CanaryResult> => {
    const pod = deps.canary.get(keyFor({ namespace: deps.namespace, name: CANARY_NAME }));
    const now = deps.clock.now();
    if (pod) last = canaryAnswer(pod, now);
    await keepCanary(pod, last, deps, doing);
    const problems = network.kind === 'invalid' ? network.problems : [];
    return { claim: judgeCanary(last, problems), nextAt: lookAgainAt(pod, now) };
  };
}

async function keepCanary(
  pod: CanaryPod | undefined,
  believed: CanaryAnswer | undefined,
  deps: ClusterWorkDeps,
  doing: Doing,
): Promise<void> {
  const { namespace, canaryImage: image, clock } = deps;
  if (pod) {
    const nextAt = nextCanaryAt(pod);
    const isOver = nextAt !== undefined && nextAt <= clock.now();
    // Its end wakes the controller, which makes the next one.
    if (isOver && !pod.metadata.deletionTimestamp) await deleteOwn(CANARY_POD, pod, deps, doing);
    return;
  }
  if (image === undefined) return;
  const apiServer = apiServerOf(deps.apiServer.all());
  const wish = canaryPod({ namespace, image, apiServer, believed });
  if (!wish) return;
  await applyOne(SERVICE_ACCOUNT, canaryAccount(namespace), undefined, deps, doing);
  // The server takes no pod of an account that is not there, not even to say what would be.
  if (doing.dryRun) doing.deeds.push({ what: 'apply Pod', at: keyOf(wish) });
  else await applyOne(CANARY_POD, wish, undefined, deps, doing);
}
