/** A real Redis server for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { RedisConnection } from '../connection.ts';

/** Debian has one program under many names; the package redis-tools has it, and starts no service. */
const PROGRAM = '/usr/bin/redis-check-rdb';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it at once, as a crash. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when it can be asked; `once` would end with the first failed try. */
export const untilReady = ({ client }: RedisConnection): Promise<void> =>
  new Promise((resolve) => {
    if (client.isReady) resolve();
    else client.once('ready', resolve);
  });

/**
 * Ends the server when this process is gone, however it went: the helper reads a pipe that only this
 * process holds open.
 */
function watch(pid: number, dir: string): () => void {
  const script = 'read -r _; kill -KILL "$1" 2>/dev/null; rm -rf "$2"';
  const helper = spawn('sh', ['-c', script, 'sh', String(pid), dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  helper.unref();
  return () => helper.kill('SIGKILL');
}

/** Starts one that keeps nothing on disk, on a port of its own. */
export async function startRedis(): Promise<RedisServer> {
  if (!existsSync(PROGRAM))
    throw new Error(
      'There is no Redis; install the Debian package redis-tools (scripts/packages.txt)',
    );
  const dir = mkdtempSync(path.join(os.tmpdir(), 'duckmon-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  let unwatch = (): void => {};
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    unwatch();
  };
  const start = async (): Promise<void> => {
    const options = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', dir];
    const made = spawn(PROGRAM, options, {
      argv0: 'redis-server',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = made;
    unwatch = watch(made.pid ?? NaN, dir);
    for await (const line of createInterface({ input: made.stdout }))
      if (line.includes('Ready to accept connections')) break;
    made.stdout.resume();
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
