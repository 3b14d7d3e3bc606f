/** Puts the parts together: caches for all processes, controllers for the one that leads. */
import type { Clock } from '../../../services/core/clock.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { Controller } from './controller.ts';
import { livenessProblems, readinessProblems } from './health.ts';
import { createLeaderElector, type LeaderDeps, type LeaderOptions, type Term } from './leader.ts';
import type { Reflector } from './reflector.ts';

export interface Manager {
  /** Runs until the signal is aborted or the lease is lost. */
  run(signal: AbortSignal): Promise<void>;
  /** Why the process must be restarted. */
  unwell(): readonly string[];
  /** What is missing before it may be counted on. */
  unready(): readonly string[];
  term(): Term | undefined;
}

/** What of a reflector the manager needs, whatever its kind. */
export type AnyReflector = Pick<Reflector<KubeObject>, 'run' | 'whenSynced' | 'health'>;

export interface ManagerOptions extends Omit<LeaderOptions, 'lead'> {
  readonly reflectors: readonly AnyReflector[];
  readonly controllers: readonly Controller[];
  /** More that only a leader does, such as rotation. Begins when the caches are synced. */
  readonly alsoLead?: readonly ((term: Term) => Promise<void>)[];
}

export interface ManagerDeps extends LeaderDeps {
  readonly clock: Clock;
}

export function createManager(options: ManagerOptions, deps: ManagerDeps): Manager {
  const { reflectors, controllers, alsoLead = [] } = options;
  const lead = async (term: Term): Promise<void> => {
    await Promise.all(reflectors.map((one) => one.whenSynced(term.signal)));
    await Promise.all([
      ...controllers.map((one) => one.run(term.signal)),
      ...alsoLead.map((work) => work(term)),
    ]);
  };
  const elector = createLeaderElector({ ...options, lead }, deps);
  const watches = () => reflectors.map((one) => one.health());
  return {
    run: async (signal) => {
      // Those who wait keep warm caches: a change of leaders costs no list.
      await Promise.all([elector.run(signal), ...reflectors.map((one) => one.run(signal))]);
    },
    unwell: () =>
      livenessProblems({
        watches: watches(),
        overdue: controllers.flatMap((one) => one.overdue()),
        now: deps.clock.monotonic(),
      }),
    unready: () => readinessProblems({ watches: watches() }),
    term: () => elector.term(),
  };
}
