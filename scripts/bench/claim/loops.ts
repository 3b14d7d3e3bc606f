/** The loops that drain due rows: the product's claimer, and the plainest ones that are correct. */
import type pg from 'pg';
import { createClaimer } from '../../../services/store/claim.ts';
import type { Turn } from '../lib/pairs.ts';
import { cpuSecondsOf } from '../lib/processTree.ts';
import { expectContent } from '../lib/report.ts';
import { DUE } from './rows.ts';

/** Rows that one claim asks for. */
export const BATCH = 100;

const LEASE_MS = 60_000;

/**
 * Claims `rows` due monitors as the scheduler does.
 * @throws ContentError when one is claimed twice or lacks what a check needs.
 */
export async function drainByStore(pool: pg.Pool, rows: number): Promise<Turn> {
  const claimer = createClaimer(pool);
  const options = { now: DUE, leaseMs: LEASE_MS, limit: BATCH, owner: 'bench' };
  return drain('the store', rows, async () =>
    (await claimer.claim(options)).map((claim) => {
      const whole = claim.states.length === 1 && claim.baselines.length === 1;
      expectContent(whole, `The claim of ${claim.monitor} lacks what is remembered of it.`);
      return `${claim.workspace}/${claim.monitor}`;
    }),
  );
}

const RAW = `UPDATE raw_jobs SET next_due_at = $2, lease_until = $2, lease_token = lease_token + 1
  WHERE id IN (SELECT id FROM raw_jobs WHERE next_due_at <= $1 ORDER BY next_due_at
    LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id, workspace_id, name, spec, lease_token`;

const READS = ['source_states', 'baselines'].map(
  (table) => `SELECT t.* FROM unnest($1::text[], $2::text[]) AS k(workspace, name)
    JOIN ${table} t ON t.workspace_id = k.workspace AND t.monitor = k.name`,
);

/**
 * Claims `rows` due jobs from one table by one index.
 * @param remembering also reads what the product's claim brings, table by table
 */
export async function drainRaw(pool: pg.Pool, rows: number, remembering: boolean): Promise<Turn> {
  const until = new Date(DUE.getTime() + LEASE_MS);
  return drain('the raw loop', rows, async () => {
    const { rows: claimed } = await pool.query<RawJob>(RAW, [DUE, until, BATCH]);
    const keys = [claimed.map((job) => job.workspace_id), claimed.map(({ name }) => name)];
    for (const read of remembering ? READS : []) {
      const { rowCount } = await pool.query(read, keys);
      expectContent(rowCount === claimed.length, 'The raw loop did not read what it claimed.');
    }
    return claimed.map(({ id }) => id);
  });
}

interface RawJob {
  readonly id: string;
  readonly workspace_id: string;
  readonly name: string;
}

async function drain(who: string, rows: number, claim: () => Promise<string[]>): Promise<Turn> {
  const names = new Set<string>();
  const [started, cpu] = [performance.now(), cpuSecondsOf(process.pid)];
  let claims = 0;
  for (let last = BATCH; last > 0 && claims < rows; claims += last) {
    const batch = await claim();
    last = batch.length;
    for (const name of batch) names.add(name);
  }
  const turn = {
    operations: claims,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpuSecondsOf(process.pid) - cpu,
  };
  expectContent(claims >= rows, `${who} claimed ${claims} of ${rows} due rows.`);
  expectContent(names.size === claims, `${who} claimed ${claims - names.size} rows twice.`);
  return turn;
}
