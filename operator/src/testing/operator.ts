/** The operator as tests start it: within the test's process, or as a process to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import type { Running } from '../../../services/core/lifecycle.ts';
import { createLog } from '../../../services/core/log.ts';
import type { TestKeys } from '../../../services/core/testing/keys.ts';
import { freePorts } from '../../../services/local/testing/installation.ts';
import type { OperatorConfig } from '../config.ts';
import { startOperator, type StartDeps } from '../start.ts';
import { until } from './until.ts';

export interface Where {
  readonly kubeconfig: string;
  /** Of the Lease; the only namespace that is watched. */
  readonly namespace: string;
  readonly schedulerUrl: string;
  readonly keys: TestKeys;
}

export type Tuning = Partial<Pick<StartDeps, 'resyncMs' | 'onLost' | 'random'>> &
  Partial<
    Pick<
      OperatorConfig,
      'usersNamespace' | 'tokensFolder' | 'watchNamespaces' | 'pools' | 'browserImage' | 'llmImage'
    >
  >;

/** Starts the operator in this process. A lost lease is an error unless `onLost` says otherwise. */
export function startHere(where: Where, tuning: Tuning = {}): Promise<Running> {
  const { kubeconfig, namespace, schedulerUrl, keys } = where;
  const { resyncMs, onLost, random = Math.random, ...config } = tuning;
  const log = createLog('operator', process.env['OPERATOR_LOG_LEVEL'] ?? 'silent');
  return startOperator(
    {
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      keysFile: '',
      schedulerUrl,
      kubeconfig,
      namespace,
      watchNamespaces: [namespace],
      usersNamespace: undefined,
      pools: 'local',
      crdsFolder: undefined,
      identity: `here_${randomBytes(4).toString('hex')}`,
      ...config,
    },
    {
      log,
      clock: systemClock,
      random,
      newId: randomUUID,
      keys: keys.of('operator'),
      onLost:
        onLost ??
        ((why) => {
          throw new Error(`the operator lost its lease: ${why}`);
        }),
      resyncMs,
    },
  );
}

export interface OperatorProcess {
  /** What its identity begins with. */
  readonly name: string;
  /** Resolves when its caches are warm: from then on it can take over. */
  whenReady(): Promise<void>;
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** A cold start on a busy machine. */
const START_MS = 60_000;
const MAIN = path.resolve(import.meta.dirname, '../main.ts');

/** Starts the operator as the process that a pod runs. */
export async function startProcess(name: string, where: Where): Promise<OperatorProcess> {
  const [port] = await freePorts(1);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-operator-'));
  const keysFile = path.join(folder, 'keys.json');
  writeFileSync(keysFile, JSON.stringify(where.keys.of('operator')()), { mode: 0o600 });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      KUBECONFIG: where.kubeconfig,
      KEYS_FILE: keysFile,
      SCHEDULER_URL: where.schedulerUrl,
      OPERATOR_NAMESPACE: where.namespace,
      WATCH_NAMESPACES: where.namespace,
      OPERATOR_PORT: String(port),
      POOLS: 'local',
      POD_NAME: name,
      LOG_LEVEL: process.env['OPERATOR_LOG_LEVEL'] ?? 'silent',
    },
  });
  const isReady = async (): Promise<true | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  };
  return {
    name,
    whenReady: async () => void (await until(`${name} is ready`, isReady, START_MS)),
    ended: endOf(child).finally(() => rmSync(folder, { recursive: true, force: true })),
    kill: (signal) => void child.kill(signal),
  };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? 1;
}
