/** A whole local installation as a process of its own, on free ports and a folder of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { portVariable, SERVICES } from '../../core/contracts/ports.ts';
import { writeLastWill, type LastWill } from './lastWill.ts';

export interface Installation {
  /** Of the process that was started last; the database is a child of it. */
  readonly pid: number;
  readonly data: string;
  readonly api: string;
  readonly dashboard: string;
  /** The link that `up` prints; of the last start. */
  readonly signInLink: string;
  /** Lines that it said. */
  readonly said: readonly string[];
  /** Calls the API with the admin token. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; json: never }>;
  /** Resolves with the signal or code by which the process ended. */
  readonly ended: Promise<string | number>;
  /** Starts again on the same folder and ports. */
  restart(env?: Record<string, string>): Promise<void>;
  /** Ends it with SIGTERM and waits. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL and waits. */
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

const MAIN = path.resolve(import.meta.dirname, '../main.ts');

/**
 * Below the range from which the kernel (Linux, macOS, Windows) takes the port of an outgoing connection: an
 * installation that is killed and started again must find its ports as it left them.
 */
const PORT_RANGE = { from: 10_000, to: 32_767 } as const;

/** Listens there for a moment; whether that worked. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** Ports that were free a moment ago, and that no outgoing connection will take. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(PORT_RANGE.from, PORT_RANGE.to + 1);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

interface State {
  child: ChildProcess;
  ended: Promise<string | number>;
  link: string;
}

type Message =
  | { readonly kind: 'step'; readonly line: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ready'; readonly lines: readonly string[] };

interface Launch {
  readonly args: readonly string[];
  readonly said: string[];
  readonly will: LastWill;
}

async function launch({ args, said, will }: Launch, env: Record<string, string>): Promise<State> {
  const child = fork(MAIN, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  will.child(child.pid ?? 0);
  const ended = new Promise<string | number>((resolve) => {
    child.once('exit', (code, signal) => {
      will.child(0);
      resolve(signal ?? code ?? 0);
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.on('message', (message: Message) => {
    if (message.kind === 'step') said.push(message.line);
    if (message.kind === 'failed') {
      said.push(message.message);
      reject(new Error(message.message));
    }
    if (message.kind === 'ready') resolve(/http\S+/.exec(message.lines.join('\n'))?.[0] ?? '');
  });
  void ended.then((how) =>
    reject(new Error(`it ended with ${how} before it was up: ${said.join(' | ')}`)),
  );
  return { child, ended, link: await promise };
}

export interface InstallationOptions {
  readonly demo?: boolean;
  readonly manifests?: string;
  /** Monitors come from this cluster. */
  readonly kubeconfig?: string;
  readonly env?: Record<string, string>;
}

/**
 * Starts it and waits until it is up. It does not outlive this process.
 * @throws Error with the sentence that a person would read.
 */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'duckmon-local-'));
  chmodSync(data, 0o755);
  const ports = await freePorts(SERVICES.length + 2);
  const base: Record<string, string> = {
    ...Object.fromEntries(
      SERVICES.map((service, index) => [portVariable(service), String(ports[index])]),
    ),
    DEMO_PORT: String(ports.at(-1)),
    OPERATOR_PORT: String(ports.at(-2)),
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    LOG_LEVEL: 'info',
    ...options.env,
  };
  const args = ['--data', data];
  if (options.demo !== true) args.push('--no-demo');
  if (options.manifests !== undefined) args.push('--manifests', options.manifests);
  if (options.kubeconfig !== undefined) args.push('--kubeconfig', options.kubeconfig);
  const said: string[] = [];
  const will = writeLastWill(data);
  const remove = (): void => {
    rmSync(data, { recursive: true, force: true });
    will.cancel();
  };
  const plan: Launch = { args, said, will };
  let state: State;
  try {
    state = await launch(plan, base);
  } catch (error) {
    remove();
    throw error;
  }
  const api = `http://127.0.0.1:${base[portVariable('api')]}`;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    state.child.kill(signal);
    await state.ended;
  };
  return {
    get pid() {
      return state.child.pid ?? 0;
    },
    data,
    api,
    dashboard: `http://127.0.0.1:${base[portVariable('dashboard')]}`,
    said,
    get signInLink() {
      return state.link;
    },
    get ended() {
      return state.ended;
    },
    call: async (method, place, body) => {
      const token = readFileSync(path.join(data, 'admin-token'), 'utf8').trim();
      const response = await fetch(`${api}/api/v1${place}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, json: (text === '' ? null : JSON.parse(text)) as never };
    },
    restart: async (env = {}) => {
      state = await launch(plan, { ...base, ...env });
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGTERM');
      remove();
    },
  };
}
