/** Leaves hosts alone: a least interval and a most concurrency for each, over all workspaces. */
import type { Clock } from '../core/clock.ts';

export interface HostGate {
  /** Waits for the host's turn; call what it resolves to when the fetch has ended. */
  enter(host: string, signal: AbortSignal): Promise<() => void>;
  /** How long a fetch that begins now would wait behind `ahead` others that are about to, in ms. */
  waitMs(host: string, ahead?: number): number;
  /** A time at which a claim for this host may be tried again; each call gives a later one. */
  deferUntil(host: string): Date;
  /** The host asked to be left alone until then. */
  close(host: string, until: Date): void;
}

export interface HostGateOptions {
  readonly intervalMs: number;
  readonly concurrency: number;
  readonly clock: Clock;
}

interface HostState {
  /** Wall-clock ms at which the next fetch may begin. */
  nextAt: number;
  /** Wall-clock ms up to which claims were deferred. */
  deferredTo: number;
  closedUntil: number;
  active: number;
  queue: (() => void)[];
}

/** Idle hosts beyond this number are forgotten. */
const MAX_HOSTS = 10_000;

/** The gate of one process; its memory is bounded by the hosts in use. */
export function createHostGate({ intervalMs, concurrency, clock }: HostGateOptions): HostGate {
  const hosts = new Map<string, HostState>();
  const now = (): number => clock.now().getTime();
  const stateOf = (host: string): HostState => {
    const known = hosts.get(host);
    if (known) return known;
    if (hosts.size >= MAX_HOSTS) forgetIdle(hosts, now());
    const made: HostState = { nextAt: 0, deferredTo: 0, closedUntil: 0, active: 0, queue: [] };
    hosts.set(host, made);
    return made;
  };
  const waitMs: HostGate['waitMs'] = (host, ahead = 0) => {
    const state = hosts.get(host);
    const turn = Math.max(state?.nextAt ?? 0, state?.closedUntil ?? 0, now()) - now();
    const inLine = (state ? state.active + state.queue.length : 0) + ahead;
    return turn + Math.max(ahead, inLine - concurrency + 1, 0) * intervalMs;
  };
  return {
    waitMs,
    enter: async (host, signal) => {
      const state = stateOf(host);
      if (state.active >= concurrency) await queued(state, signal);
      else state.active += 1;
      const leave = once(() => {
        const next = state.queue.shift();
        if (next) next();
        else state.active -= 1;
      });
      try {
        // each reserves its turn before it sleeps, so that no two get the same
        const at = Math.max(now(), state.nextAt, state.closedUntil);
        state.nextAt = at + intervalMs;
        if (at > now()) await clock.sleep(at - now(), signal);
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
    deferUntil: (host) => {
      const state = stateOf(host);
      const from = Math.max(now() + intervalMs, state.nextAt, state.closedUntil, state.deferredTo);
      state.deferredTo = from + Math.max(1, intervalMs);
      return new Date(from);
    },
    close: (host, until) => {
      const state = stateOf(host);
      state.closedUntil = Math.max(state.closedUntil, until.getTime());
    },
  };
}

/** Waits until a place is handed over; the place counts as active already. */
async function queued(state: HostState, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const give = (): void => resolve();
  const abort = (): void => {
    const place = state.queue.indexOf(give);
    if (place === -1) return;
    state.queue.splice(place, 1);
    reject(signal.reason as Error);
  };
  state.queue.push(give);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}

function forgetIdle(hosts: Map<string, HostState>, now: number): void {
  for (const [host, state] of hosts)
    if (state.active === 0 && Math.max(state.nextAt, state.closedUntil, state.deferredTo) <= now)
      hosts.delete(host);
}

/** The host of a page, or '' where the url has none. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');
