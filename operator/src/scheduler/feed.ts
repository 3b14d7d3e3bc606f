/** Follows the scheduler's status feed and remembers the newest state of each monitor. */
import type { Clock } from '../../../services/core/clock.ts';
import type { MonitorState } from '../../../services/core/contracts/projection.ts';
import { messageOf } from '../../../services/core/errors.ts';
import type { Log } from '../../../services/core/log.ts';
import { createSharing } from '../kube/share.ts';
import type { SchedulerClient } from './client.ts';

export type Reachability =
  | { readonly kind: 'pending' }
  | { readonly kind: 'reached' }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface Feed {
  /** What was told last of this object, if it is this very one. */
  state(workspace: string, name: string, uid: string): MonitorState | undefined;
  reachability(): Reachability;
  /** Drops what is known of an object that is gone. */
  forget(workspace: string, name: string): void;
  /** Reads until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface FeedOptions {
  /** Called for every state that is new; `isNews`: it came to be while we were looking. */
  readonly onState: (state: MonitorState, isNews: boolean) => void;
  /** Called when the scheduler can be reached again, or no longer. */
  readonly onReachability: (now: Reachability) => void;
}

export interface FeedDeps {
  readonly client: Pick<SchedulerClient, 'feed'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two reads; a run that was asked for is answered in the status after about so long. */
const POLL_MS = 1_000;
/** Objects that are not sent yet wait for the answer. */
const BACKOFF_MS = { first: 1_000, most: 5_000 };

/** Begins with everything, then follows the changes; a gap in the connection loses none. */
export function createFeed(options: FeedOptions, { client, clock, log }: FeedDeps): Feed {
  const states = new Map<string, MonitorState>();
  /** What most monitors say of themselves is the same. */
  const share = createSharing();
  let reachability: Reachability = { kind: 'pending' };
  let after: string | undefined;
  let failures = 0;
  let caughtUp = false;

  const turn = (to: Reachability): void => {
    const changed = reachability.kind !== to.kind;
    reachability = to;
    if (changed) options.onReachability(to);
  };
  const read = async (signal: AbortSignal): Promise<void> => {
    for (let more = true; more;) {
      const page = await client.feed(after, signal);
      for (const state of page.monitors.map(share)) {
        states.set(`${state.workspace}/${state.name}`, state);
        options.onState(state, caughtUp);
      }
      ({ after, more } = page);
    }
    caughtUp = true;
  };
  const once = async (signal: AbortSignal): Promise<number> => {
    try {
      await read(signal);
      failures = 0;
      turn({ kind: 'reached' });
      return POLL_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      failures += 1;
      const message = messageOf(error);
      if (failures === 1) log.warn({ err: error }, 'the scheduler cannot be asked for its states');
      turn({ kind: 'unreachable', message });
      return Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** (failures - 1));
    }
  };
  return {
    state: (workspace, name, uid) => {
      const state = states.get(`${workspace}/${name}`);
      return state?.uid === uid ? state : undefined;
    },
    reachability: () => reachability,
    forget: (workspace, name) => states.delete(`${workspace}/${name}`),
    run: async (signal) => {
      while (!signal.aborted) {
        const wait = await once(signal);
        // an abort only ends the wait
        await clock.sleep(wait, signal).catch(() => {});
      }
    },
  };
}
