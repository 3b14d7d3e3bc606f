/** Asks the scheduler now and then how the channels are doing. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../services/core/clock.ts';
import type { ChannelState } from '../../../services/core/contracts/projection.ts';
import type { Log } from '../../../services/core/log.ts';
import type { SchedulerClient } from './client.ts';

export interface ChannelReports {
  /** What was told last of this object, if it is this very one. */
  state(workspace: string, name: string, uid: string): ChannelState | undefined;
  /** Asks until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ChannelReportsDeps {
  readonly client: Pick<SchedulerClient, 'channels'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for every channel whose state is another than before. */
  readonly onState: (state: ChannelState) => void;
}

/** Deliveries are no hurry: their truth is in the dashboard. */
const POLL_MS = 15_000;

const keyOf = ({ workspace, name }: Pick<ChannelState, 'workspace' | 'name'>): string =>
  `${workspace}/${name}`;

/** Reads all channels each time; they are few beside the monitors. */
export function watchChannels(deps: ChannelReportsDeps): ChannelReports {
  let states = new Map<string, ChannelState>();
  let away = false;

  const read = async (signal: AbortSignal): Promise<void> => {
    const found = new Map<string, ChannelState>();
    let after: string | undefined;
    do {
      const page = await deps.client.channels(after, signal);
      for (const state of page.channels) found.set(keyOf(state), state);
      after = page.after ?? undefined;
    } while (after !== undefined);
    const before = states;
    states = found;
    for (const [key, state] of found)
      if (!isDeepStrictEqual(before.get(key), state)) deps.onState(state);
  };
  const tolerate = async (signal: AbortSignal): Promise<void> => {
    try {
      await read(signal);
      away = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!away) deps.log.warn({ err: error }, 'the scheduler cannot be asked for its channels');
      away = true;
    }
  };
  return {
    state: (workspace, name, uid) => {
      const state = states.get(keyOf({ workspace, name }));
      return state?.uid === uid ? state : undefined;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        await tolerate(signal);
        // an abort only ends the wait
        await deps.clock.sleep(POLL_MS, signal).catch(() => {});
      }
    },
  };
}
