import assert from 'node:assert/strict';
import { newId } from '../../core/ids.ts';
import { createLog } from '../../core/log.ts';
import { askWorkspaceErasure } from '../../store/erasure.ts';
import { insertRow } from '../../store/testing/rows.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { HOUR, MINUTE, NOON, createWorld, later, type World } from '../testing/world.ts';
import { createChores, recover } from './sweep.ts';

describe('chores', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const partitions = async (): Promise<string[]> => {
    const { rows } = await world.pool.query<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relname ~ '^checks_30_\\d{8}$' ORDER BY relname`,
    );
    return rows.map((row) => row.relname);
  };

  it("make tomorrow's partitions before tomorrow comes", async () => {
    world.clock.set(new Date('2026-05-01T23:00:00Z'));
    await createChores(world.deps).run();
    assert.ok((await partitions()).includes('checks_30_20260502'));
  });

  it('drop partitions past their retention', async () => {
    world.clock.set(later(NOON, 60 * 24 * HOUR));
    await createChores(world.deps).run();
    assert.ok(!(await partitions()).includes('checks_30_20260310'));
  });

  it('run each at its own pace', async () => {
    const chores = createChores(world.deps);
    await chores.run();
    world.clock.set(later(NOON, 10 * 24 * HOUR));
    const before = await partitions();
    await chores.run();
    assert.notDeepEqual(await partitions(), before);
    const then = await partitions();
    world.clock.advance(MINUTE);
    await chores.run();
    assert.deepEqual(await partitions(), then);
  });

  it('one that fails stops none of the others, and is counted', async () => {
    await world.db.pool('duckmon_owner').query('ALTER TABLE blobs RENAME TO blobs_away');
    world.clock.set(new Date('2026-05-01T23:00:00Z'));
    await createChores(world.deps).run();
    assert.equal(await world.metric('mon_sweep_failures_total', { sweep: 'blobs' }), 1);
    assert.equal(await world.metric('mon_sweep_failures_total'), 1);
    assert.ok((await partitions()).includes('checks_30_20260501'));
  });

  it('delete what has ended by the clock of the scheduler', async () => {
    const token = (expiresAt: Date) =>
      withWorkspace(world.pool, 'team', (tx) =>
        tx.query(
          `INSERT INTO one_time_tokens (token_hash, purpose, workspace_id, created_at, expires_at)
           VALUES (decode(md5(random()::text), 'hex'), 'acknowledge', 'team', $1, $2)`,
          [NOON, expiresAt],
        ),
      );
    await token(later(NOON, HOUR));
    await token(later(NOON, 48 * HOUR));
    world.clock.advance(2 * HOUR);
    await createChores(world.deps).run();
    assert.deepEqual(
      (await world.rows('one_time_tokens')).map((row) => row['expires_at']),
      [later(NOON, 48 * HOUR)],
    );
  });

  it('G17 remove an authenticator app that nobody confirmed within a day, and no other', async () => {
    const propose = async (createdAt: Date, confirmedAt: Date | null): Promise<string> => {
      const id = newId();
      await insertRow(world.db.pool('postgres'), 'users', {
        id,
        issuer: 'https://accounts.example',
        subject: id,
        display_name: 'U',
        created_at: NOON,
      });
      await insertRow(world.db.pool('postgres'), 'authenticator_apps', {
        user_id: id,
        sealed: Buffer.from('x'),
        data_key_id: 'old',
        created_at: createdAt,
        confirmed_at: confirmedAt,
      });
      return id;
    };
    await propose(NOON, null);
    const kept = [await propose(NOON, NOON), await propose(later(NOON, HOUR), null)];
    world.clock.set(later(NOON, 24 * HOUR + 1));
    await createChores(world.deps).run();
    const { rows } = await world.db
      .pool('postgres')
      .query<{ id: string }>('SELECT user_id AS id FROM authenticator_apps');
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), kept.toSorted());
  });

  it('E15 erase the workspaces that were asked to be, and name none in the log', async () => {
    await withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
      askWorkspaceErasure(tx, 'team', new Date()),
    );
    const lines: string[] = [];
    const log = createLog('scheduler', 'info', { write: (line) => void lines.push(line) });
    await createChores({ ...world.deps, log }).run();
    assert.match(lines.join(''), /"workspaces.erased","workspaces":1/);
    assert.ok(!lines.join('').includes('team'));
    const { rows } = await world.pool.query("SELECT id FROM workspaces WHERE id = 'team'");
    assert.deepEqual(rows, []);
  });

  it('F19 show how late the oldest due monitor is', async () => {
    await world.monitor('shop');
    world.clock.advance(90_000);
    await createChores(world.deps).run();
    assert.equal(await world.metric('mon_oldest_due_seconds'), 90);
  });

  it('recovery at start makes today writable before anything is claimed', async () => {
    world.clock.set(new Date('2027-01-01T00:00:00Z'));
    await recover(world.deps);
    assert.ok((await partitions()).includes('checks_30_20270101'));
  });

  it('recovery leaves what lives alone', async () => {
    await world.monitor('shop');
    await world.claim();
    await recover({ ...world.deps, settings: { ...world.deps.settings, owner: 'two' } });
    assert.deepEqual(await world.claim(), []);
  });

  it('a finding of a monitor that is gone falls silent', async () => {
    await withWorkspace(world.pool, 'team', (tx) =>
      tx.query(
        `INSERT INTO findings (workspace_id, id, monitor, source, fingerprint, origin, subject, kind, state, severity, title, summary, first_seen_at, last_seen_at, next_reminder_at)
         VALUES ('team', gen_random_uuid(), 'gone', 's', 'f', 'claim', 'x', 'value', 'open', 'info', 't', 's', $1, $1, $1)`,
        [NOON],
      ),
    );
    assert.equal(await world.sweep(), 1);
    assert.equal(await world.sweep(), 0);
  });
});
