/** The one-process mode: `./scripts/up` runs this, in the terminal or detached. */
import { parseArgs } from 'node:util';
import { SetupError, messageOf } from '../core/errors.ts';
import { PostgresStartError } from '../store/embedded/errors.ts';
import { DatabaseAwayError } from './database.ts';
import { startLocal, type LocalOptions, type LocalRunning } from './start.ts';

/** The lines that end a start. */
const readyLines = ({ url, signInLink, adminTokenFile, hasOwnDatabase }: LocalRunning): string[] =>
  signInLink === undefined
    ? [
        'duckmon is up, for production.',
        `Dashboard:    ${url}, through the proxy of this host`,
        `Admin token:  ${adminTokenFile}`,
        hasOwnDatabase
          ? 'Backups:      are those of your own Postgres; keep the data folder as well, it has the keys'
          : 'Backups:      none are made by themselves; scripts/host/duckmon-backup.timer makes one a day',
      ]
    : [
        'duckmon is up.',
        `Dashboard:    ${signInLink}`,
        `Admin token:  ${adminTokenFile}`,
        'Next:         npx duckmon get mj',
      ];

function readOptions(args: readonly string[]): LocalOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string', default: '.duckmon' },
      manifests: { type: 'string' },
      'no-demo': { type: 'boolean', default: false },
      production: { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
    },
  });
  return {
    data: values.data,
    manifests: values.manifests,
    demo: !values['no-demo'],
    production: values.production,
    kubeconfig: values.kubeconfig,
  };
}

/** What does not go away by itself: the exit code 2 keeps a service manager from trying again. */
const isSetup = (error: unknown): boolean =>
  error instanceof SetupError || error instanceof PostgresStartError;

/** A mistake that the person can mend is one sentence, anything else a stack. */
const explain = (error: unknown): string =>
  isSetup(error) || error instanceof DatabaseAwayError
    ? messageOf(error)
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

interface Reporter {
  readonly say: (line: string) => void;
  readonly ready: (lines: readonly string[]) => void;
  readonly failed: (message: string) => void;
}

async function run(args: readonly string[], reporter: Reporter): Promise<void> {
  try {
    const starting = startLocal(readOptions(args), {
      env: process.env,
      say: reporter.say,
      onLost: (message) => {
        reporter.failed(message);
        process.exit(1);
      },
    });
    const isStopping = stopOnSignal(starting, reporter);
    const running = await starting;
    if (!isStopping()) reporter.ready(readyLines(running));
  } catch (error) {
    reporter.failed(explain(error));
    process.exit(isSetup(error) ? 2 : 1);
  }
}

/**
 * A signal during the start waits for its end: half of a start cannot be stopped well.
 * @returns whether a signal has come
 */
function stopOnSignal(starting: Promise<LocalRunning>, reporter: Reporter): () => boolean {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    reporter.say('stopping ...');
    // A start that fails is reported, and undone, by the one who waits for it.
    const running = await starting.catch(() => undefined);
    if (!running) return;
    try {
      await running.stop();
      process.exit(0);
    } catch (error) {
      reporter.failed(explain(error));
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void stop());
  return () => stopping;
}

/** Runs in the foreground until a signal comes. */
export const runLocal = (args: readonly string[], say: (line: string) => void): Promise<void> =>
  run(args, {
    say,
    ready: (lines) => {
      lines.forEach(say);
      say('Ctrl-C stops it.');
    },
    failed: say,
  });

/** As a detached child: messages go to the parent while it listens, and to standard output. */
async function runDetached(): Promise<void> {
  const send = (message: object): void => {
    if (process.connected) process.send?.(message);
  };
  const note = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  await run(process.argv.slice(2), {
    say: (line) => {
      note(line);
      send({ kind: 'step', line });
    },
    ready: (lines) => {
      note('up');
      send({ kind: 'ready', lines });
    },
    failed: (message) => {
      note(message);
      send({ kind: 'failed', message });
    },
  });
}

if (import.meta.main) await runDetached();
