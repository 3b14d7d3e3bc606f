/** Lets a worker end well: it takes no more work, and finishes what it began. */
import type { RequestHandler } from 'express';
import { wholeNumber } from '../config.ts';
import { HttpError } from '../errors.ts';
import type { Listening } from './serve.ts';

/** The variable DRAIN_SECONDS; a page may take two minutes, and a pod has 150 s to end. */
export const drainSeconds = () => wholeNumber(140, 0, 3600);

/** Until what is left of connections is cut, when no work runs any more. */
const AFTERWARDS_MS = 1000;

export interface Gate {
  /** Stands before the routes of work: counts what runs, and refuses more once it is closed. */
  readonly admit: RequestHandler;
  /** For readiness: a closed gate is a problem. */
  readonly problems: () => Record<string, string>;
  /** Lets nothing more in. @returns resolves when nothing runs any more. */
  readonly close: () => Promise<void>;
}

/** An open gate. */
export function createGate(): Gate {
  const empty = Promise.withResolvers<void>();
  let isClosed = false;
  let running = 0;
  const look = (): void => {
    if (isClosed && running === 0) empty.resolve();
  };
  return {
    problems: () => (isClosed ? { drain: 'finishes what it began and takes nothing more' } : {}),
    admit: (_request, response, next) => {
      if (isClosed)
        throw new HttpError('too_many_requests', 'This process ends; ask another one', {
          retryAfterSeconds: 1,
        });
      running += 1;
      response.once('close', () => {
        running -= 1;
        look();
      });
      next();
    },
    close: () => {
      isClosed = true;
      look();
      return empty.promise;
    },
  };
}

/**
 * Closes the gate, waits for what runs, and stops listening. Meanwhile callers are still answered,
 * so that they learn to ask another one; each connection ends with its next answer. Idle ones are
 * kept until then: a request may be on its way on them, and would be lost.
 * @param forMs what runs longer is cut.
 */
export async function drain(gate: Gate, listening: Listening, forMs: number): Promise<void> {
  listening.endConnections();
  const late = Promise.withResolvers<number>();
  const timer = setTimeout(late.resolve, forMs, 0);
  const graceMs = await Promise.race([gate.close().then(() => AFTERWARDS_MS), late.promise]);
  clearTimeout(timer);
  await listening.stop(graceMs);
}
