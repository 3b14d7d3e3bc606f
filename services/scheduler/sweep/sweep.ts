/** The scheduler's chores: what is due besides checks, and what old rows leave behind. */
import { messageOf } from '../../core/errors.ts';
import { deleteAccountMails, recoverAccountMails } from '../../store/accountMailsOutbox.ts';
import { releaseReservations } from '../../store/budget.ts';
import { pruneCache } from '../../store/cache.ts';
import { oldestLatenessMs } from '../../store/claim.ts';
import { eraseWorkspaces } from '../../store/erasure.ts';
import { deleteInvitedAddresses } from '../../store/invitationMails.ts';
import { recoverLeases } from '../../store/lease.ts';
import { recoverDeliveries } from '../../store/outbox.ts';
import { removeUnconfirmedApps } from '../../store/secondFactorsTotp.ts';
import {
  collectBlobs,
  deleteEnded,
  dropExpiredPartitions,
  dueTellings,
  ensurePartitions,
  tellDue,
  trimChecks,
  type DueTelling,
} from '../../store/sweep.ts';
import type { SchedulerDeps } from '../deps.ts';
import { openDesk } from '../tell/desk.ts';
import { tellWaiting } from '../tell/due.ts';
import { createSealChore } from './seals.ts';

export type SweepDeps = Pick<
  SchedulerDeps,
  'pool' | 'clock' | 'newId' | 'newToken' | 'failpoint' | 'metrics' | 'settings' | 'log' | 'seals'
>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Longer than any judgement may last. */
const STALE_RESERVATION_MS = 15 * 60_000;
const CACHE_LIFE_MS = 30 * DAY_MS;
const ACCOUNT_MAIL_LIFE_MS = 30 * DAY_MS;
const CACHE_ROWS = 50_000;
const BATCH = 200;
/** Of each kind a minute; each alert by mail leaves a few. */
const ENDED_BATCH = 1000;

/** Ends what a dead process of this name left behind, and makes history writable. Run before any claim. */
export async function recover(deps: SweepDeps): Promise<void> {
  await ensurePartitions(deps.pool, daysFrom(deps.clock.now()));
  await takeOver(deps, deps.settings.owner);
}

/** Ends what a process of a name left behind; none of that name may live. */
export async function takeOver(deps: SweepDeps, owner: string): Promise<void> {
  const now = deps.clock.now();
  const leases = await recoverLeases(deps.pool, owner, now);
  const deliveries = await recoverDeliveries(deps.pool, owner, now);
  const mails = await recoverAccountMails(deps.pool, owner, now);
  const reservations = await releaseReservations(deps.pool, { owner, before: staleBefore(now) });
  if (leases + deliveries + mails + reservations > 0)
    deps.log.warn(
      { leases, deliveries, mails, reservations },
      'took over what a process that ended left behind',
    );
}

const daysFrom = (now: Date): Date[] => [now, new Date(now.getTime() + DAY_MS)];
const staleBefore = (now: Date): Date => new Date(now.getTime() - STALE_RESERVATION_MS);

/** Tells everything that waited for its time; resolves to how many monitors had something. */
export async function tellAllDue(deps: SweepDeps): Promise<number> {
  const now = deps.clock.now();
  const due = await dueTellings(deps.pool, now, BATCH);
  for (const key of due) await tellOrReport(key, now, deps);
  return due.length;
}

/** One monitor whose findings cannot be told keeps none of the others waiting. */
async function tellOrReport(key: DueTelling, now: Date, deps: SweepDeps): Promise<void> {
  try {
    await tellOne(key, now, deps);
  } catch (error) {
    deps.metrics.sweepFailures.inc({ sweep: 'tell' });
    deps.log.error({ err: error, ...key }, 'findings that were due could not be told');
  }
}

async function tellOne(key: DueTelling, now: Date, deps: SweepDeps): Promise<void> {
  await deps.failpoint('sweep.before-tell');
  await tellDue(deps.pool, key, now, (monitor, known) => {
    const { publicUrl } = deps.settings;
    const desk = openDesk({
      known,
      alerting: monitor.spec.alerting,
      context: { ...key, publicUrl, now, checkId: null },
      newId: deps.newId,
      newToken: deps.newToken,
    });
    tellWaiting(desk, known, monitor.deleted);
    return desk.done();
  });
  await deps.failpoint('sweep.after-tell');
}

/** Chores that may wait; each by itself, so that one that fails stops none of the others. */
export interface Chores {
  /** Runs the chores whose time has come. */
  run(): Promise<void>;
}

interface Chore {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (deps: SweepDeps, now: Date) => Promise<unknown>;
}

/** The log outlives what was erased, so it names nothing. */
async function erase({ pool, log }: SweepDeps): Promise<void> {
  const { length } = await eraseWorkspaces(pool);
  if (length > 0)
    log.info({ event: 'workspaces.erased', workspaces: length }, 'workspaces were erased');
}

/** Remembers when each chore ran last. */
export function createChores(deps: SweepDeps): Chores {
  let trimFrom: DueTelling | undefined;
  const chores: readonly Chore[] = [
    {
      name: 'partitions',
      everyMs: HOUR_MS,
      run: ({ pool }, now) => ensurePartitions(pool, daysFrom(now)),
    },
    { name: 'expired', everyMs: HOUR_MS, run: ({ pool }, now) => dropExpiredPartitions(pool, now) },
    { name: 'blobs', everyMs: 10 * 60_000, run: ({ pool }, now) => collectBlobs(pool, now, 1000) },
    {
      name: 'cache',
      everyMs: HOUR_MS,
      run: ({ pool }, now) => pruneCache(pool, new Date(now.getTime() - CACHE_LIFE_MS), CACHE_ROWS),
    },
    {
      name: 'reservations',
      everyMs: 5 * 60_000,
      run: ({ pool }, now) => releaseReservations(pool, { before: staleBefore(now) }),
    },
    {
      name: 'ended',
      everyMs: 60_000,
      run: ({ pool }, now) => deleteEnded(pool, now, ENDED_BATCH),
    },
    {
      name: 'account-mails',
      everyMs: HOUR_MS,
      run: ({ pool }, now) =>
        deleteAccountMails(pool, new Date(now.getTime() - ACCOUNT_MAIL_LIFE_MS), ENDED_BATCH),
    },
    {
      name: 'invited-addresses',
      everyMs: HOUR_MS,
      run: ({ pool }, now) => deleteInvitedAddresses(pool, now, ENDED_BATCH),
    },
    {
      name: 'unconfirmed-apps',
      everyMs: HOUR_MS,
      run: ({ pool }, now) => removeUnconfirmedApps(pool, new Date(now.getTime() - DAY_MS)),
    },
    { name: 'erasure', everyMs: 60_000, run: erase },
    { name: 'seals', everyMs: 60_000, run: createSealChore() },
    {
      name: 'trim',
      everyMs: 60_000,
      run: async ({ pool }) => {
        trimFrom = await trimChecks(pool, trimFrom, BATCH);
      },
    },
    {
      name: 'age',
      everyMs: 15_000,
      run: async ({ pool, metrics }, now) =>
        metrics.oldestDueSeconds.set((await oldestLatenessMs(pool, now)) / 1000),
    },
  ];
  const lastRun = new Map<string, number>();
  return {
    run: async () => {
      for (const chore of chores) {
        const at = deps.clock.monotonic();
        const before = lastRun.get(chore.name);
        if (before !== undefined && at - before < chore.everyMs) continue;
        lastRun.set(chore.name, at);
        try {
          await chore.run(deps, deps.clock.now());
        } catch (error) {
          deps.metrics.sweepFailures.inc({ sweep: chore.name });
          deps.log.error(
            { err: error, sweep: chore.name, reason: messageOf(error) },
            'a chore failed',
          );
        }
      }
    },
  };
}
