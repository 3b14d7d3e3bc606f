import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readArchive } from '../archive.ts';
import { dump, readTables } from '../dump.ts';
import {
  askWorkspaceErasure,
  eraseUser,
  eraseWorkspaces,
  listErasures,
  rememberErasures,
} from '../erasure.ts';
import { setMembership } from '../identity.ts';
import { restore } from '../restore.ts';
import { NOON } from '../testing/monitors.ts';
import { testDatabase } from '../testing/postgres.ts';
import { DAY } from '../testing/rows.ts';
import { storeError, useDatabase } from '../testing/suite.ts';
import { withUser } from '../workspace.ts';
import { seedEverything, type Seeded } from './everything.ts';

const LATER = new Date('2026-03-11T12:00:00.000Z');

describe('erasure', function () {
  this.timeout(60_000);
  const suite = useDatabase({ days: [DAY] });
  let folder: string;
  let ann: Seeded;
  let bob: Seeded;
  const superuser = () => suite.db.pool('postgres');
  const ask = (workspace: string) =>
    suite.api((tx) => askWorkspaceErasure(tx, workspace, LATER), workspace);
  const leave = (user: string) =>
    withUser(suite.db.pool('mon_api'), user, (tx) =>
      eraseUser(tx, user, LATER, { lastAdministratorMayGo: true }),
    );
  /** Everything that a backup has, as text. */
  const saved = async (name: string = randomUUID()): Promise<string> => {
    const file = path.join(folder, name);
    await dump(suite.db.url('mon_backup'), file, LATER);
    let text = '';
    for await (const item of readArchive(file))
      if (item.kind === 'row') text += `${item.values.join('\n')}\n`;
    return text;
  };
  /** Tables that have a row of the workspace, by a look that no row-level security binds. */
  const tablesWith = async (workspace: string): Promise<string[]> => {
    const client = superuser();
    const found: string[] = [];
    for (const { name, columns } of await readTables(client)) {
      const column = name === 'workspaces' ? 'id' : 'workspace_id';
      if (!columns.some((each) => each.name === column)) continue;
      const { rowCount } = await superuser().query(
        `SELECT 1 FROM ${name} WHERE ${column} = $1 LIMIT 1`,
        [workspace],
      );
      if (rowCount) found.push(name);
    }
    return found;
  };
  const hex = (text: string): string => Buffer.from(text).toString('hex');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-erasure-'));
    await superuser().query('DELETE FROM erasures; DELETE FROM users; DELETE FROM workspaces');
    for (const table of ['checks', 'snapshots', 'verdicts', 'value_points', 'audit', 'audit_heads'])
      await superuser().query(`DELETE FROM ${table}`);
    await superuser().query('DELETE FROM one_time_tokens');
    ann = { workspace: 'anns', user: randomUUID(), canary: 'canary-of-ann' };
    bob = { workspace: 'bobs', user: randomUUID(), canary: 'canary-of-bob' };
    for (const seeded of [ann, bob]) await seedEverything(superuser(), seeded);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('E15 leaves no row of the workspace in any table, and every row of another one', async () => {
    const before = await tablesWith('bobs');
    assert.ok(before.length > 25);
    assert.deepEqual(await tablesWith('anns'), before);
    await ask('anns');
    assert.deepEqual(await eraseWorkspaces(suite.db.pool('mon_scheduler')), ['anns']);
    assert.deepEqual(await tablesWith('anns'), []);
    assert.deepEqual(await tablesWith('bobs'), before);
  });

  it('E15 leaves no byte of the workspace and of the person in a dump', async () => {
    const before = await saved();
    assert.ok(before.includes(ann.canary) && before.includes(hex(ann.canary)));
    await ask('anns');
    await eraseWorkspaces(suite.db.pool('mon_scheduler'));
    await leave(ann.user);
    const after = await saved();
    for (const trace of [ann.canary, hex(ann.canary), 'anns', ann.user])
      assert.ok(!after.includes(trace), `${trace} is still there`);
    for (const trace of [bob.canary, hex(bob.canary), 'bobs', bob.user])
      assert.ok(after.includes(trace), `${trace} is gone, too`);
  });

  it('shuts the workspace at once: no member, token, monitor, channel, mail or Secret is left', async () => {
    await ask('anns');
    const left = await tablesWith('anns');
    for (const table of [
      'memberships',
      'api_tokens',
      'feeds',
      'monitors',
      'channels',
      'deliveries',
      'secrets',
    ])
      assert.ok(!left.includes(table), table);
    assert.ok(left.includes('checks'));
  });

  it('E15 erases again what comes back with the backup of yesterday, and nothing else', async () => {
    await saved('yesterday');
    await ask('anns');
    await eraseWorkspaces(suite.db.pool('mon_scheduler'));
    await leave(ann.user);
    const file = path.join(folder, 'yesterday');
    await restore(suite.db.url('duckmon_owner'), file, { force: true });
    assert.deepEqual(await tablesWith('anns'), []);
    const text = await saved();
    assert.ok(!text.includes(ann.canary) && !text.includes(hex(ann.canary)));
    assert.ok(text.includes(bob.canary) && text.includes(bob.user));
    assert.equal((await listErasures(superuser())).length, 2);
  });

  it('E15 erases from a backup on a new machine what a list from elsewhere names', async () => {
    await saved('yesterday');
    await ask('anns');
    const erasures = await listErasures(superuser());
    const elsewhere = await testDatabase();
    try {
      const file = path.join(folder, 'yesterday');
      await restore(elsewhere.url('duckmon_owner'), file, { erasures });
      const { rows } = await elsewhere.pool('postgres').query('SELECT id FROM workspaces');
      assert.deepEqual(rows, [{ id: 'bobs' }]);
    } finally {
      await elsewhere.close();
    }
  });

  it('goes on where a call was cut off', async () => {
    await ask('anns');
    await superuser().query(
      `CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END $$`,
    );
    await superuser().query(
      'CREATE TRIGGER cut_off BEFORE DELETE ON verdicts FOR EACH ROW EXECUTE FUNCTION cut_off()',
    );
    try {
      await assert.rejects(eraseWorkspaces(suite.db.pool('mon_scheduler')), /cut off/);
    } finally {
      await superuser().query('DROP FUNCTION cut_off CASCADE');
    }
    assert.ok((await tablesWith('anns')).includes('verdicts'));
    assert.deepEqual(await eraseWorkspaces(suite.db.pool('mon_scheduler')), ['anns']);
    assert.deepEqual(await tablesWith('anns'), []);
  });

  it('leaves a workspace alone that was made later under the same name', async () => {
    await ask('anns');
    await eraseWorkspaces(suite.db.pool('mon_scheduler'));
    await superuser().query(
      `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ('anns', 'New', 'team', $1)`,
      [new Date(LATER.getTime() + 1)],
    );
    assert.deepEqual(await eraseWorkspaces(suite.db.pool('mon_scheduler')), []);
    assert.deepEqual(await tablesWith('anns'), ['workspaces']);
  });

  it('erases nothing that nobody asked for, whoever calls', async () => {
    const { rows } = await suite.db
      .pool('mon_scheduler')
      .query("SELECT erase_workspace('anns') AS erased");
    assert.deepEqual(rows, [{ erased: false }]);
    for (const sql of ["SELECT erase_workspace('anns')", "DELETE FROM workspaces WHERE id = 'x'"])
      await assert.rejects(suite.db.pool('mon_api').query(sql), /permission denied/);
    const byScheduler = suite.scheduler((tx) => askWorkspaceErasure(tx, 'anns', LATER), 'anns');
    await assert.rejects(byScheduler, storeError('invalid'));
  });

  it('takes the personal workspace of a person along', async () => {
    await superuser().query("UPDATE workspaces SET kind = 'personal' WHERE id = 'anns'");
    assert.deepEqual(await leave(ann.user), ['anns']);
    assert.deepEqual(await eraseWorkspaces(suite.db.pool('mon_scheduler')), ['anns']);
    assert.ok(!(await saved()).includes(ann.canary));
  });

  it('takes along what was made anew of a personal workspace by word that was under way', async () => {
    await superuser().query("UPDATE workspaces SET kind = 'personal' WHERE id = 'anns'");
    await leave(ann.user);
    await eraseWorkspaces(suite.db.pool('mon_scheduler'));
    await superuser().query(
      `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ('anns', 'anns', 'team', $1)`,
      [new Date(LATER.getTime() + 60_000)],
    );
    assert.deepEqual(await eraseWorkspaces(suite.db.pool('mon_scheduler')), ['anns']);
  });

  it('erases no account that the installation makes itself', async () => {
    await superuser().query("UPDATE users SET issuer = 'duckmon' WHERE id = $1", [ann.user]);
    await superuser().query("UPDATE workspaces SET kind = 'personal' WHERE id = 'anns'");
    await assert.rejects(leave(ann.user), /belongs to the installation itself/);
    assert.deepEqual(await listErasures(superuser()), []);
  });

  it('does not leave a team without an owner', async () => {
    await assert.rejects(leave(ann.user), /only owner of the workspace anns/);
    await suite.api((tx) => setMembership(tx, 'anns', bob.user, 'owner', NOON), 'anns');
    assert.deepEqual(await leave(ann.user), []);
    assert.deepEqual(await listErasures(superuser()).then((all) => all.map(({ kind }) => kind)), [
      'user',
    ]);
  });

  it('of two owners who leave at the same time lets one go', async () => {
    await suite.api((tx) => setMembership(tx, 'anns', bob.user, 'owner', NOON), 'anns');
    await superuser().query("DELETE FROM memberships WHERE workspace_id = 'bobs'");
    const left = await Promise.allSettled([leave(ann.user), leave(bob.user)]);
    assert.deepEqual(left.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });

  it('says so when there is nobody and nothing of that id', async () => {
    await assert.rejects(ask('nobody'), storeError('notFound'));
    await assert.rejects(leave(randomUUID()), storeError('notFound'));
  });

  it('keeps the later of two erasures of one id', async () => {
    await ask('anns');
    const [first] = await listErasures(superuser());
    assert.ok(first);
    await rememberErasures(superuser(), [{ ...first, askedAt: NOON }, first]);
    assert.deepEqual(await listErasures(superuser()), [first]);
  });
});
