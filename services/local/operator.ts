/** The operator beside the local services, against an API server of the user's. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import type { Environment } from '../core/config.ts';
import { SetupError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { withoutSecrets } from './environment.ts';

export interface OperatorOptions {
  /** A kubeconfig file. */
  readonly kubeconfig: string;
  readonly keysFile: string;
  readonly schedulerUrl: string;
  readonly env: Environment;
  readonly log: Log;
  /** It ended by itself. */
  readonly onLost: (message: string) => void;
}

export interface OperatorProcess {
  stop(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'operator/src/main.ts');
const DEFAULT_PORT = 8006;
const READY_MS = 60_000;
const ASK_MS = 200;

function environmentOf(options: OperatorOptions, port: number): NodeJS.ProcessEnv {
  const { env, kubeconfig, keysFile, schedulerUrl } = options;
  return {
    ...withoutSecrets(env),
    HOST: '127.0.0.1',
    OPERATOR_PORT: String(port),
    KUBECONFIG: path.resolve(kubeconfig),
    KEYS_FILE: keysFile,
    SCHEDULER_URL: schedulerUrl,
    POOLS: 'local',
    CRDS_FOLDER: path.join(ROOT, 'crds'),
  };
}

function portOf(env: Environment): number {
  const port = Number(env['OPERATOR_PORT'] || DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new SetupError('Wrong environment variables: OPERATOR_PORT: must be a port, 1 to 65535');
}

/** Whether the operator has its caches; false also while it does not listen yet. */
async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

const logged = z.looseObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  msg: z.string(),
});

/** A line of its log goes on with its level and its fields, anything else as it is. */
function pass(log: Log, line: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    parsed = undefined;
  }
  const known = logged.safeParse(parsed);
  if (!known.success) return log.info(line);
  const { level, msg, time: _time, service: _service, ...fields } = known.data;
  log[level](fields, msg);
}

/** Its log goes to the others'; the last line of its errors is what a person is told. */
function follow(child: ChildProcess, log: Log): () => string {
  let last = '';
  const take = (stream: NodeJS.ReadableStream | null, isError: boolean): void => {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      if (isError) last = line;
      pass(log, line);
    });
  };
  take(child.stdout, false);
  take(child.stderr, true);
  return () => last;
}

async function whenReady(port: number, ended: Promise<string>): Promise<void> {
  const end = { failed: undefined as string | undefined };
  void ended.then((why) => (end.failed = why));
  const until = systemClock.monotonic() + READY_MS;
  while (!(await isReady(port))) {
    if (end.failed !== undefined) throw new SetupError(`The operator did not start: ${end.failed}`);
    if (systemClock.monotonic() > until)
      throw new SetupError(
        'The operator found no answer of the API server within a minute; check that the kubeconfig names a server that runs.',
      );
    await systemClock.sleep(ASK_MS);
  }
}

/** @throws SetupError when there is no such file. */
export function requireKubeconfig(file: string): void {
  if (!existsSync(file))
    throw new SetupError(
      `There is no kubeconfig ${file}; name one that exists, or start a cluster with ./scripts/cluster up.`,
    );
}

/**
 * Starts the operator as a process of its own and waits until it knows the cluster's objects.
 * @throws SetupError with the next step for the person
 */
export async function startOperatorProcess(options: OperatorOptions): Promise<OperatorProcess> {
  requireKubeconfig(options.kubeconfig);
  const port = portOf(options.env);
  const child = fork(MAIN, [], {
    env: environmentOf(options, port),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastError = follow(child, options.log);
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(lastError() || `it ended with ${signal ?? code}`));
  });
  try {
    await whenReady(port, ended);
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  }
  const tell = async (): Promise<void> => {
    const why = await ended;
    if (!stopping) options.onLost(`The operator has ended: ${why}`);
  };
  void tell();
  return {
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
