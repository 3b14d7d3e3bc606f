/** A scheduler's parts over a real database and scripted neighbours, with a clock that tests move. */
import type pg from 'pg';
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import type { NotificationChannelSpec } from '../../../crds/types/notificationchannel.ts';
import type { Failpoint } from '../../core/failpoint.ts';
import { newKeyEntry } from '../../core/keyring.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics } from '../../core/metrics.ts';
import { deriveServiceKeys } from '../../core/serviceKeys.ts';
import { claimOldest, type Claim } from '../../store/claim.ts';
import {
  NOON,
  later,
  seedMonitor,
  seedWorkspaces,
  testSpec,
} from '../../store/testing/monitors.ts';
import { testDatabase, type TestDatabase } from '../../store/testing/postgres.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { RunResult } from '../check/commit.ts';
import { runClaim } from '../check/run.ts';
import type { SchedulerDeps } from '../deps.ts';
import { createSchedulerMetrics } from '../metrics.ts';
import { dispatchDeliveries } from '../outbox/dispatch.ts';
import { tellAllDue } from '../sweep/sweep.ts';
import { wireDeps, type Made } from '../wiring.ts';
import { createTestClock, type TestClock } from './clock.ts';
import {
  startFakeBrowser,
  startFakeLlm,
  startFakeNotification,
  type FakeBrowser,
  type FakeLlm,
  type FakeNotification,
  type Page,
} from './neighbours.ts';

export const SHOP = 'https://shop.example/p/1';
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export type Row = Record<string, unknown>;

/** A value inside a row's JSON; undefined where there is none. */
export function inside(row: Row | undefined, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    row,
  );
}

export interface World {
  readonly db: TestDatabase;
  readonly pool: pg.Pool;
  readonly clock: TestClock;
  readonly browser: FakeBrowser;
  readonly llm: FakeLlm;
  readonly notification: FakeNotification;
  readonly deps: SchedulerDeps;
  readonly registry: ReturnType<typeof createMetrics>['registry'];
  /** Names of the failpoints passed so far. */
  readonly passed: string[];
  /** Runs `action` until it passes `place`; there it stops for ever, as a killed process does. */
  crashAt(place: string, action: () => Promise<unknown>): Promise<void>;
  /** Makes a monitor that is due now, in the workspace 'team'. */
  monitor(name: string, patch?: Partial<MonitorJobSpec>): Promise<void>;
  channel(name: string, spec: Partial<NotificationChannelSpec>): Promise<void>;
  claim(): Promise<Claim[]>;
  /** Claims and runs all that is due. */
  check(): Promise<RunResult[]>;
  /** Moves the clock to the next slot (5 minutes), shows a page there and checks. */
  step(page?: Page, ms?: number): Promise<RunResult[]>;
  deliver(): Promise<number>;
  /** Sends until nothing is due. */
  deliverAll(): Promise<void>;
  sweep(): Promise<number>;
  /** Rows of a table, oldest first. */
  rows(table: string, order?: string): Promise<Row[]>;
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  /** Edits the spec as the api does. */
  edit(name: string, change: (spec: MonitorJobSpec) => MonitorJobSpec): Promise<void>;
  close(): Promise<void>;
}

const DAYS = ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12'];

/** Starts everything; close it when done. */
export async function createWorld(given: Pick<Made, 'resolve'> = {}): Promise<World> {
  const db = await testDatabase({ days: DAYS });
  await seedWorkspaces(db, 'team', 'other');
  const [browser, llm, notification] = await Promise.all([
    startFakeBrowser(),
    startFakeLlm(),
    startFakeNotification(),
  ]);
  const clock = createTestClock(NOON);
  const pool = db.pool('mon_scheduler');
  const root = { keys: [newKeyEntry(new Date())] };
  const keys = deriveServiceKeys(root, 'scheduler');
  const metrics = createMetrics('scheduler');
  const passed: string[] = [];
  let crash: { readonly place: string; readonly hit: () => void } | undefined;
  const failpoint: Failpoint = (name) => {
    passed.push(name);
    if (name !== crash?.place) return undefined;
    crash.hit();
    crash = undefined;
    return new Promise<never>(() => {});
  };
  const { deps, clients } = wireDeps(
    {
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      keysFile: '',
      dataKeyFile: '',
      databaseUrl: db.url('mon_scheduler'),
      publicUrl: 'http://127.0.0.1:3000',
      browserUrl: browser.url,
      llmUrl: llm.url,
      notificationUrl: notification.url,
      egressUrl: 'http://127.0.0.1:9',
      owner: 'one',
      slots: 8,
      hostIntervalMs: 0,
      hostConcurrency: 4,
      leaseMs: MINUTE,
      judgeDeadlineMs: 5_000,
      workspaceCaps: { microUsd: null, tokens: null },
      platformCaps: { microUsd: null, tokens: null },
      podIp: undefined,
    },
    {
      ...given,
      log: createLog('scheduler', 'silent'),
      keys: () => keys,
      dataKeys: () => root,
      clock,
      pool,
      failpoint,
      random: () => 0.5,
    },
    createSchedulerMetrics(metrics),
  );
  const never = new AbortController().signal;
  const claim = (): Promise<Claim[]> =>
    claimOldest(pool, { now: clock.now(), leaseMs: MINUTE, limit: 50, owner: 'one' });
  const check = async (): Promise<RunResult[]> => {
    const results: RunResult[] = [];
    for (const each of await claim()) results.push(await runClaim(each, deps, never));
    return results;
  };
  const deliver = (): Promise<number> => dispatchDeliveries(deps, never);
  return {
    db,
    pool,
    clock,
    browser,
    llm,
    notification,
    deps,
    registry: metrics.registry,
    passed,
    crashAt: async (place, action) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      crash = { place, hit: resolve };
      const ended = action().then(() => {
        throw new Error(`${place} was not passed`);
      });
      await Promise.race([promise, ended]);
    },
    monitor: (name, patch = {}) =>
      seedMonitor(pool, { name, spec: testSpec(patch), dueAt: clock.now() }),
    channel: async (name, spec) => {
      await withWorkspace(pool, 'team', (tx) =>
        tx.query(
          `INSERT INTO channels (workspace_id, name, uid, spec, created_at, updated_at) VALUES ('team', $1, gen_random_uuid(), $2, $3, $3)
           ON CONFLICT (workspace_id, name) DO UPDATE SET spec = EXCLUDED.spec`,
          [
            name,
            JSON.stringify({
              type: 'Webhook',
              suspend: false,
              webhook: { url: 'https://hook.example/in' },
              ...spec,
            }),
            clock.now(),
          ],
        ),
      );
    },
    claim,
    check,
    step: async (page, ms = 5 * MINUTE) => {
      clock.advance(ms);
      if (page !== undefined) browser.show(SHOP, page);
      return check();
    },
    deliver,
    deliverAll: async () => {
      for (let round = 0; round < 20 && (await deliver()) > 0; round += 1);
    },
    sweep: () => tellAllDue(deps),
    rows: (table, order = 'ctid') =>
      withWorkspace(pool, 'team', async (tx) => {
        const { rows } = await tx.query<Row>(
          `SELECT * FROM ${table} WHERE workspace_id = 'team' ORDER BY ${order}`,
        );
        return rows;
      }),
    metric: async (name, labels = {}) => {
      const values = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
      return values
        .filter((value) =>
          Object.entries(labels).every(([key, want]) => value.labels[key] === want),
        )
        .reduce((sum, value) => sum + value.value, 0);
    },
    edit: async (name, change) => {
      const { rows } = await pool.query<{ spec: MonitorJobSpec }>(
        'SELECT spec FROM monitors WHERE name = $1',
        [name],
      );
      const spec = rows[0]?.spec;
      if (!spec) throw new Error(`no monitor ${name}`);
      await pool.query(
        'UPDATE monitors SET spec = $2, generation = generation + 1 WHERE name = $1',
        [name, JSON.stringify(change(spec))],
      );
    },
    close: async () => {
      await Promise.all([
        browser.stop(),
        llm.stop(),
        notification.stop(),
        ...clients.map((client) => client.close()),
      ]);
      await db.close();
    },
  };
}

export { NOON, later };
