/** Workers that bring the world to what a kind's objects want, one key at a time. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../services/core/clock.ts';
import { pause } from '../../../services/core/kube/scope.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import type { KubeMetrics } from './metrics.ts';
import { createPass, type Overdue, type Reconcile, type ReconcileContext } from './pass.ts';
import type { TerminalError } from './pass.ts';
import { specOrMetaChanged } from './predicate.ts';
import type { Change, Reflector } from './reflector.ts';
import { inSlices } from './slices.ts';
import { PRIORITY, createWorkqueue, type AddOptions } from './workqueue.ts';

export { TerminalError } from './pass.ts';
export type { Overdue, Reconcile, ReconcileContext, ReconcileResult } from './pass.ts';

export interface Controller {
  readonly name: string;
  /** Brings a reflector's changes to this controller's keys. Before `run`. */
  watch<T extends KubeObject>(reflector: Reflector<T>, source: Source<T>): void;
  enqueue(key: string, options?: AddOptions): void;
  /** Works until the signal is aborted and all workers have ended. Call it when caches are synced. */
  run(signal: AbortSignal): Promise<void>;
  overdue(): readonly Overdue[];
  depth(): number;
}

/** How changes of a watched kind become keys. */
export interface Source<T extends KubeObject> {
  /** Keys to reconcile because of this object. */
  readonly keys: (object: T) => readonly string[];
  /** Whether an update matters; `specOrMetaChanged` when absent. */
  readonly changed?: (before: T, after: T) => boolean;
  /** Whether each resync queues all objects of this kind again; for the controller's own kind. */
  readonly resync?: boolean;
}

export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  /** Tells the user of an error that a retry does not mend, such as by a condition. */
  readonly onTerminal?: (context: ReconcileContext, error: TerminalError) => Promise<void>;
  /** 8 when absent. */
  readonly workers?: number;
  /** Time for one pass; 60 s when absent. */
  readonly deadlineMs?: number;
  /** 10 h when absent. */
  readonly resyncMs?: number;
}

export interface ControllerDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: KubeMetrics;
  readonly newId: () => string;
}

const WORKERS = 8;
const DEADLINE_MS = 60_000;
const RESYNC_MS = 10 * 3_600_000;
/** After so many a worker lets everything else in the process have its turn. */
const PASSES_A_TURN = 8;
/** Controllers do not all resync at once. */
const RESYNC_SPREAD = 0.1;

export function createController(options: ControllerOptions, deps: ControllerDeps): Controller {
  const { name, workers = WORKERS, resyncMs = RESYNC_MS } = options;
  const log = deps.log.child({ controller: name });
  const queue = createWorkqueue(deps);
  const pass = createPass({ deadlineMs: DEADLINE_MS, ...options }, { ...deps, log }, queue);
  const resyncs: (() => Promise<void>)[] = [];
  const rest = takingTurns();
  const work = async (signal: AbortSignal): Promise<void> => {
    for (let taken = await queue.take(); taken; taken = await queue.take()) {
      await pass.run(taken, signal);
      await rest();
    }
  };
  const resync = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await pause(deps.clock, resyncMs * (1 + RESYNC_SPREAD * deps.random()), signal);
      for (const again of resyncs) await again();
    }
  };
  deps.metrics.observeQueue(name, () => queue.depth());
  return {
    name,
    watch: (reflector, source) => {
      reflector.subscribe((change) => {
        const priority = priorityOf(change);
        void inSlices(keysOf(change, source), (key) => queue.add(key, { priority }));
      });
      if (source.resync === true)
        resyncs.push(() =>
          inSlices(reflector.store.all(), (object) =>
            source.keys(object).forEach((key) => queue.add(key, { priority: PRIORITY.background })),
          ),
        );
    },
    enqueue: (key, how) => queue.add(key, how),
    run: async (signal) => {
      if (signal.aborted) queue.close();
      else signal.addEventListener('abort', () => queue.close(), { once: true });
      await Promise.all([
        ...Array.from({ length: workers }, () => work(signal)),
        resync(signal).catch(() => undefined),
      ]);
    },
    overdue: () => pass.overdue(),
    depth: () => queue.depth(),
  };
}

/** Passes that find nothing to do wait for nothing: a resync of thousands would be one long turn. */
function takingTurns(): () => Promise<void> {
  let passes = 0;
  return async () => {
    passes += 1;
    if (passes % PASSES_A_TURN === 0) await setImmediate();
  };
}

/** What a restart finds need not go before what a user does now. */
const priorityOf = <T extends KubeObject>(change: Change<T>): number =>
  change.type === 'added' && change.initial ? PRIORITY.background : PRIORITY.normal;

/** An object that changed sides (another owner, another label) concerns both. */
function keysOf<T extends KubeObject>(
  change: Change<T>,
  { keys, changed = specOrMetaChanged }: Source<T>,
): readonly string[] {
  switch (change.type) {
    case 'added':
    case 'deleted':
      return keys(change.object);
    case 'updated':
      return changed(change.before, change.object)
        ? [...new Set([...keys(change.before), ...keys(change.object)])]
        : [];
    default:
      return change satisfies never;
  }
}
