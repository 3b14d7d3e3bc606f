/** Sends objects to the scheduler, each state of one only once, and tells it of those that are gone. */
import { createHash } from 'node:crypto';
import type { ProjectionResult } from '../../../services/core/contracts/projection.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { InternalCallError } from '../../../services/core/internal/client.ts';
import type { Body, Kind, ObjectKey, SchedulerClient } from './client.ts';

/** What the scheduler said to the last state that was sent. */
export type ProjectionAnswer =
  | { readonly kind: 'answered'; readonly result: ProjectionResult }
  /** `conflict`: another owner has the name, or another operator leads. */
  | { readonly kind: 'failed'; readonly message: string; readonly conflict: boolean };

export interface Projector<K extends Kind> {
  /**
   * Sends the object unless the scheduler has answered this very state before.
   * @param key of the object in the cluster
   * @param at what the scheduler calls it; another name than before retires the one before
   */
  project(
    key: string,
    at: ObjectKey,
    body: Body<K>,
    signal?: AbortSignal,
  ): Promise<ProjectionAnswer>;
  /** Tells that the object is gone; does nothing for one that was never sent. */
  retire(key: string, signal?: AbortSignal): Promise<void>;
  /** The scheduler has lost what was sent: it is sent again at the next pass. */
  forget(key: string): void;
}

interface Sent {
  readonly at: ObjectKey;
  readonly uid: string;
  readonly hash: string;
  readonly result: ProjectionResult;
}

const isSame = (a: ObjectKey, b: ObjectKey): boolean =>
  a.workspace === b.workspace && a.name === b.name;

const hashOf = (body: object): string =>
  createHash('sha256').update(JSON.stringify(body)).digest('base64');

/** Remembers in memory only: after a restart everything is sent once more, which changes nothing. */
export function createProjector<K extends Kind>(
  kind: K,
  client: Pick<SchedulerClient, 'put' | 'retire'>,
): Projector<K> {
  const sent = new Map<string, Sent>();
  const retire = async (key: string, signal?: AbortSignal): Promise<void> => {
    const before = sent.get(key);
    if (!before) return;
    await client.retire(kind, before.at, before.uid, signal);
    sent.delete(key);
  };
  return {
    project: async (key, at, body, signal) => {
      const hash = hashOf(body);
      try {
        const before = sent.get(key);
        if (before && !isSame(before.at, at)) await retire(key, signal);
        else if (before?.hash === hash) return { kind: 'answered', result: before.result };
        const result = await client.put(kind, at, body, signal);
        sent.set(key, { at, uid: body.uid, hash, result });
        return { kind: 'answered', result };
      } catch (error) {
        if (signal?.aborted === true || !(error instanceof InternalCallError)) throw error;
        const { problem } = error;
        const conflict = problem.kind === 'refused' && problem.status === 409;
        return { kind: 'failed', message: messageOf(error), conflict };
      }
    },
    retire,
    forget: (key) => sent.delete(key),
  };
}
