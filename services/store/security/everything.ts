/** A row in every table for a workspace and a person, so that no table is forgotten by a test. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { readTables, type TableShape } from '../dump.ts';
import { testSpec } from '../testing/monitors.ts';
import type { Sql } from '../pool.ts';
import { DAY, insertRow } from '../testing/rows.ts';

/** Whom the rows belong to; `canary` is in every text that may be any. */
export interface Seeded {
  readonly workspace: string;
  readonly user: string;
  readonly canary: string;
  /** Names and ids are made of this, or of the canary: two that share it have all names in common. */
  readonly names?: string | undefined;
}

const VALUE = { name: 'price', select: '.price' };

/** Columns that may not be any text. */
const CHECKED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  workspaces: { kind: 'team', max_mails_per_hour: 25 },
  hourly_uses: { kind: 'checks' },
  memberships: { role: 'owner' },
  invitations: { role: 'owner', invited_by: null, accepted_by: null },
  one_time_tokens: { purpose: 'acknowledge' },
  api_tokens: { scope: 'read', expires_at: null, revoked_at: null },
  feeds: { monitor: null, revoked_at: null },
  secrets: { kind: 'Secret', managed_by: null },
  channels: { spec: '{"type":"Email","email":{"to":[]}}', managed_by: null },
  monitors: {
    spec: JSON.stringify(testSpec({ values: [VALUE] })),
    managed_by: null,
    deleted_at: null,
  },
  channel_recipients: { state: 'Confirmed' },
  blobs: { encoding: 'identity' },
  baselines: { role: 'LastSeen' },
  checks: { trigger: 'schedule', retention_days: 30 },
  snapshots: { retention_days: 30 },
  verdicts: { retention_days: 30 },
  value_points: { retention_days: 30, why: null, source: 'page', name: VALUE.name },
  feedback: { about: 'verdict' },
  findings: { origin: 'claim', state: 'open', severity: 'info' },
  deliveries: { state: 'dead', recipient: null },
  sessions: { challenge_purpose: 'enrol' },
  erasures: { kind: 'user' },
  account_mails: { state: 'sent', inviting_workspace: null, invitation_id: null },
};

/** Columns that name the row of another table, whose row of the same workspace or person it is. */
const NAMES = new Set(['id', 'name', 'monitor', 'channel', 'address', 'subject', 'key', 'hash']);

/** Columns that are unique over all people. */
const BY_PERSON = new Set(['account_mails.id', 'account_mails.key']);

/** The same for the same text. */
const uuidOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');

function valueOf(table: string, column: string, type: string, seeded: Seeded): unknown {
  const { workspace, user, canary, names = canary } = seeded;
  const checked = CHECKED[table];
  if (checked && column in checked) return checked[column];
  if (BY_PERSON.has(`${table}.${column}`)) return user;
  if (column === 'workspace_id' || (table === 'workspaces' && column === 'id')) return workspace;
  if (column === 'user_id' || (table === 'users' && column === 'id')) return user;
  if (type === 'uuid') return uuidOf(names);
  if (type === 'text') return NAMES.has(column) ? `${names}-name` : `${canary}-${column}`;
  if (type === 'text[]') return [`${canary}-${column}`];
  if (type === 'integer[]') return [1];
  if (type === 'jsonb') return JSON.stringify({ [column]: `${canary}-${column}` });
  if (type === 'bytea')
    return column.endsWith('hash') || column === 'code_hash'
      ? createHash('sha256').update(`${workspace}/${table}`).digest()
      : Buffer.from(`${canary}-${column}`);
  if (type.startsWith('timestamp')) return `${DAY}T12:00:00Z`;
  if (type === 'date') return DAY;
  if (type === 'boolean') return true;
  if (type === 'xid8') return null;
  return 1;
}

/** Not of a workspace or a person. */
const OF_ALL = new Set([
  'meta',
  'platform_budgets',
  'global_epochs',
  'erasures',
  'invited_addresses',
]);

export const tablesOfSomebody = async (sql: Sql): Promise<TableShape[]> =>
  (await readTables(sql)).filter(({ name }) => !OF_ALL.has(name));

/** Fills every table, as a superuser; the partitions of `DAY` are there. */
export async function seedEverything(pool: Pool, seeded: Seeded): Promise<void> {
  const client = await pool.connect();
  try {
    for (const { name, columns } of await tablesOfSomebody(client)) {
      const entries = columns.map((column) => [
        column.name,
        valueOf(name, column.name, column.type, seeded),
      ]);
      await insertRow(client, name, Object.fromEntries(entries));
    }
  } finally {
    client.release();
  }
}
