/** The part of a pass that only a cluster has: keys, policies, pools, canary, and what was found. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { isTrue, type Condition } from '../../kube/conditions.ts';
import { MONITOR_PLATFORMS } from '../../resources.ts';
import {
  createCanary,
  keepEgressAllow,
  keepPolicies,
  keepPools,
  type ClusterWorkDeps,
} from './clusterWork.ts';
import type { KeyResult, KeyWork } from './keyWork.ts';
import type { KeysPlan } from './planKeys.ts';
import { browserNamespaces } from './pools.ts';
import type { Doing } from './own.ts';
import type { Work } from './steps.ts';
import type { ClusterFindings } from './types.ts';

/** @param doing absent when nothing is to be done at all. */
export type ClusterPass = (
  platform: MonitorPlatform,
  work: Work,
  doing: Doing | undefined,
) => Promise<{ readonly findings: ClusterFindings; readonly nextAt: Date | undefined }>;

export interface ClusterPassDeps extends ClusterWorkDeps {
  readonly keyWork: KeyWork;
  readonly events: EventRecorder;
}

export function createClusterPass(deps: ClusterPassDeps): ClusterPass {
  const canary = createCanary(deps);
  return async (platform, work, doing) => {
    const pools = deps.pools.all();
    if (!doing) return { findings: findingsOf(undefined, undefined, pools), nextAt: undefined };
    const namespaces = browserNamespaces(pools);
    // Before the keys, for which the proxy's pods wait as well.
    await work.attempt('the list of the egress proxy', () =>
      keepEgressAllow(platform, deps, doing),
    );
    const keys = await work.attempt('keys', () => deps.keyWork(platform, namespaces, doing));
    if (keys && !doing.dryRun) tell(platform, keys.plan, deps.events);
    const network = await work.attempt('NetworkPolicies', () =>
      keepPolicies(platform, namespaces, deps, doing),
    );
    await work.attempt('pools', () => keepPools(platform, deps, doing));
    const tried = network && (await work.attempt('the canary', () => canary(network, doing)));
    const times = [keys?.nextAt, tried?.nextAt].flatMap((time) => time ?? []);
    return {
      // Keys that were not made must not be recorded: they would count as lost.
      findings: findingsOf(doing.dryRun ? undefined : keys, tried?.claim, pools),
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
