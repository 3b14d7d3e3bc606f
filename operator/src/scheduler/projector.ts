/** Sends objects to the scheduler, each state of one only once, and tells it of those that are gone. */
import { hash } from 'node:crypto';
import type { ProjectionResult } from '../../../services/core/contracts/projection.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { InternalCallError } from '../../../services/core/internal/client.ts';
import { refOf } from '../kube/keys.ts';
import type { Body, Kind, ObjectKey, SchedulerClient } from './client.ts';
import type { Reachability } from './feed.ts';

/** What the scheduler said to the last state that was sent. */
export type ProjectionAnswer =
  | { readonly kind: 'answered'; readonly result: ProjectionResult }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Another owner has the name, or another operator leads. */
      readonly conflict: boolean;
      /** It is no use to try again before the scheduler is back: `release` gives the object then. */
      readonly waits?: true;
    };

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
  /**
   * Tells that the object is gone; does nothing for one that was never sent. While the scheduler is
   * away it is put off like everything else.
   */
  retire(key: string, signal?: AbortSignal): Promise<void>;
  /** The scheduler has lost what was sent: it is sent again at the next pass. */
  forget(key: string): void;
  /** The keys that could not be sent or retired, which need a pass when the scheduler is back. */
  release(): readonly string[];
}

/** Small, for there is one of each object. */
interface Sent {
  /** Absent when the object is called as in the cluster. */
  readonly at: ObjectKey | undefined;
  readonly uid: string;
  readonly hash: string;
  readonly result: ProjectionResult;
}

const isSame = (a: ObjectKey, b: ObjectKey): boolean =>
  a.workspace === b.workspace && a.name === b.name;

const nameIn = (key: string): ObjectKey => {
  const { namespace = '', name } = refOf(key);
  return { workspace: namespace, name };
};

/** 120 bits, a byte a character. */
const hashOf = (body: object): string =>
  hash('sha256', JSON.stringify(body), 'buffer').toString('latin1', 0, 15);

/** Most answers have nothing to say but their outcome. */
const PLAIN: Readonly<Record<ProjectionResult['outcome'], ProjectionResult>> = {
  created: { outcome: 'created', problems: [] },
  configured: { outcome: 'configured', problems: [] },
  unchanged: { outcome: 'unchanged', problems: [] },
  stale: { outcome: 'stale', problems: [] },
  refused: { outcome: 'refused', problems: [] },
};

const shared = (result: ProjectionResult): ProjectionResult =>
  result.problems.length === 0 ? PLAIN[result.outcome] : result;

/** What of an error the answer says. @throws the error when it is none of the scheduler's. */
function failureOf(error: unknown, signal: AbortSignal | undefined): ProjectionAnswer {
  if (signal?.aborted === true || !(error instanceof InternalCallError)) throw error;
  const { problem } = error;
  const conflict = problem.kind === 'refused' && problem.status === 409;
  return { kind: 'failed', message: messageOf(error), conflict };
}

/**
 * Remembers in memory only: after a restart everything is sent once more, which changes nothing.
 * @param reachability of the scheduler: nothing is sent while it is away.
 */
export function createProjector<K extends Kind>(
  kind: K,
  client: Pick<SchedulerClient, 'put' | 'retire'>,
  reachability: () => Reachability,
): Projector<K> {
  const sent = new Map<string, Sent>();
  const waiting = new Set<string>();
  const orWait = async <T>(key: string, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      waiting.add(key);
      throw error;
    }
  };
  const atOf = (key: string): ObjectKey => sent.get(key)?.at ?? nameIn(key);
  const retire = async (key: string, signal?: AbortSignal): Promise<void> => {
    const before = sent.get(key);
    if (before && reachability().kind === 'unreachable') return void waiting.add(key);
    if (before) await orWait(key, client.retire(kind, atOf(key), before.uid, signal));
    waiting.delete(key);
    sent.delete(key);
  };
  const send = async (
    key: string,
    at: ObjectKey,
    body: Body<K>,
    signal?: AbortSignal,
  ): Promise<ProjectionResult> => {
    if (sent.has(key) && !isSame(atOf(key), at)) await retire(key, signal);
    const result = shared(await orWait(key, client.put(kind, at, body, signal)));
    waiting.delete(key);
    return result;
  };
  return {
    project: async (key, at, body, signal) => {
      const [before, own] = [sent.get(key), hashOf(body)];
      if (before?.hash === own && isSame(atOf(key), at))
        return { kind: 'answered', result: before.result };
      const now = reachability();
      if (now.kind === 'unreachable') {
        waiting.add(key);
        return { kind: 'failed', message: now.message, conflict: false, waits: true };
      }
      try {
        const result = await send(key, at, body, signal);
        const other = isSame(at, nameIn(key)) ? undefined : at;
        sent.set(key, { at: other, uid: body.uid, hash: own, result });
        return { kind: 'answered', result };
      } catch (error) {
        return failureOf(error, signal);
      }
    },
    retire,
    forget: (key) => sent.delete(key),
    release: () => {
      const keys = [...waiting];
      waiting.clear();
      return keys;
    },
  };
}
