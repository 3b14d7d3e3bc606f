/** Rows that tests of the hot path begin with. */
import { createHash } from 'node:crypto';
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { testSpec } from '../../core/testing/specs.ts';
import type { Sql } from '../pool.ts';
import type { TestDatabase } from './postgres.ts';

export { testSource, testSpec } from '../../core/testing/specs.ts';

/** Noon of a quiet day: the clock of most tests begins here. */
export const NOON = new Date('2026-03-10T12:00:00.000Z');

/** Makes workspaces as the migration's owner of rows would: through the api's role. */
export async function seedWorkspaces(db: TestDatabase, ...ids: readonly string[]): Promise<void> {
  await db
    .pool('mon_api')
    .query(
      `INSERT INTO workspaces (id, display_name, kind, created_at) SELECT id, id, 'team', $2 FROM unnest($1::text[]) id`,
      [ids, NOON],
    );
}

export interface SeedMonitor {
  readonly workspace?: string;
  readonly name: string;
  readonly spec?: MonitorJobSpec;
  readonly dueAt?: Date | null;
  readonly host?: string;
}

/** The same for the same name, so that the phase of its slots is the same in every run. */
const uidOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Makes one monitor that is due at `dueAt` (noon). */
export async function seedMonitor(sql: Sql, seed: SeedMonitor): Promise<void> {
  await sql.query(
    `INSERT INTO monitors (workspace_id, name, uid, spec, created_at, updated_at, next_due_at, host)
     VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
    [
      seed.workspace ?? 'team',
      seed.name,
      uidOf(seed.name),
      JSON.stringify(seed.spec ?? testSpec()),
      NOON,
      seed.dueAt === undefined ? NOON : seed.dueAt,
      seed.host ?? 'shop.example',
    ],
  );
}

/** Makes `count` monitors m0… in one statement, due one second apart from `dueAt` on. */
export async function seedMany(
  sql: Sql,
  {
    workspace,
    count,
    dueAt,
    prefix = 'm',
    stepMs = 1000,
  }: { workspace: string; count: number; dueAt: Date; prefix?: string; stepMs?: number },
): Promise<void> {
  await sql.query(
    `INSERT INTO monitors (workspace_id, name, uid, spec, created_at, updated_at, next_due_at, host)
     SELECT $1, $2 || n, gen_random_uuid(), $3, $4, $4, $4::timestamptz + n * $6 * interval '1 millisecond', 'h' || (n % 100) || '.example'
     FROM generate_series(0, $5 - 1) n`,
    [workspace, prefix, JSON.stringify(testSpec()), dueAt, count, stepMs],
  );
}

/** Moves a time by milliseconds. */
export const later = (date: Date, ms: number): Date => new Date(date.getTime() + ms);
