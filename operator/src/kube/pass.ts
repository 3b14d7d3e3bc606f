/** One reconcile pass: its deadline, its outcome, and when the key comes again. */
import type { Clock } from '../../../services/core/clock.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { ApiError } from '../../../services/core/kube/errors.ts';
import { openScope } from '../../../services/core/kube/scope.ts';
import type { ObjectRef } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import { refOf } from './keys.ts';
import type { KubeMetrics, ReconcileOutcome } from './metrics.ts';
import type { Taken, Workqueue } from './workqueue.ts';

/** What a reconcile is given. Never the event: state is read afresh. */
export interface ReconcileContext {
  /** `namespace/name`. */
  readonly key: string;
  readonly ref: ObjectRef;
  /** In every log line of this pass. */
  readonly reconcileId: string;
  readonly log: Log;
  /** Aborted at the deadline, at the loss of leadership, and at the end of the process. */
  readonly signal: AbortSignal;
}

/** Absent: nothing more to do until something changes. */
export interface ReconcileResult {
  readonly requeueAfterMs?: number | undefined;
}

export type Reconcile = (context: ReconcileContext) => Promise<ReconcileResult | void>;

/** Trying again cannot help before the object changes. */
export class TerminalError extends Error {
  /** Of the condition that tells the user. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
    this.reason = reason;
  }
}

/** A worker that is past its deadline. */
export interface Overdue {
  readonly controller: string;
  readonly key: string;
  readonly reconcileId: string;
  readonly byMs: number;
}

/** A pass took longer than it may. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`The pass was not done within ${ms} ms.`);
    this.name = 'DeadlineError';
  }
}

export interface PassOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly deadlineMs: number;
  readonly onTerminal?:
    | ((context: ReconcileContext, error: TerminalError) => Promise<void>)
    | undefined;
}

export interface PassDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: KubeMetrics;
  readonly newId: () => string;
}

export interface Pass {
  /** Never rejects. */
  run(taken: Taken, signal: AbortSignal): Promise<void>;
  overdue(): readonly Overdue[];
}

/** How a pass ended. */
type Ended =
  | { readonly kind: 'done'; readonly requeueAfterMs: number | undefined }
  | { readonly kind: 'terminal'; readonly error: TerminalError }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'aborted' };

export function createPass(options: PassOptions, deps: PassDeps, queue: Workqueue): Pass {
  const { clock, metrics } = deps;
  const { name, deadlineMs } = options;
  const running = new Map<string, { readonly reconcileId: string; readonly since: number }>();
  return {
    overdue: () =>
      [...running].flatMap(([key, { reconcileId, since }]) => {
        const byMs = clock.monotonic() - since - deadlineMs;
        return byMs > 0 ? [{ controller: name, key, reconcileId, byMs }] : [];
      }),
    run: async (taken, signal) => {
      const { key } = taken;
      const reconcileId = deps.newId();
      const since = clock.monotonic();
      running.set(key, { reconcileId, since });
      metrics.waited(name, taken.waitedMs / 1000);
      const scope = openScope(clock, signal, {
        ms: deadlineMs,
        reason: () => new DeadlineError(deadlineMs),
      });
      // Not `key`: the log takes that for a secret.
      const log = deps.log.child({ object: key, reconcileId });
      const context = { key, ref: refOf(key), reconcileId, log, signal: scope.signal };
      const ended = await attempt(options, context, signal);
      scope.close();
      running.delete(key);
      const result = conclude(ended, taken, queue, log);
      metrics.reconciled(name, result, (clock.monotonic() - since) / 1000);
      queue.done(key);
    },
  };
}

async function attempt(
  { reconcile, onTerminal }: PassOptions,
  context: ReconcileContext,
  stop: AbortSignal,
): Promise<Ended> {
  try {
    const { requeueAfterMs } = (await reconcile(context)) ?? {};
    if (requeueAfterMs !== undefined && !Number.isFinite(requeueAfterMs))
      throw new RangeError(`The pass wants to come again after ${requeueAfterMs} ms.`);
    return { kind: 'done', requeueAfterMs };
  } catch (error) {
    if (stop.aborted) return { kind: 'aborted' };
    if (!(error instanceof TerminalError)) return { kind: 'failed', error };
    try {
      await onTerminal?.(context, error);
      return { kind: 'terminal', error };
    } catch (untold) {
      // The user does not know yet: this must be tried again.
      return { kind: 'failed', error: untold };
    }
  }
}

/** Says when the key comes again; its priority stays. */
function conclude(ended: Ended, taken: Taken, queue: Workqueue, log: Log): ReconcileOutcome {
  const { key, priority } = taken;
  switch (ended.kind) {
    case 'done': {
      queue.forget(key);
      if (ended.requeueAfterMs === undefined) return 'success';
      queue.add(key, { priority, delayMs: ended.requeueAfterMs });
      return 'requeue_after';
    }
    case 'terminal':
      queue.forget(key);
      log.warn({ reason: ended.error.reason }, ended.error.message);
      return 'terminal';
    case 'failed': {
      const asked = ended.error instanceof ApiError ? ended.error.retryAfterMs : undefined;
      const delayMs = queue.addAfterFailure(key, { priority, delayMs: asked });
      log.warn({ err: ended.error, retryInMs: Math.round(delayMs) }, messageOf(ended.error));
      return 'error';
    }
    case 'aborted':
      return 'aborted';
    default:
      return ended satisfies never;
  }
}
