/** Reconciles the MonitorPlatform: keys, policies, pools, quotas, the freeze, and how all of it is. */
import { isDeepStrictEqual } from 'node:util';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { messageOf } from '../../../../services/core/errors.ts';
import { isTrue, mergeConditions, type Condition } from '../../kube/conditions.ts';
import type { Reconcile, ReconcileResult } from '../../kube/controller.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { StatusWriter } from '../../kube/status.ts';
import { keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { isDisabled, isDryRun, isGoing } from '../../marks.ts';
import { PLATFORM_NAME } from '../../names.ts';
import { MONITOR_PLATFORMS, type ConfigMap } from '../../resources.ts';
import type { SchedulerClient } from '../../scheduler/client.ts';
import type { Feed } from '../../scheduler/feed.ts';
import { createAuditor, suspendedBy } from './asked.ts';
import type { ClusterPass } from './clusterPass.ts';
import { claimsOf, notTheOne } from './conditions.ts';
import { DEFAULTS, isWrongDefault, type Defaults } from './defaults.ts';
import { linesOf, type Doing } from './own.ts';
import { jobNamespaces } from './quotaWork.ts';
import { isUrgent, planStatus, type StatusMemory, type WithoutConditions } from './status.ts';
import { collect, type Work } from './steps.ts';
import type { Findings, FreezeAnswer, PlatformClaim } from './types.ts';

export interface PlatformDeps {
  readonly namespace: string;
  readonly platforms: Pick<Store<MonitorPlatform>, 'get'>;
  readonly configMap: () => ConfigMap | undefined;
  readonly defaults: Defaults;
  readonly jobs: Store<MonitorJob>;
  readonly quotas: (platform: MonitorPlatform, doing: Doing) => Promise<number | undefined>;
  /** Absent on a laptop. */
  readonly cluster: ClusterPass | undefined;
  readonly client: Pick<SchedulerClient, 'freeze' | 'noteRotation'>;
  readonly feed: Pick<Feed, 'reachability'>;
  readonly status: StatusWriter;
  readonly memory: StatusMemory;
  readonly events: EventRecorder;
  readonly version: string;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

/** The scheduler is tried again after so long; that it can be reached again wakes the controller too. */
const RETRY_MS = 5_000;
/** Time that no timer has to be longer than: a second look costs little. */
const LONGEST_MS = 3_600_000;

async function freeze(
  platform: MonitorPlatform,
  { client }: PlatformDeps,
  { signal, dryRun, deeds }: Doing,
): Promise<FreezeAnswer> {
  const { spec, status } = platform;
  if (dryRun) {
    const isFrozen = isTrue(status?.conditions as readonly Condition[] | undefined, 'Frozen');
    if (spec.suspend !== isFrozen)
      deeds.push({ what: spec.suspend ? 'freeze the scheduler' : 'lift the freeze' });
    return { kind: 'notTold' };
  }
  try {
    const frozen = await client.freeze(spec.suspend, suspendedBy(platform), signal);
    return { kind: 'answered', frozen };
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'failed', message: messageOf(error) };
  }
}

/** The object as it is known now; undefined when it is another one. */
function latest(object: MonitorPlatform, deps: PlatformDeps): MonitorPlatform | undefined {
  const stored = deps.platforms.get(keyOf(object));
  const isSame = stored !== undefined && stored.metadata.uid === object.metadata.uid;
  return isSame ? deps.memory.newest(stored) : undefined;
}

/** What a pass saw may never be seen again: it is written as soon as the cache has our last write. */
async function write(
  platform: MonitorPlatform,
  status: WithoutConditions,
  claims: readonly PlatformClaim[],
  deps: PlatformDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { clock } = deps;
  let object: MonitorPlatform | undefined = platform;
  while (object) {
    const before = (object.status?.conditions ?? []) as Condition[];
    const generation = object.metadata.generation ?? 1;
    const conditions = mergeConditions(before, claims, { generation, now: clock.now() });
    const whole = { ...status, conditions: [...conditions] };
    const urgent = isUrgent(object, status) || saysElse(before, conditions);
    const written = await deps.status.write(MONITOR_PLATFORMS, object, whole, { signal, urgent });
    if (written.kind === 'written') deps.memory.wrote(object, whole);
    if (written.kind !== 'deferred') return undefined;
    if (!urgent) return written.afterMs;
    await clock.sleep(written.afterMs, signal);
    object = latest(object, deps);
  }
  return undefined;
}

/** Its message names who holds a rotation; those of others may hold the text of any error. */
const newsOf = ({ type, reason, message }: Condition): string =>
  type === 'KeysCurrent' ? `${reason}: ${message}` : reason;

/** Another reason is news as well. */
function saysElse(before: readonly Condition[], after: readonly Condition[]): boolean {
  const news = new Map(before.map((one) => [one.type, newsOf(one)]));
  return after.some((one) => news.get(one.type) !== newsOf(one));
}

/** One whose author looks in vain for what it does. */
async function refuse(
  platform: MonitorPlatform,
  deps: PlatformDeps,
  signal: AbortSignal,
): Promise<void> {
  const observedGeneration = platform.metadata.generation ?? 1;
  await write(platform, { observedGeneration }, notTheOne(deps.namespace), deps, signal);
}

/** What would be done is told instead. */
function show(platform: MonitorPlatform, { deeds }: Doing, { events }: PlatformDeps): void {
  for (const line of linesOf(deeds))
    events.record(MONITOR_PLATFORMS, platform, {
      type: 'Normal',
      reason: 'DryRun',
      action: 'Reconcile',
      note: `would ${line}`,
    });
}

/** Who asked for new keys comes into the audit; what fails is tried again soon, and no key waits for it. */
async function audit(
  platform: MonitorPlatform,
  auditor: ReturnType<typeof createAuditor>,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    await auditor(platform, signal);
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return RETRY_MS;
  }
}

/** Each part goes on when another fails: a freeze waits for no key, and a key for no policy. */
async function run(
  platform: MonitorPlatform,
  deps: PlatformDeps,
  auditor: ReturnType<typeof createAuditor>,
  doing: Doing,
): Promise<{ findings: Findings; waits: (number | undefined)[]; work: Work }> {
  const work = collect(doing.signal);
  const { cluster } = deps;
  const isOn = !isDisabled(platform);
  const answer = await freeze(platform, deps, doing);
  const auditMs =
    cluster && isOn && !doing.dryRun ? await audit(platform, auditor, doing.signal) : undefined;
  const found = cluster && (await cluster(platform, work, isOn ? doing : undefined));
  const quotaMs = isOn
    ? await work.attempt('quotas', () => deps.quotas(platform, doing))
    : undefined;
  const findings: Findings = {
    platform,
    cluster: found?.findings,
    freeze: answer,
    reachability: deps.feed.reachability(),
    namespaces: jobNamespaces(deps.jobs.all()).length,
    monitors: deps.jobs.size,
    version: deps.version,
  };
  const nextMs = found?.nextAt && Math.max(0, found.nextAt.getTime() - deps.clock.now().getTime());
  const waits = [answer.kind === 'failed' ? RETRY_MS : undefined, auditMs, quotaMs, nextMs];
  return { findings, waits, work };
}

interface WithDefaults {
  readonly platform: MonitorPlatform;
  /** Why the chart's values are not in force. */
  readonly refused: string | undefined;
}

/**
 * The platform with the chart's defaults; under the dry-run annotation as it is. Values that are wrong
 * stop nothing: the keys of a running system do not wait for them.
 */
async function withDefaults(
  seen: MonitorPlatform | undefined,
  deps: PlatformDeps,
  doing: Doing,
): Promise<WithDefaults> {
  if (seen && isDisabled(seen)) return { platform: seen, refused: undefined };
  try {
    return { platform: await filledIn(seen, deps, doing), refused: undefined };
  } catch (error) {
    if (!isWrongDefault(error)) throw error;
    const { signal, dryRun } = doing;
    const platform = seen ?? (await deps.defaults.ensure(seen, undefined, { signal, dryRun }));
    return { platform, refused: messageOf(error) };
  }
}

async function filledIn(
  seen: MonitorPlatform | undefined,
  { defaults, configMap }: PlatformDeps,
  doing: Doing,
): Promise<MonitorPlatform> {
  const { signal, dryRun, deeds } = doing;
  const after = await defaults.ensure(seen, configMap(), { signal, dryRun });
  if (!seen || !dryRun) return after;
  if (!isDeepStrictEqual(after.spec, seen.spec))
    deeds.push({ what: `fill in fields from the ConfigMap ${DEFAULTS.name}` });
  return seen;
}

/** One pass; the same state leads to no write at all. */
export function reconcilePlatform(deps: PlatformDeps): Reconcile {
  const auditor = createAuditor(deps.client);
  return async ({ key, ref, signal }): Promise<ReconcileResult | void> => {
    const stored = deps.platforms.get(key);
    const isOurs = ref.namespace === deps.namespace && ref.name === PLATFORM_NAME;
    if (!isOurs) return stored && refuse(stored, deps, signal);
    // What is being deleted is made again when it is gone.
    if (stored && isGoing(stored)) return;
    const seen = stored && deps.memory.newest(stored);
    const doing: Doing = { signal, dryRun: seen !== undefined && isDryRun(seen), deeds: [] };
    const { platform, refused } = await withDefaults(seen, deps, doing);
    const { findings, waits, work } = await run(platform, deps, auditor, doing);
    if (refused !== undefined) waits.push(RETRY_MS);
    if (doing.dryRun) show(platform, doing, deps);
    const claims = claimsOf({ ...findings, refused });
    waits.push(await write(platform, planStatus(findings), claims, deps, signal));
    work.finish();
    const soonest = Math.min(...waits.flatMap((wait) => wait ?? []), LONGEST_MS);
    return { requeueAfterMs: soonest };
  };
}
