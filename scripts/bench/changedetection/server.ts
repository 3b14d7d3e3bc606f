/** A running changedetection.io on loopback, driven by its own API. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../../../services/core/errors.ts';
import { freePorts } from '../../../services/local/testing/installation.ts';
import { writeLastWill } from '../../../services/local/testing/lastWill.ts';

export interface Changedetection {
  readonly pid: number;
  /** From the start of the process until its first page answered. */
  readonly startSeconds: number;
  /** Adds watches one after the other, as its API does it. */
  add(urls: readonly string[]): Promise<void>;
  /** Queues a check of every watch. */
  recheckAll(): Promise<void>;
  /** Checks that wait in its queue. */
  queued(): Promise<number>;
  watches(): Promise<readonly Watch[]>;
  stop(): Promise<void>;
}

export interface Watch {
  readonly url: string;
  /** False, or what went wrong. */
  readonly last_error: string | false;
  readonly last_checked: number;
  readonly last_changed: number;
}

export interface ChangedetectionOptions {
  readonly program: string;
  readonly workers: number;
  /** A first watch; without one it would add two of the Internet's. */
  readonly firstUrl: string;
}

const PATIENCE_MS = 60_000;

/**
 * Starts it on a folder of its own, with its log silenced and nothing asked of the Internet.
 * @throws SetupError when it ends or does not answer.
 */
export async function startChangedetection(
  options: ChangedetectionOptions,
): Promise<Changedetection> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-bench-'));
  const data = path.join(folder, 'data');
  const [port = 0] = await freePorts(1);
  const started = performance.now();
  const child = spawn(
    options.program,
    ['-d', data, '-C', '-p', String(port), '-u', options.firstUrl],
    {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...process.env,
        LISTEN_HOST: '127.0.0.1',
        FETCH_WORKERS: String(options.workers),
        ALLOW_IANA_RESTRICTED_ADDRESSES: 'true',
        DISABLE_VERSION_CHECK: 'true',
        LOGGER_LEVEL: 'WARNING',
      },
    },
  );
  const will = writeLastWill(folder);
  will.child(child.pid ?? 0);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
    will.cancel();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilUp(url, path.join(data, 'changedetection.json'), () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  const startSeconds = (performance.now() - started) / 1000;
  const call = createCall(url, readToken(path.join(data, 'changedetection.json')));
  return {
    pid: child.pid ?? 0,
    startSeconds,
    add: async (urls) => {
      for (const each of urls) await call('POST', '/watch', { url: each });
    },
    recheckAll: async () => void (await call('GET', '/watch?recheck_all=1')),
    queued: async () => ((await call('GET', '/systeminfo')) as { queue_size: number }).queue_size,
    watches: async () => Object.values((await call('GET', '/watch')) as Record<string, Watch>),
    stop,
  };
}

async function untilUp(url: string, settings: string, dead: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && !dead()) {
    // Refused until it listens; whatever else is wrong shows as never being up.
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok && existsSync(settings)) return;
    await delay(20);
  }
  throw new SetupError(
    'changedetection.io did not start; delete its folder in the cache and run this again.',
  );
}

function readToken(file: string): string {
  const settings = JSON.parse(readFileSync(file, 'utf8')) as {
    settings: { application: { api_access_token: string } };
  };
  return settings.settings.application.api_access_token;
}

const createCall =
  (url: string, token: string) =>
  async (method: string, place: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1${place}`, {
      method,
      headers: { 'x-api-key': token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`changedetection.io answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
