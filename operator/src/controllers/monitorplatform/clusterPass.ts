/** The part of a pass that only a cluster has: keys, policies, pools, canary, and what was found. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { isTrue, type Condition } from '../../kube/conditions.ts';
import { MONITOR_PLATFORMS } from '../../resources.ts';
import { createCanary, keepPolicies, keepPools, type ClusterWorkDeps } from './clusterWork.ts';
import type { KeyResult, KeyWork } from './keyWork.ts';
import type { KeysPlan } from './planKeys.ts';
import { browserNamespaces } from './pools.ts';
import type { Work } from './steps.ts';
import type { ClusterFindings } from './types.ts';

/** @param isOn whether anything may be written. */
export type ClusterPass = (
  platform: MonitorPlatform,
  isOn: boolean,
  work: Work,
  signal: AbortSignal,
) => Promise<{ readonly findings: ClusterFindings; readonly nextAt: Date | undefined }>;

export interface ClusterPassDeps extends ClusterWorkDeps {
  readonly keyWork: KeyWork;
  readonly events: EventRecorder;
}

export function createClusterPass(deps: ClusterPassDeps): ClusterPass {
  const canary = createCanary(deps);
  return async (platform, isOn, work, signal) => {
    const pools = deps.pools.all();
    if (!isOn) return { findings: findingsOf(undefined, undefined, pools), nextAt: undefined };
    const namespaces = browserNamespaces(pools);
    const keys = await work.attempt('keys', () => deps.keyWork(platform, namespaces, signal));
    if (keys) tell(platform, keys.plan, deps.events);
    const network = await work.attempt('NetworkPolicies', () =>
      keepPolicies(platform, namespaces, deps, signal),
    );
    await work.attempt('pools', () => keepPools(platform, deps, signal));
    const tried = network && (await work.attempt('the canary', () => canary(network, signal)));
    const times = [keys?.plan.requeueAt, tried?.nextAt].flatMap((time) => time ?? []);
    return {
      findings: findingsOf(keys, tried?.claim, pools),
      nextAt: times.length === 0 ? undefined : new Date(Math.min(...times.map(Number))),
    };
  };
}

const findingsOf = (
  keys: KeyResult | undefined,
  enforced: ClusterFindings['enforced'],
  pools: ClusterFindings['pools'],
): ClusterFindings => ({
  keys: keys?.plan,
  keyProblems: keys?.problems ?? [],
  nextRotation: keys?.plan.nextRotation,
  enforced,
  pools,
});

/** A loss that lasts is told once; the condition says it all the time. */
function tell(platform: MonitorPlatform, { events }: KeysPlan, recorder: EventRecorder): void {
  const conditions = platform.status?.conditions as readonly Condition[] | undefined;
  for (const { type, reason, message } of events)
    if (reason !== 'DataKeyLost' || !isTrue(conditions, reason))
      recorder.record(MONITOR_PLATFORMS, platform, {
        type,
        reason,
        action: 'KeepKeys',
        note: message,
      });
}
