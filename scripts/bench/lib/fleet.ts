/** A running duckmon with many monitors that become due at once: all are checked and committed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import {
  startInstallation,
  type Installation,
} from '../../../services/local/testing/installation.ts';
import { notifyEvent } from '../../../services/store/events.ts';
import { apply, monitorOf } from './monitors.ts';
import type { Turn } from './pairs.ts';
import { cpuSecondsOf } from './processTree.ts';
import { expectContent } from './report.ts';
import type { BenchSite } from './site.ts';
import { runHerds, type HerdOptions } from './herds.ts';

export interface Fleet {
  /** Of duckmon's process; the database and the browser are below it. */
  readonly pid: number;
  turn(options: HerdOptions): Promise<Turn>;
  stop(): Promise<void>;
}

const WORKSPACE = 'default';
const POLL_MS = 5;
const PATIENCE_MS = 60_000;

/** Starts duckmon with the site allowed and its politeness lifted, and takes the first baselines. */
export async function startFleet(
  site: BenchSite,
  monitors: number,
  fetch: 'Http' | 'Browser' = 'Http',
): Promise<Fleet> {
  const installation = await startInstallation({
    env: {
      DUCKMON_EGRESS_ALLOW: `127.0.0.1:${site.port}`,
      HOST_INTERVAL_MS: '0',
      HOST_CONCURRENCY: '100',
    },
  });
  let client: Client | undefined;
  try {
    client = await connect(installation);
    const documents = Array.from({ length: monitors }, (_, at) =>
      monitorOf({ name: `shop-${at}`, url: `${site.url}/${at}`, fetch }),
    );
    await apply(installation, documents);
    await untilChecked(client, monitors);
    return fleetOf(installation, client, site, monitors);
  } catch (error) {
    await client?.end();
    await installation.close();
    throw error;
  }
}

function fleetOf(
  installation: Installation,
  client: Client,
  site: BenchSite,
  monitors: number,
): Fleet {
  const herd = async (): Promise<number> => {
    const started = performance.now();
    const hits = site.hits();
    await makeDue(client);
    // The database is not asked before the last page was fetched: its time is ours.
    while (site.hits() - hits < monitors && performance.now() - started < PATIENCE_MS)
      await delay(POLL_MS);
    await untilChecked(client, monitors);
    return (performance.now() - started) / 1000;
  };
  return {
    pid: installation.pid,
    turn: async (options) => {
      const [hits, before] = [site.hits(), await countChecks(client)];
      const cpu = (): number => cpuSecondsOf(installation.pid);
      const turn = await runHerds({ ...options, size: monitors, cpu, herd });
      const fetched = site.hits() - hits;
      expectUnchanged(before, await countChecks(client), turn.operations, fetched);
      return turn;
    },
    stop: async () => {
      await client.end();
      await installation.close();
    },
  };
}

async function connect(installation: Installation): Promise<Client> {
  const file = path.join(installation.data, 'postgres.json');
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
  const client = new Client(url);
  await client.connect();
  await client.query(`SELECT set_config('mon.workspace', $1, false)`, [WORKSPACE]);
  return client;
}

/** Moves the schedule of every monitor to now, and tells the scheduler as the api does. */
async function makeDue(client: Client): Promise<void> {
  await client.query('BEGIN');
  await client.query('UPDATE monitors SET next_due_at = now(), slot_at = now()');
  await notifyEvent(client, { workspace: WORKSPACE, kind: 'monitor' });
  await client.query('COMMIT');
}

/** Waits until no monitor is due or in work: each commit has moved its monitor to another month. */
async function untilChecked(client: Client, monitors: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ checked: number }>(
      `SELECT count(*)::int AS checked FROM monitors
       WHERE lease_until IS NULL AND next_due_at > now() AND last_check_id IS NOT NULL`,
    );
    const checked = rows[0]?.checked ?? 0;
    if (checked === monitors) return;
    expectContent(
      performance.now() < deadline,
      `duckmon committed ${checked} of ${monitors} checks in ${PATIENCE_MS / 1000} s.`,
    );
    await delay(POLL_MS);
  }
}

interface Counts {
  readonly unchanged: number;
  readonly others: number;
}

async function countChecks(client: Client): Promise<Counts> {
  const { rows } = await client.query<Counts>(
    `SELECT count(*) FILTER (WHERE outcome = 'Unchanged')::int AS unchanged,
       count(*) FILTER (WHERE outcome <> 'Unchanged')::int AS others FROM checks`,
  );
  return rows[0] ?? { unchanged: 0, others: 0 };
}

/** Each check is a row that says unchanged, and each has fetched the page once. */
function expectUnchanged(before: Counts, after: Counts, checks: number, fetched: number): void {
  const [unchanged, others] = [after.unchanged - before.unchanged, after.others - before.others];
  expectContent(
    unchanged === checks && others === 0,
    `Of ${checks} checks ${unchanged} were committed as unchanged and ${others} as something else.`,
  );
  expectContent(fetched === checks, `${checks} checks of duckmon fetched ${fetched} pages.`);
}
