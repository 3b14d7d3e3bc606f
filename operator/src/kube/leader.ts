/** One process of several does the work: leader election by a Lease. */
import { messageOf } from '../../../services/core/errors.ts';
import { orAbsent } from '../../../services/core/kube/errors.ts';
import { openScope, pause } from '../../../services/core/kube/scope.ts';
import {
  LEASES,
  RENEW_DEADLINE_MS,
  isFree,
  nextTransitions,
  restMs,
  see,
  taken,
  type Lease,
  type Sighting,
} from './lease.ts';
import { reign, type ReignDeps, type ReignOptions, type Term, type Won } from './reign.ts';

export type { Term } from './reign.ts';

export interface LeaderElector {
  /**
   * Stands for election. Resolves when the signal is aborted and the lease is given back, or when a
   * won lease is lost and `onLost` was called. Once only.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Undefined while another leads. */
  term(): Term | undefined;
  /** Who held the lease when we last looked. */
  holder(): string | undefined;
}

export interface LeaderOptions extends ReignOptions {
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Unique for each process, such as pod name and a random part. */
  readonly identity: string;
}

export type LeaderDeps = ReignDeps;

export function createLeaderElector(options: LeaderOptions, deps: LeaderDeps): LeaderElector {
  const { clock, random, log } = deps;
  let sighting: Sighting | undefined;
  let term: Term | undefined;
  const look = async (signal: AbortSignal): Promise<Sighting> => {
    const lease = await readLease(options, deps, signal);
    sighting = see(sighting, lease, clock.monotonic());
    return sighting;
  };
  return {
    term: () => term,
    holder: () => (term ? options.identity : sighting?.lease?.spec?.holderIdentity),
    run: async (signal) => {
      while (!signal.aborted) {
        const won = await stand(look, options, deps, signal);
        if (won) {
          log.info({ fencing: won.fencing }, 'leading');
          const reigning = reign(won, options, deps, signal);
          term = reigning.term;
          await reigning.over;
          term = undefined;
          return;
        }
        const rest = restMs(sighting, options.identity, clock.monotonic(), random());
        await pause(clock, rest, signal).catch(() => undefined);
      }
    },
  };
}

/** Tries once; a lost race or an unreachable server is no more than "not now". */
async function stand(
  look: (signal: AbortSignal) => Promise<Sighting>,
  options: LeaderOptions,
  { clock, transport, log }: LeaderDeps,
  signal: AbortSignal,
): Promise<Won | undefined> {
  const reason = (): Error => new Error(`no answer within ${RENEW_DEADLINE_MS} ms`);
  const scope = openScope(clock, signal, { ms: RENEW_DEADLINE_MS, reason });
  try {
    const seen = await look(scope.signal);
    const since = clock.monotonic();
    if (!isFree(seen, options.identity, since)) return undefined;
    const fencing = nextTransitions(seen, clock.now());
    const wish = taken(seen, options, fencing, clock.now());
    const lease = await transport.replace(LEASES, wish, { signal: scope.signal });
    return { lease, fencing, since };
  } catch (error) {
    if (!signal.aborted) log.debug({ err: messageOf(error) }, 'not elected');
    return undefined;
  } finally {
    scope.close();
  }
}

const readLease = (
  { namespace, name }: LeaderOptions,
  { transport }: LeaderDeps,
  signal: AbortSignal,
): Promise<Lease | undefined> => orAbsent(transport.get(LEASES, { namespace, name }, { signal }));
