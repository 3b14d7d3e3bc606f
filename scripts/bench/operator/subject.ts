/** The process that is measured, from outside: what it says of itself and what /proc says of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestKeys } from '../../../services/core/testing/keys.ts';
import { expectContent } from '../lib/report.ts';
import { NAMESPACE } from './jobs.ts';

export type Question = 'stall' | 'heap';
export type Answer =
  | { readonly kind: 'started'; readonly url: string }
  /** The longest time for which nothing else had a turn, since it has a connection. */
  | { readonly kind: 'stall'; readonly ms: number; readonly byClockMs: number }
  /** Above what the empty process with all modules has; `size` of an informer. */
  | { readonly kind: 'heap'; readonly megabytes: number; readonly size: number };
type Told<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

export interface Subject {
  readonly pid: number;
  /** Milliseconds from the start of the process to `/readyz` being content. */
  whenReady(): Promise<number>;
  /** Sum of a counter over its labels; only of series with `label`, such as `controller="x"`, when given. */
  counter(name: string, label?: string): Promise<number>;
  /** Waits until a counter has reached a value. */
  reached(name: string, least: number, label?: string): Promise<void>;
  ask<K extends Question>(question: K): Promise<Told<K>>;
  stop(): Promise<void>;
}

export interface SubjectOptions {
  readonly what: 'operator' | 'informer';
  readonly kubeconfig: string;
  readonly schedulerUrl: string;
  readonly keys: TestKeys;
  readonly resyncMs?: number;
}

const MAIN = path.resolve(import.meta.dirname, 'main.ts');
const HOUR_MS = 3_600_000;
const PATIENCE_MS = 300_000;
const POLL_MS = 20;

async function told<K extends Answer['kind']>(child: ChildProcess, kind: K): Promise<Told<K>> {
  for (;;) {
    const [answer] = (await once(child, 'message')) as [Answer];
    if (answer.kind === kind) return answer as Told<K>;
  }
}

export async function startSubject(options: SubjectOptions): Promise<Subject> {
  const { what, kubeconfig, schedulerUrl, keys, resyncMs = HOUR_MS } = options;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-bench-operator-'));
  const keysFile = path.join(folder, 'keys.json');
  writeFileSync(keysFile, JSON.stringify(keys.of('operator')()), { mode: 0o600 });
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', MAIN, what],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        KEYS_FILE: keysFile,
        SCHEDULER_URL: schedulerUrl,
        OPERATOR_NAMESPACE: NAMESPACE,
        WATCH_NAMESPACES: NAMESPACE,
        OPERATOR_PORT: '0',
        POOLS: 'local',
        LOG_LEVEL: 'error',
        BENCH_RESYNC_MS: String(resyncMs),
      },
    },
  );
  const ended = once(child, 'exit').finally(() => rmSync(folder, { recursive: true, force: true }));
  const { url } = await Promise.race([
    told(child, 'started'),
    ended.then(() => Promise.reject(new Error('The measured process did not start.'))),
  ]);
  const counter = async (name: string, label = ''): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return {
    pid: child.pid ?? 0,
    whenReady: async () => {
      while (!(await fetch(`${url}/readyz`)).ok) await delay(POLL_MS);
      return performance.now() - began;
    },
    counter,
    reached: async (name, least, label) => {
      const end = performance.now() + PATIENCE_MS;
      for (let value = 0; value < least; value = await counter(name, label)) {
        expectContent(performance.now() < end, `${name} reached ${value} instead of ${least}.`);
        await delay(POLL_MS);
      }
    },
    ask: (question) => {
      const answer = told(child, question);
      child.send(question);
      return answer;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
