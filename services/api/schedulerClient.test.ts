import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { itCallsByName } from '../core/internal/testing/byName.ts';
import { createLog } from '../core/log.ts';
import { testKeys } from '../core/testing/keys.ts';
import { createSchedulerClient } from './schedulerClient.ts';

describe("the api's calls to the scheduler", () => {
  const keys = testKeys();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-api-'));
    writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(keys.of('api')()));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  itCallsByName({
    service: 'scheduler',
    keys,
    open: (url, resolve, tokensFolder) => {
      const KEYS_FILE = path.join(folder, 'keys.json');
      const config = { KEYS_FILE, WORKLOAD_TOKENS: tokensFolder, SCHEDULER_URL: url };
      const deps = { clock: systemClock, log: createLog('test', 'silent'), resolve };
      const client = createSchedulerClient(config, deps);
      return {
        call: () => client.post('/internal/v1/wake', {}, z.unknown()),
        close: () => client.close(),
      };
    },
  });
});
