import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dump } from '../store/dump.ts';
import { eraseWorkspaces } from '../store/erasure.ts';
import { restore } from '../store/restore.ts';
import { seedEverything, type Seeded } from '../store/security/everything.ts';
import { kept } from '../store/security/kept.ts';
import { DAY } from '../store/testing/rows.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { newBrowser } from './testing/person.ts';
import { as, type Browser } from './testing/stepUp.ts';

const OWN = 'u-0123456789abcdef';

describe('all data of a person, from the copy to the end', function () {
  this.timeout(60_000);
  let api: TestApi;
  let folder: string;
  let browser: Browser;
  const ann: Seeded = { workspace: OWN, user: randomUUID(), canary: 'canary-of-ann' };
  const bob: Seeded = { workspace: 'bobs', user: randomUUID(), canary: 'canary-of-bob' };
  const superuser = () => api.db.pool('postgres');
  const yesterday = (): string => path.join(folder, 'yesterday');

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-own-data-'));
    api = await startTestApi();
    await api.db.ensureDays(DAY);
    for (const seeded of [ann, bob]) await seedEverything(superuser(), seeded);
    await superuser().query("UPDATE workspaces SET kind = 'personal' WHERE id = $1", [OWN]);
    await superuser().query(
      'UPDATE users SET token_epoch = 0, disabled_at = NULL, platform_admin = false WHERE id = $1',
      [ann.user],
    );
    await superuser().query('DELETE FROM audit; DELETE FROM audit_heads');
    api.time.now = new Date(`${DAY}T13:00:00Z`);
    browser = await newBrowser(api, ann.user, { steppedUp: true });
  });
  after(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  /** Every value of every table, by a superuser: what pg_dump would write. */
  const dumped = async (): Promise<ReadonlyMap<string, string>> => {
    const { rows } = await superuser().query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
    );
    const found = new Map<string, string>();
    for (const { name } of rows) {
      const { rows: lines } = await superuser().query<{ line: string }>(
        `SELECT t::text AS line FROM ${name} t`,
      );
      found.set(name, lines.map(({ line }) => line).join('\n'));
    }
    return found;
  };
  const formsOf = (text: string): string[] => [
    text,
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
  ];
  /** Tables that have a text in any form. */
  const tablesWith = async (text: string): Promise<string[]> =>
    [...(await dumped())]
      .filter(([, lines]) => formsOf(text).some((form) => lines.includes(form)))
      .map(([name]) => name)
      .toSorted();
  const rowsOf = async (place: string): Promise<string[]> => {
    const { status, text } = await as(api, browser, 'GET', place);
    assert.equal(status, 200, text);
    return text.trimEnd().split('\n').slice(1, -1);
  };
  const ordered = (line: string): string => {
    const { table, row } = JSON.parse(line) as { table: string; row: Record<string, unknown> };
    return JSON.stringify([table, Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  };

  it('E15 the copies have every row and column that the database has of the person', async () => {
    const copies = [
      ...(await rowsOf('/account/export')),
      ...(await rowsOf(`/workspaces/current/export?workspace=${OWN}`)),
    ];
    const copied = new Set(copies.map(ordered));
    const there = [
      ...(await kept(superuser(), 'user_id', ann.user)),
      ...(await kept(superuser(), 'workspace_id', OWN)),
    ];
    const missing = there.filter((row) => !copied.has(ordered(JSON.stringify(row))));
    assert.deepEqual(missing, []);
    assert.ok(there.length > 30, `${there.length} rows`);
    const text = copies.join('\n');
    for (const trace of [bob.canary, bob.user, bob.workspace]) assert.ok(!text.includes(trace));
  });

  it('E15 after the end no table has a byte of the person, and all have those of others', async () => {
    await dump(api.db.url('mon_backup'), yesterday(), api.time.now);
    const ofBob = await tablesWith(bob.canary);
    assert.ok((await tablesWith(ann.canary)).length >= ofBob.length - 1);
    const { email } = (
      await superuser().query<{ email: string }>('SELECT email FROM users WHERE id = $1', [
        ann.user,
      ])
    ).rows[0] ?? { email: '' };
    const ended = await as(api, browser, 'DELETE', '/account', { confirm: email });
    assert.equal(ended.status, 204, ended.text);
    assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), [OWN]);
    assert.deepEqual(await tablesWith(ann.canary), []);
    assert.deepEqual(await tablesWith(OWN), []);
    // An id that names nobody any more: a chain of hashes has no holes.
    assert.deepEqual(await tablesWith(ann.user), ['public.audit']);
    assert.deepEqual(await tablesWith(bob.canary), ofBob);
  });

  it('E15 the backup of yesterday does not bring the person back', async () => {
    await restore(api.db.url('duckmon_owner'), yesterday(), { force: true });
    assert.deepEqual(await tablesWith(ann.canary), []);
    assert.ok((await tablesWith(bob.canary)).length > 25);
    assert.equal((await as(api, browser, 'GET', '/me')).status, 401);
  });
});
