/** Runs ./scripts/up --production for tests, with a .env of its own, on free ports. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  portVariable,
  SERVICES,
  type ServiceName,
} from '../../../services/core/contracts/ports.ts';
import { SECRET_NAMES } from '../../../services/local/environment.ts';
import { freePorts } from '../../../services/local/testing/installation.ts';
import { writeLastWill } from '../../../services/local/testing/lastWill.ts';

/** How a call ended. */
export interface Ended {
  readonly code: number;
  readonly said: string;
}

export interface Production {
  readonly pid: number;
  /** What it has said until now. */
  said(): string;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ended>;
}

/** A folder with a .env, and what can be started on it. */
export interface Host {
  readonly data: string;
  readonly envFile: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Writes .env. */
  settings(values: Readonly<Record<string, string>>, mode?: number): void;
  /** Runs ./scripts/up to its end. */
  up(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts production and waits until it is up. @throws Error with what it said. */
  start(): Promise<Production>;
  /** Removes the folder. */
  close(): void;
}

const UP = path.resolve(import.meta.dirname, '../../up.ts');
const IS_UP = /duckmon is up/;

/** The environment of a shell in which nothing of duckmon is set. */
function shell(): NodeJS.ProcessEnv {
  const ours = new Set([...SECRET_NAMES, 'HOST', 'PUBLIC_URL', 'TRUSTED_PROXIES', 'DUCKMON_DATA']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name)));
}

export async function openHost(): Promise<Host> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-production-'));
  chmodSync(folder, 0o755);
  const data = path.join(folder, 'data');
  const envFile = path.join(folder, '.env');
  const free = await freePorts(SERVICES.length);
  const ports = Object.fromEntries(
    SERVICES.map((service, index) => [service, free[index] ?? 0]),
  ) as Host['ports'];
  const will = writeLastWill(folder);
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', UP, '--data', data, '--env-file', envFile, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...shell(), ...env } },
    );
    let said = '';
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (IS_UP.test(said)) resolve();
      });
    const ended = new Promise<Ended>((end) => {
      child.once('close', (code) => end({ code: code ?? -1, said }));
    });
    return { child, ended, isUp: promise, said: () => said };
  };
  return {
    data,
    envFile,
    ports,
    settings: (values, mode = 0o600) => {
      const all = {
        ...Object.fromEntries(SERVICES.map((name) => [portVariable(name), String(ports[name])])),
        ...values,
      };
      const lines = Object.entries(all).map(([name, value]) => `${name}=${value}`);
      writeFileSync(envFile, `${lines.join('\n')}\n`);
      chmodSync(envFile, mode);
    },
    up: (args, env) => run(args, env).ended,
    start: async () => {
      // Tests run as root where they can; the flag means nothing to another user.
      const { child, ended, isUp, said } = run(['--production', '--allow-root']);
      will.child(child.pid ?? 0);
      const failed = ended.then(({ code }) => {
        will.child(0);
        throw new Error(`it ended with ${code}: ${said()}`);
      });
      await Promise.race([isUp, failed]);
      failed.catch(() => {});
      return {
        pid: child.pid ?? 0,
        said,
        stop: () => {
          child.kill('SIGTERM');
          return ended;
        },
      };
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
      will.cancel();
    },
  };
}
