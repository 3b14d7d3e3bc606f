/** The rows that both claim loops work on: monitors with what is remembered of them, and plain jobs. */
import type pg from 'pg';
import { testSpec } from '../../../services/store/testing/monitors.ts';

export const WORKSPACES = 20;

/** All rows are due at this time; the loops claim as of it. */
export const DUE = new Date('2026-03-10T12:00:00.000Z');

const workspaceOf = `'w' || (n % ${WORKSPACES})`;

/**
 * Fills the product's tables and the table of the raw loop with the same jobs, all of them due.
 * @param admin a superuser's connections
 */
export async function fill(admin: pg.Pool, count: number): Promise<void> {
  const spec = JSON.stringify(testSpec());
  await admin.query(
    `INSERT INTO workspaces (id, display_name, kind, created_at)
     SELECT 'w' || n, 'w' || n, 'team', $1 FROM generate_series(0, ${WORKSPACES} - 1) n`,
    [DUE],
  );
  await admin.query(
    `INSERT INTO monitors (workspace_id, name, uid, spec, created_at, updated_at, next_due_at, host)
     SELECT ${workspaceOf}, 'm' || n, gen_random_uuid(), $1, $2, $2,
       $2::timestamptz - n * interval '1 millisecond', 'h' || (n % 100) || '.example'
     FROM generate_series(0, $3 - 1) n`,
    [spec, DUE, count],
  );
  await admin.query(
    `INSERT INTO source_states (workspace_id, monitor, source, spec_hash, extractor, text_lengths, recent_hashes, updated_at)
     SELECT workspace_id, name, 'page', md5(name), 'http@1', '{900,900,900}', ARRAY[md5(name)], $1 FROM monitors`,
    [DUE],
  );
  await admin.query(
    `INSERT INTO baselines (workspace_id, monitor, source, role, snapshot_id, taken_at, extractor, title, final_url, text_hash, text_blob)
     SELECT workspace_id, name, 'page', 'LastSeen', gen_random_uuid(), $1, 'http@1', 'Shop', 'https://shop.example/', md5(name), md5(name)
     FROM monitors`,
    [DUE],
  );
  await admin.query(
    `CREATE TABLE raw_jobs (id bigint PRIMARY KEY, workspace_id text NOT NULL, name text NOT NULL, spec jsonb NOT NULL, next_due_at timestamptz NOT NULL,
       lease_token bigint NOT NULL DEFAULT 0, lease_until timestamptz)`,
  );
  await admin.query(
    `INSERT INTO raw_jobs (id, workspace_id, name, spec, next_due_at)
     SELECT n, ${workspaceOf}, 'm' || n, $1, $2::timestamptz - n * interval '1 millisecond' FROM generate_series(0, $3 - 1) n`,
    [spec, DUE, count],
  );
  await admin.query('CREATE INDEX raw_jobs_due ON raw_jobs (next_due_at)');
  await admin.query('GRANT SELECT, UPDATE ON raw_jobs TO mon_scheduler');
  await admin.query('VACUUM ANALYZE');
}

/** Makes what was claimed due again, and sweeps the dead rows away, so that turns are alike. */
export async function reset(admin: pg.Pool, table: 'monitors' | 'raw_jobs'): Promise<void> {
  const slot = table === 'monitors' ? ', lease_owner = NULL, deaths = 0' : '';
  await admin.query(
    `UPDATE ${table} SET next_due_at = $1, lease_until = NULL${slot} WHERE lease_until IS NOT NULL`,
    [DUE],
  );
  await admin.query(`VACUUM ${table}`);
}
