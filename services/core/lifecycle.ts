/** Starts a service as a process of its own and ends it well. */
import { SetupError, messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** A started service. */
export interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Runs `start` as the main job of this process: SIGTERM and SIGINT stop it (a second one at once), a
 * mistake in the set-up is one sentence on standard error (exit 2), anything unforeseen ends the
 * process (exit 1).
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
    stopOnSignal(log, running, crash);
    log.info({ url: running.url }, 'listening');
  } catch (error) {
    if (!(error instanceof SetupError)) return crash(error);
    log.fatal(messageOf(error));
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(2);
  }
}

function stopOnSignal(log: Log, running: Running, crash: (error: unknown) => void): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      log.warn({ signal }, 'stopping at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, 'stopping');
    running.stop().then(() => process.exit(0), crash);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
