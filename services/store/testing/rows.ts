/** Rows of history for tests, each with what a test does not care about filled in. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../pool.ts';

type Values = Readonly<Record<string, unknown>>;

/** Inserts one row, by column names. */
export async function insertRow(tx: Sql, table: string, row: Values): Promise<void> {
  const names = Object.keys(row);
  const places = names.map((_name, at) => `$${at + 1}`);
  await tx.query(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`,
    Object.values(row),
  );
}

/** The day that `seedCheck` and its like write on. */
export const DAY = '2026-03-10';
export const at = (time: string): Date => new Date(`${DAY}T${time}Z`);

const seed =
  (table: string, defaults: () => Values) =>
  async (tx: Sql & { readonly workspace: string }, row: Values = {}): Promise<string> => {
    const id = typeof row['id'] === 'string' ? row['id'] : randomUUID();
    await insertRow(tx, table, { workspace_id: tx.workspace, ...defaults(), ...row, id });
    return id;
  };

export const seedCheck = seed('checks', () => ({
  monitor: 'shop',
  at: at('12:00:00'),
  retention_days: 30,
  trigger: 'schedule',
  generation: 1,
  goal_version: 1,
  outcome: 'Unchanged',
  stage: 'hashGate',
  sources: '[]',
  duration_ms: 12,
}));

export const seedSnapshot = seed('snapshots', () => ({
  monitor: 'shop',
  source: 'page',
  at: at('12:00:00'),
  retention_days: 30,
  check_id: randomUUID(),
  extractor: 'http@1',
  status: 200,
  title: 'Shop',
  final_url: 'https://shop.example/',
  validity: 'valid',
  text_hash: 'a',
  html_hash: 'b',
  bytes: 10,
  text_blob: 'c',
}));

export const seedVerdict = seed('verdicts', () => ({
  monitor: 'shop',
  at: at('12:00:00'),
  retention_days: 30,
  check_id: randomUUID(),
  goal_version: 1,
  verdict: '{"verdict":"no_match"}',
  change: '[]',
}));

export const seedFinding = seed('findings', () => ({
  monitor: 'shop',
  source: 'page',
  fingerprint: randomUUID(),
  origin: 'condition',
  subject: 'price',
  kind: 'value',
  value: '19.99',
  state: 'open',
  severity: 'info',
  title: 'Price fell',
  summary: 'The price fell.',
  first_seen_at: at('12:00:00'),
  last_seen_at: at('12:00:00'),
}));

export const seedAlert = seed('alerts', () => ({
  monitor: 'shop',
  occurrence: 1,
  kind: 'finding',
  severity: 'info',
  message: '{"title":"Price fell"}',
  created_at: at('12:00:00'),
}));

export const seedDelivery = seed('deliveries', () => ({
  monitor: 'shop',
  channel: 'mail',
  state: 'dead',
  attempts: 9,
  created_at: at('12:00:00'),
  updated_at: at('12:00:00'),
}));
