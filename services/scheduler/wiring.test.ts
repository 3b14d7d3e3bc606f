import pg from 'pg';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { DELIVER_PATH } from '../core/contracts/notification.ts';
import { itCallsByName } from '../core/internal/testing/byName.ts';
import { createLog } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import { testKeys } from '../core/testing/keys.ts';
import { readConfig } from './config.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { wireDeps } from './wiring.ts';

describe("the scheduler's calls to the notification service", () => {
  const keys = testKeys();
  itCallsByName({
    service: 'notification',
    keys,
    open: (url, resolve) => {
      const config = readConfig({
        KEYS_FILE: 'unused',
        DATA_KEY_FILE: 'unused',
        DATABASE_URL: 'postgresql://unused',
        NOTIFICATION_URL: url,
      });
      const made = {
        log: createLog('test', 'silent'),
        keys: keys.of('scheduler'),
        dataKeys: () => keys.root,
        clock: systemClock,
        // never connects
        pool: new pg.Pool(),
        resolve,
      };
      const wired = wireDeps(config, made, createSchedulerMetrics(createMetrics('scheduler')));
      return {
        call: () => wired.deps.notification.post(DELIVER_PATH, {}, z.unknown()),
        close: () => Promise.all(wired.clients.map((client) => client.close())),
      };
    },
  });
});
