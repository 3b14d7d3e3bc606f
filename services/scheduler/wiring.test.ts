import pg from 'pg';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { FETCH_PATH } from '../core/contracts/browser.ts';
import { JUDGE_PATH } from '../core/contracts/llm.ts';
import { DELIVER_PATH } from '../core/contracts/notification.ts';
import { itCallsByName } from '../core/internal/testing/byName.ts';
import { createLog } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import { testKeys } from '../core/testing/keys.ts';
import { watchTokens } from '../core/workloadIdentity/tokens.ts';
import { readConfig } from './config.ts';
import type { SchedulerDeps } from './deps.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { wireDeps } from './wiring.ts';

type Callee = 'browser' | 'llm' | 'notification';

const CALLS: Readonly<Record<Callee, (deps: SchedulerDeps) => Promise<unknown>>> = {
  browser: ({ workers }) => workers.browser({ workers: null }).post(FETCH_PATH, {}, z.unknown()),
  llm: ({ workers }) => workers.llm(null).post(JUDGE_PATH, {}, z.unknown()),
  notification: ({ notification }) => notification.post(DELIVER_PATH, {}, z.unknown()),
};

for (const service of Object.keys(CALLS) as Callee[])
  describe(`the scheduler's calls to the ${service} service`, () => {
    const keys = testKeys();
    itCallsByName({
      service,
      keys,
      open: (url, resolve, tokensFolder) => {
        const log = createLog('test', 'silent');
        const config = readConfig({
          KEYS_FILE: 'unused',
          DATA_KEY_FILE: 'unused',
          DATABASE_URL: 'postgresql://unused',
          [`${service.toUpperCase()}_URL`]: url,
        });
        const made = {
          log,
          keys: keys.of('scheduler'),
          tokens: watchTokens(tokensFolder, log),
          dataKeys: () => keys.root,
          clock: systemClock,
          // never connects
          pool: new pg.Pool(),
          resolve,
        };
        const wired = wireDeps(config, made, createSchedulerMetrics(createMetrics('scheduler')));
        return {
          call: () => CALLS[service](wired.deps),
          close: () => Promise.all(wired.clients.map((client) => client.close())),
        };
      },
    });
  });
