/** Holds workspaces to their checks and mails of an hour; one without such a limit costs nothing. */
import type pg from 'pg';
import type { Clock } from '../core/clock.ts';
import type { Claim } from '../store/claim.ts';
import {
  giveBackHourly,
  hourAfter,
  hourOf,
  readLimited,
  takeChecks,
  takeMails,
  type Hourly,
  type TakenChecks,
} from '../store/hourlyQuotas.ts';
import { putOffClaims, type PutOff } from '../store/lease.ts';
import { conditionsPutOff } from './check/conditions.ts';
import { planClaim } from './check/plan.ts';
import type { Workers } from './workers/workers.ts';

/** Claims that may begin, and those that wait for another hour. */
export interface WithinQuotas {
  readonly ready: readonly Claim[];
  readonly putOff: readonly PutOff[];
}

/** Whether mails may go out now. */
export type MailsTaken =
  /** Counted; `giveBack` says how many surely did not go out. */
  | { readonly kind: 'taken'; readonly giveBack: (mails: number) => Promise<void> }
  | { readonly kind: 'full'; readonly until: Date; readonly why: string };

export interface Quotas {
  /** Counts the checks among the claims, before they begin. */
  admit(claims: readonly Claim[]): Promise<WithinQuotas>;
  /** A check that was counted did not begin after all. */
  giveBack(claim: Claim): Promise<void>;
  takeMails(workspace: string, mails: number): Promise<MailsTaken>;
}

/** A new limit holds within this time. */
const ASK_MS = 2_000;
/** What is left of the hour is for checks that have waited longer: so long they have to begin. */
const AFTER_OTHERS_MS = 5_000;

/** Of one process; what is counted lies in the database, so that several processes count together. */
export function createQuotas(pool: pg.Pool, clock: Pick<Clock, 'now' | 'monotonic'>): Quotas {
  const limitedNow = createLimited(pool, clock);
  const counted = new WeakMap<Claim, Date>();
  const admitOf = async (workspace: string, wanted: readonly Claim[]): Promise<WithinQuotas> => {
    const now = clock.now();
    const late = wanted.filter((claim) => isLate(claim, now));
    const fresh = wanted.filter((claim) => !isLate(claim, now));
    const sizes = { late: late.length, fresh: fresh.length };
    const taken = await takeChecks(pool, workspace, sizes, now);
    const ready = [...late.slice(0, taken.late), ...fresh.slice(0, taken.fresh)];
    for (const claim of ready) if (taken.most !== null) counted.set(claim, taken.hour);
    const others = [...late.slice(taken.late), ...fresh.slice(taken.fresh)];
    return { ready, putOff: others.map((claim) => putOffOf(claim, taken, now)) };
  };
  return {
    admit: async (claims) => {
      const limited = await limitedNow();
      const now = clock.now();
      const isCounted = (claim: Claim): boolean =>
        limited.get(claim.workspace)?.includes('checks') === true &&
        planClaim(claim, now).kind === 'check';
      const { wanted = [], free = [] } = Object.groupBy(claims, (claim) =>
        limited.size > 0 && isCounted(claim) ? 'wanted' : 'free',
      );
      const within: WithinQuotas[] = [{ ready: free, putOff: [] }];
      for (const [workspace, of] of Map.groupBy(wanted, (claim) => claim.workspace))
        within.push(await admitOf(workspace, of));
      return {
        ready: within.flatMap(({ ready }) => ready),
        putOff: within.flatMap(({ putOff }) => putOff),
      };
    },
    giveBack: async (claim) => {
      const hour = counted.get(claim);
      counted.delete(claim);
      if (hour) await giveBackHourly(pool, claim.workspace, { kind: 'checks', hour, count: 1 });
    },
    takeMails: async (workspace, mails) => {
      const nothing = { kind: 'taken', giveBack: async () => {} } as const;
      if (mails === 0 || !(await limitedNow()).get(workspace)?.includes('mails')) return nothing;
      const { isTaken, hour, most } = await takeMails(pool, workspace, mails, clock.now());
      if (most === null) return nothing;
      const giveBack = (count: number): Promise<void> =>
        giveBackHourly(pool, workspace, { kind: 'mails', hour, count });
      if (isTaken) return { kind: 'taken', giveBack };
      const until = hourAfter(hour);
      return { kind: 'full', until, why: whyFull(workspace, most, 'mails', until) };
    },
  };
}

export interface WithinDeps {
  readonly pool: pg.Pool;
  readonly quotas: Quotas;
  readonly workers: Pick<Workers, 'leave'>;
}

/** Those that may begin; the others are given back, and their places are free again. */
export async function withinQuotas(
  claims: readonly Claim[],
  { pool, quotas, workers }: WithinDeps,
): Promise<readonly Claim[]> {
  const begun = new Set<Claim>();
  try {
    const { ready, putOff } = await quotas.admit(claims);
    await putOffClaims(pool, putOff);
    for (const claim of ready) begun.add(claim);
    return ready;
  } finally {
    for (const claim of claims) if (!begun.has(claim)) workers.leave(claim);
  }
}

/** Asks the database again once the answer is two seconds old. */
function createLimited(pool: pg.Pool, { monotonic }: Pick<Clock, 'monotonic'>) {
  let asked: { readonly at: number; readonly answer: ReturnType<typeof readLimited> } | undefined;
  return (): ReturnType<typeof readLimited> => {
    const at = monotonic();
    if (asked && at - asked.at < ASK_MS) return asked.answer;
    const answer = readLimited(pool);
    asked = { at, answer };
    // an answer that failed is not remembered
    answer.catch(() => (asked = undefined));
    return answer;
  };
}

/** What was due before the hour began has waited longest; a run that somebody asked for waits for nobody. */
const isLate = (claim: Claim, now: Date): boolean =>
  claim.runRequest !== undefined || claim.buffered || claim.slot < hourOf(now);

function putOffOf(claim: Claim, { hour, most, isFull }: TakenChecks, now: Date): PutOff {
  const until = isFull ? hourAfter(hour) : new Date(now.getTime() + AFTER_OTHERS_MS);
  const { workspace, monitor, token, buffered } = claim;
  const why = whyFull(workspace, most ?? 0, 'checks', until);
  return {
    workspace,
    monitor,
    token,
    buffered,
    until,
    conditions: conditionsPutOff(claim, now, why),
  };
}

const whyFull = (workspace: string, most: number, kind: Hourly, until: Date): string =>
  `The workspace ${workspace} may have ${most} ${kind} an hour; this waits until ${until.toISOString()}, or ask an administrator to raise the limit`;
