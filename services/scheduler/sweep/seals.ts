/** The chore of the data keys: seals again what lies under an older one, and shows how much does. */
import { SEALED_KINDS } from '../../core/contracts/keys.ts';
import type { SchedulerDeps } from '../deps.ts';

type SealDeps = Pick<SchedulerDeps, 'seals' | 'metrics' | 'log'>;

/** Workspaces a turn; one is a transaction of about a millisecond. */
const BATCH = 2_000;
const STATES = ['next', 'current', 'previous', 'missing'] as const;

export function createSealChore(): (deps: SealDeps, now: Date) => Promise<void> {
  let told = 0;
  return async ({ seals, metrics, log }, now) => {
    const { unopened } = await seals.tend({ now, limit: BATCH });
    // said again only when it is another number: nobody reads a line a minute
    if (unopened > 0 && unopened !== told)
      log.error(
        { event: 'seals.unopened', workspaces: unopened },
        'stored secrets do not open and stay as they are; restore the data key, or have them applied again',
      );
    told = unopened;
    const counted = await seals.count();
    for (const kind of SEALED_KINDS)
      for (const key of STATES) metrics.sealed.set({ kind, key }, counted[kind][key]);
  };
}
