/** Starts a service as a process of its own and ends it well. */
import { SetupError, messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** A started service. */
export interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** How the process of a worker ends, whose work may take minutes; as `stop` when absent. */
  readonly drain?: () => Promise<void>;
  /** Resolves when a service that is for one piece of work is done with it. */
  readonly done?: Promise<void>;
}

/**
 * Runs `start` as the main job of this process: SIGTERM and SIGINT stop it (a second one at once), as
 * does the end of its work; a mistake in the set-up is one sentence on standard error (exit 2),
 * anything unforeseen ends the process (exit 1).
 */
export async function runMain(log: Log, start: () => Promise<Running>): Promise<void> {
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'unforeseen error; the process ends');
    process.exit(1);
  };
  process.on('unhandledRejection', crash);
  process.on('uncaughtException', crash);
  try {
    const running = await start();
    endInTime(log, running, crash);
    log.info({ url: running.url }, 'listening');
  } catch (error) {
    if (!(error instanceof SetupError)) return crash(error);
    log.fatal(messageOf(error));
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(2);
  }
}

function endInTime(log: Log, running: Running, crash: (error: unknown) => void): void {
  let isEnding = false;
  const end = (why: object): void => {
    if (isEnding) return;
    isEnding = true;
    log.info(why, 'stopping');
    (running.drain ?? running.stop)().then(() => process.exit(0), crash);
  };
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) {
      log.warn({ signal }, 'stopping at once');
      process.exit(1);
    }
    end({ signal });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  void running.done?.then(() => end({ done: true }));
}
