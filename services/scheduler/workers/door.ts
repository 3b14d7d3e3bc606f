/** Lets checks in whose pool has a pod for them; the others wait outside, with their slot kept. */
import type { Clock } from '../../core/clock.ts';
import type { Claim } from '../../store/claim.ts';
import type { Release } from '../../store/lease.ts';
import type { Plan } from '../check/plan.ts';
import { needsBrowser, outOfTime, PUT_OFF_MS } from './admission.ts';
import type { Pools } from './pools.ts';
import type { Seat } from './seat.ts';
import { waiterOf, type Held, type Waiting } from './waiting.ts';

type Missed = Extract<Plan, { kind: 'missed' }>;

/** What becomes of a check that no pod takes now. */
export type TurnedAway =
  | { readonly kind: 'wait'; readonly release: Release }
  | { readonly kind: 'missed'; readonly plan: Missed };

export interface Admitted {
  readonly ready: readonly Claim[];
  readonly waiting: readonly Release[];
  readonly missed: readonly { readonly claim: Claim; readonly plan: Missed }[];
}

export interface Door {
  /** Sorts claims by what the pods of their pools can take; those that are ready have their place. */
  admit(claims: readonly Claim[]): Promise<Admitted>;
  /** What becomes of a check that had begun and that no pod took. */
  turnAway(claim: Claim): TurnedAway;
  /** Checks that wait and whose pool has a pod by now; each is named once. */
  comeBack(): Promise<readonly Release[]>;
}

export interface DoorDeps {
  readonly time: Pick<Clock, 'now'>;
  readonly waiting: Waiting;
  readonly pools: Pools;
  readonly seatOf: (claim: Claim) => Seat;
}

export function createDoor({ time, waiting, pools, seatOf }: DoorDeps): Door {
  /** @param hasten whether it is due again as soon as its pool has a pod */
  const turnAway = (claim: Claim, hasten: boolean): TurnedAway => {
    const now = time.now();
    const waiter = waiterOf(claim);
    const plan = outOfTime(claim, waiting.since(waiter.key), now);
    if (plan) {
      waiting.done(waiter.key);
      return { kind: 'missed', plan };
    }
    const { workspace, monitor, token } = claim;
    const until = new Date(now.getTime() + PUT_OFF_MS);
    const release = { workspace, monitor, token, until };
    const pool = claim.workers?.browser;
    if (pool) waiting.note(waiter, pool, hasten ? release : undefined);
    return { kind: 'wait', release };
  };
  return {
    admit: async (claims) => {
      const now = time.now();
      const hasPlace = await Promise.all(
        claims.map(async (claim) => !needsBrowser(claim, now) || seatOf(claim).reserve()),
      );
      const ready = claims.filter((_claim, at) => hasPlace[at]);
      for (const claim of ready) if (claim.workers?.browser) waiting.begun(waiterOf(claim).key);
      const others = claims.flatMap((claim, at) =>
        hasPlace[at] ? [] : [{ claim, away: turnAway(claim, true) }],
      );
      return {
        ready,
        waiting: others.flatMap(({ away }) => (away.kind === 'wait' ? [away.release] : [])),
        missed: others.flatMap(({ claim, away }) =>
          away.kind === 'missed' ? [{ claim, plan: away.plan }] : [],
        ),
      };
    },
    // its pods were there and did not take it, so that their being there is no news
    turnAway: (claim) => turnAway(claim, false),
    comeBack: async () => {
      const byPool = Map.groupBy(waiting.held(), ({ pool }) => `${pool.url} ${pool.keyring}`);
      const back = await Promise.all([...byPool.values()].map((held) => withPlace(held, pools)));
      waiting.hastened(back.flat());
      return back.flat().map(({ release }) => release);
    },
  };
}

/** Those that wait for one pool, as many as it has places for now. */
async function withPlace(held: readonly Held[], pools: Pools): Promise<readonly Held[]> {
  const pool = held[0]?.pool ?? null;
  const { pods, places } = pools.of('browser', pool);
  const addresses = await pods.addresses();
  if (addresses.length === 0) return [];
  return pool?.perCheck ? held.slice(0, places.free(addresses).length) : held;
}
