/** The heart's beat: claims due monitors while slots are free, and sends and sweeps beside it. */
import { messageOf } from '../core/errors.ts';
import { nextAccountMailAt } from '../store/accountMailsOutbox.ts';
import { createClaimer, nextDueAt, type Claim } from '../store/claim.ts';
import { StoreError } from '../store/errors.ts';
import { hastenClaims, releaseClaims, releaseForgotten, renewLeases } from '../store/lease.ts';
import { nextDeliveryAt } from '../store/outbox.ts';
import { nextTellingAt } from '../store/sweep.ts';
import { dispatchAccountMails } from './account/dispatch.ts';
import type { SchedulerDeps } from './deps.ts';
import { createSecretChecks } from './channels/secrets.ts';
import { createFreeze } from './freeze.ts';
import type { RunResult } from './check/commit.ts';
import { missClaim, runClaim } from './check/run.ts';
import { dispatchDeliveries } from './outbox/dispatch.ts';
import { createPace } from './pace.ts';
import { hostOf } from './politeness.ts';
import { withinQuotas } from './quotas.ts';
import { createChores, tellAllDue } from './sweep/sweep.ts';
import { createTimer, type Timer } from './timer.ts';

export interface Loop {
  /** Something may be due: look now. */
  wake(): void;
  /** The database was away, and with it maybe what was committed last. */
  reconnected(): void;
  /** Checks that run now. */
  running(): number;
  /** Stops claiming, lets what runs end for at most `graceMs`, and gives the rest back. */
  stop(graceMs?: number): Promise<void>;
}

export interface LoopOptions {
  /** Checks that run at a time. */
  readonly slots: number;
  /** How long a lease lasts; it is renewed while its check runs. */
  readonly leaseMs: number;
}

/** With nothing due, the loop looks again after so long all the same. */
const IDLE_MS = 5_000;
/** A host whose turn comes within this time is waited for in a slot; others are deferred. */
const PATIENCE_MS = 2_000;
const SWEEP_MS = 1_000;
/** While checks wait for a pod, their pools are looked at so often; else idle ones are let go. */
const PODS_MS = 2_000;
const PRUNE_MS = 60_000;
/** The share of the slots that one workspace may hold while it has them. */
const WORKSPACE_SHARE = 0.75;

/** Starts at once. */
export function startLoop(deps: SchedulerDeps, options: LoopOptions): Loop {
  const stopping = new AbortController();
  const cut = new AbortController();
  const running = new Map<string, Running>();
  const claimer = createClaimer(deps.pool);
  const pace = createPace(options.slots);
  const isFrozen = createFreeze(deps.pool, deps.clock);
  let isUnsure = false;
  const free = (): number => options.slots - running.size;
  /** Claims that are ours by the database and not in our hands would wait for the end of their lease. */
  const giveBack = async (): Promise<void> => {
    if (!isUnsure) return;
    // What is lost from here on is not among what is given back.
    isUnsure = false;
    const held = [...running.values()].map(({ claim }) => claim);
    const { pool, settings, clock, log } = deps;
    try {
      const claims = await releaseForgotten(pool, settings.owner, held, clock.now());
      if (claims > 0) log.warn({ claims }, 'checks whose commit was lost are made again');
    } catch (error) {
      isUnsure = true;
      throw error;
    }
  };
  const checks = createTimer(deps, 'claim', async () => {
    if (await isFrozen()) return SWEEP_MS;
    await giveBack();
    const limit = free();
    if (limit <= 0) return pace.full(limit);
    const claims = await claimer.claim({
      now: deps.clock.now(),
      leaseMs: options.leaseMs,
      limit,
      owner: deps.settings.owner,
      busy: busyWorkspaces(running, options.slots),
    });
    const { ready, deferred } = sortByHost(claims, deps);
    const admitted = await deps.workers.admit(ready);
    await releaseClaims(deps.pool, [...deferred, ...admitted.waiting]);
    const begun = await withinQuotas(admitted.ready, deps);
    for (const claim of begun) begin(claim, () => runClaim(claim, deps, cut.signal));
    for (const { claim, plan } of admitted.missed) begin(claim, () => missClaim(claim, plan, deps));
    if (admitted.waiting.length > 0) pods.wake();
    if (claims.length >= limit) return pace.full(free());
    return pace.rest(claims.length, untilDue(await nextDueAt(deps.pool), deps));
  });
  const deliveries = createTimer(deps, 'deliver', async () => {
    if (await isFrozen()) return SWEEP_MS;
    const sent = await dispatchDeliveries(deps, cut.signal);
    return sent > 0 ? 0 : untilDue(await nextDeliveryAt(deps.pool), deps);
  });
  const accountMails = createTimer(deps, 'account-mails', async () => {
    if (await isFrozen()) return SWEEP_MS;
    const sent = await dispatchAccountMails(deps, cut.signal);
    return sent > 0 ? 0 : untilDue(await nextAccountMailAt(deps.pool), deps);
  });
  const chores = createChores(deps);
  const sweeps = createTimer(deps, 'sweep', async () => {
    const told = await tellAllDue(deps);
    if (told > 0) deliveries.wake();
    await chores.run();
    return Math.max(SWEEP_MS, untilDue(await nextTellingAt(deps.pool), deps));
  });
  const leases = createTimer(deps, 'lease', async () => {
    const until = new Date(deps.clock.now().getTime() + options.leaseMs);
    await renewLeases(
      deps.pool,
      [...running.values()].map(({ claim }) => ({ ...claim, until })),
    );
    return options.leaseMs / 3;
  });
  const secretChecks = createSecretChecks(deps);
  const secrets = createTimer(deps, 'channel-secrets', async () => {
    const { released, nextAt } = await secretChecks.run();
    if (released > 0) deliveries.wake();
    return untilDue(nextAt, deps);
  });
  const pods = createTimer(deps, 'worker-pools', async () => {
    const back = await deps.workers.comeBack();
    await hastenClaims(deps.pool, back, deps.clock.now());
    if (back.length > 0) checks.wake();
    deps.workers.prune();
    return deps.workers.waiting().length > 0 ? PODS_MS : PRUNE_MS;
  });
  const timers: readonly Timer[] = [
    checks,
    deliveries,
    accountMails,
    sweeps,
    leases,
    secrets,
    pods,
  ];

  const begin = (claim: Claim, work: () => Promise<RunResult>): void => {
    const key = `${claim.workspace}/${claim.monitor}`;
    const run = async (): Promise<void> => {
      try {
        const result = await runOne(claim, work, deps, cut.signal);
        // What left nothing but its row has nothing to send.
        if (result !== 'unchanged') deliveries.wake();
        if (result === 'lost') isUnsure = true;
      } finally {
        running.delete(key);
        deps.metrics.inFlight.set(running.size);
        if (pace.ended(running.size) || isUnsure) checks.wake();
      }
    };
    running.set(key, { claim, done: run() });
    deps.metrics.inFlight.set(running.size);
  };

  const wake = (): void => {
    for (const timer of [checks, deliveries, accountMails, sweeps, secrets]) timer.wake();
  };

  for (const timer of timers) timer.start(stopping.signal);
  return {
    running: () => running.size,
    reconnected: () => {
      isUnsure = true;
      wake();
    },
    wake,
    stop: async (graceMs = 10_000) => {
      stopping.abort();
      const ended = Promise.allSettled([...running.values()].map((each) => each.done));
      const late = setTimeout(() => cut.abort(), graceMs);
      await ended;
      clearTimeout(late);
      cut.abort();
      await Promise.all(timers.map((timer) => timer.ended()));
    },
  };
}

interface Running {
  readonly claim: Claim;
  readonly done: Promise<void>;
}

/**
 * Runs one claim; one that was cut is given back, one that failed is left to its lease, loudly. `lost`: the
 * database did not take what became of it.
 */
async function runOne(
  claim: Claim,
  work: () => Promise<RunResult>,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult | 'lost' | undefined> {
  try {
    const result = await work();
    if (result === 'released') await deps.quotas.giveBack(claim);
    return result;
  } catch (error) {
    const { workspace, monitor } = claim;
    if (!signal.aborted) {
      deps.log.error(
        { err: error, workspace, monitor, reason: messageOf(error) },
        'a check was not committed',
      );
      return error instanceof StoreError && error.code === 'unavailable' ? 'lost' : undefined;
    }
    await releaseClaims(deps.pool, [{ ...claim, until: deps.clock.now() }]);
    await deps.quotas.giveBack(claim);
    return 'released';
  }
}

function busyWorkspaces(running: ReadonlyMap<string, Running>, slots: number): string[] {
  const most = Math.max(1, Math.ceil(slots * WORKSPACE_SHARE));
  const counts = Map.groupBy(running.values(), ({ claim }) => claim.workspace);
  return [...counts].filter(([, held]) => held.length >= most).map(([workspace]) => workspace);
}

/** Claims whose host's turn is far away are put off, so that they hold no slot. */
function sortByHost(
  claims: readonly Claim[],
  deps: Pick<SchedulerDeps, 'gate'>,
): { ready: Claim[]; deferred: (Claim & { readonly until: Date })[] } {
  const ready: Claim[] = [];
  const deferred: (Claim & { readonly until: Date })[] = [];
  const taken = new Map<string, number>();
  for (const claim of claims) {
    const host = hostOf(claim.spec.sources[0]?.url ?? '');
    const ahead = taken.get(host) ?? 0;
    if (deps.gate.waitMs(host, ahead) <= PATIENCE_MS) {
      taken.set(host, ahead + 1);
      ready.push(claim);
    } else deferred.push({ ...claim, until: deps.gate.deferUntil(host) });
  }
  return { ready, deferred };
}

const untilDue = (due: Date | undefined, deps: Pick<SchedulerDeps, 'clock'>): number =>
  due ? Math.min(IDLE_MS, Math.max(0, due.getTime() - deps.clock.now().getTime())) : IDLE_MS;
