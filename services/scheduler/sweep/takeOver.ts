/** Takes over what schedulers of other names left behind when they died: a pod that is replaced has another name. */
import { namelessOwners } from '../../store/lease.ts';
import { takeOver, type SweepDeps } from './sweep.ts';

/** Longer than a scheduler that lives is without its name while its connection is made again. */
const SURE_MS = 15_000;
/** Nobody is missed: leases end by themselves by the time that another one is. */
const REST_MS = 3_600_000;

/**
 * The job of a timer; begin it at the start of the process. Who is found without its name twice is dead, and is
 * fenced all the same.
 * @param found called when something was taken over
 */
export function createTakeOver(deps: SweepDeps, found: () => void): () => Promise<number> {
  let missed: ReadonlySet<string> | undefined;
  return async () => {
    const nameless = await namelessOwners(deps.pool, deps.settings.owner);
    const dead = nameless.filter((owner) => missed?.has(owner));
    for (const owner of dead) await takeOver(deps, owner);
    if (dead.length > 0) found();
    const isFirst = missed === undefined;
    missed = new Set(nameless.filter((owner) => !dead.includes(owner)));
    // Postgres may not have noticed yet that one is gone.
    return isFirst || missed.size > 0 ? SURE_MS : REST_MS;
  };
}
