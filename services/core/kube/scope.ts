/** An abort signal for one piece of work: ends with its parent or after a time, and leaks neither. */
import type { Clock } from '../clock.ts';

export interface Scope {
  readonly signal: AbortSignal;
  /** Ends the work; does nothing to work that has ended. */
  abort(reason: unknown): void;
  /** Lets go of parent and timer. */
  close(): void;
}

export interface TimeLimit {
  readonly ms: number;
  /** What the signal is aborted with. */
  readonly reason: () => unknown;
}

/** Ends a timer. Without a reason each end would make a DOMException, with the stack of its place. */
const CLOSED = Symbol('closed');

/** A scope that must be closed: `AbortSignal.any` over a signal of the whole process gathers memory. */
export function openScope(clock: Clock, parent?: AbortSignal, limit?: TimeLimit): Scope {
  const work = new AbortController();
  const timer = new AbortController();
  const onParent = (): void => work.abort(parent?.reason);
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  if (limit)
    clock.sleep(limit.ms, timer.signal).then(
      () => work.abort(limit.reason()),
      () => undefined,
    );
  return {
    signal: work.signal,
    abort: (reason) => work.abort(reason),
    close: () => {
      parent?.removeEventListener('abort', onParent);
      timer.abort(CLOSED);
    },
  };
}

/** Sleeps; rejects with the signal's own reason, whatever the clock rejects with. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
