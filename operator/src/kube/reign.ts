/** Holding a won lease: renew it in time, or stop leading before anybody else may begin. */
import type { Clock } from '../../../services/core/clock.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { isConflict, isNotFound } from '../../../services/core/kube/errors.ts';
import { openScope, pause, type Scope } from '../../../services/core/kube/scope.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { Log } from '../../../services/core/log.ts';
import { LEASES, RENEW_DEADLINE_MS, RETRY_MS, givenBack, renewed, type Lease } from './lease.ts';

/** One uninterrupted time of leading. */
export interface Term {
  /** Grows with every change of leader (`leaseTransitions`): who was told a higher one ignores this. */
  readonly fencing: number;
  /** Aborted at the loss, and when the process stops. */
  readonly signal: AbortSignal;
  /** Whether the lease still holds at this moment, by the monotonic clock. */
  readonly holds: () => boolean;
}

export interface ReignOptions {
  /** The work of a leader; it must end soon after `term.signal` is aborted. */
  readonly lead: (term: Term) => Promise<void>;
  /** The lease is lost or the work has ended by itself: the process must end. */
  readonly onLost: (why: string) => void;
}

export interface ReignDeps {
  readonly transport: Pick<Transport, 'get' | 'replace'>;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  readonly log: Log;
}

/** A lease that was just written with our name. */
export interface Won {
  readonly lease: Lease;
  readonly fencing: number;
  /** Monotonic time before the request. */
  readonly since: number;
}

export interface Reign {
  readonly term: Term;
  /** Resolves when leading is over: lost, or stopped and the lease given back. */
  readonly over: Promise<void>;
}

/** A renewal that hangs is tried anew; there is time for two. */
const RENEW_TIMEOUT_MS = 2500;
/** After one that failed. */
const HASTE_MS = 500;
const GIVE_BACK_TIMEOUT_MS = 2000;
/** Renewals come up to a fifth early, never late. */
const SPREAD = 0.2;

/** Begins to lead. @param stop ends it in order. */
export function reign(won: Won, options: ReignOptions, deps: ReignDeps, stop: AbortSignal): Reign {
  const { clock } = deps;
  const hold: Hold = { lease: won.lease, renewedAt: won.since };
  const scope = openScope(clock, stop);
  const term: Term = {
    fencing: won.fencing,
    signal: scope.signal,
    holds: () => !scope.signal.aborted && clock.monotonic() < deadlineOf(hold),
  };
  const lose = (why: string): void => {
    if (scope.signal.aborted) return;
    scope.abort(new Error(`Leadership is over: ${why}.`));
    deps.log.error({ fencing: won.fencing }, `leadership lost: ${why}`);
    options.onLost(why);
  };
  const work = (async () => options.lead(term))().then(
    () => lose('the work ended'),
    (error: unknown) => lose(`the work failed: ${messageOf(error)}`),
  );
  const over = Promise.all([
    keepRenewing(hold, deps, scope, lose),
    expiry(hold, clock, scope.signal).then(
      () => lose(`not renewed for ${RENEW_DEADLINE_MS / 1000} s`),
      () => undefined,
    ),
  ]).then(() => settle(work, hold, deps, stop));
  return { term, over: over.finally(() => scope.close()) };
}

/** What of the reign changes. */
interface Hold {
  lease: Lease;
  renewedAt: number;
}

const deadlineOf = ({ renewedAt }: Hold): number => renewedAt + RENEW_DEADLINE_MS;

/** Resolves when the lease was not renewed in time. */
async function expiry(hold: Hold, clock: Clock, signal: AbortSignal): Promise<void> {
  const left = (): number => deadlineOf(hold) - clock.monotonic();
  for (let ms = left(); ms > 0; ms = left()) await pause(clock, ms, signal);
}

async function keepRenewing(
  hold: Hold,
  deps: ReignDeps,
  { signal }: Scope,
  lose: (why: string) => void,
): Promise<void> {
  let wait = RETRY_MS;
  while (await slept(deps.clock, wait * (1 - SPREAD * deps.random()), signal)) {
    const began = deps.clock.monotonic();
    const lease = await renew(hold.lease, deps, signal);
    if (signal.aborted) return;
    if (lease === 'taken') return lose('another holds the lease');
    wait = lease === 'unknown' ? HASTE_MS : RETRY_MS;
    if (lease === 'unknown') continue;
    hold.lease = lease;
    hold.renewedAt = began;
  }
}

const slept = (clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> =>
  pause(clock, ms, signal).then(
    () => true,
    () => false,
  );

async function renew(
  lease: Lease,
  deps: ReignDeps,
  signal: AbortSignal,
): Promise<Lease | 'taken' | 'unknown'> {
  const { clock, transport, log } = deps;
  const reason = (): Error => new Error(`no answer within ${RENEW_TIMEOUT_MS} ms`);
  const scope = openScope(clock, signal, { ms: RENEW_TIMEOUT_MS, reason });
  const write = (from: Lease): Promise<Lease> =>
    transport.replace(LEASES, renewed(from, clock.now()), { signal: scope.signal });
  try {
    return await write(lease);
  } catch (error) {
    if (isNotFound(error)) return 'taken';
    if (!isConflict(error)) {
      log.warn({ err: messageOf(error) }, 'the lease could not be renewed');
      return 'unknown';
    }
    return await rewrite(lease, deps, scope.signal, write);
  } finally {
    scope.close();
  }
}

/** After a conflict: an earlier renewal of ours arrived without our knowing, or another is leader. */
async function rewrite(
  ours: Lease,
  { transport, log }: ReignDeps,
  signal: AbortSignal,
  write: (from: Lease) => Promise<Lease>,
): Promise<Lease | 'taken' | 'unknown'> {
  try {
    const { namespace, name = '' } = ours.metadata;
    const now = await transport.get(LEASES, { namespace, name }, { signal });
    const isOurs =
      now.metadata.uid === ours.metadata.uid &&
      now.spec?.holderIdentity === ours.spec?.holderIdentity &&
      now.spec?.leaseTransitions === ours.spec?.leaseTransitions;
    return isOurs ? await write(now) : 'taken';
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the lease could not be read');
    return 'unknown';
  }
}

/** After an ordered stop: waits for the work while the lease is ours, then gives it back. */
async function settle(
  work: Promise<void>,
  hold: Hold,
  { clock, transport, log }: ReignDeps,
  stop: AbortSignal,
): Promise<void> {
  if (!stop.aborted) return;
  const scope = openScope(clock);
  const late = expiry(hold, clock, scope.signal).then(
    () => false,
    () => false,
  );
  const inTime = await Promise.race([work.then(() => true), late]);
  scope.abort(undefined);
  scope.close();
  if (!inTime) return log.warn('the work did not end in time; the lease is left to run out');
  const limit = { ms: GIVE_BACK_TIMEOUT_MS, reason: () => new Error('no answer') };
  const writing = openScope(clock, undefined, limit);
  const lease = givenBack(hold.lease, clock.now());
  await transport.replace(LEASES, lease, { signal: writing.signal }).then(
    () => undefined,
    (error: unknown) => log.warn({ err: messageOf(error) }, 'the lease could not be given back'),
  );
  writing.close();
}
