import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../core/clock.ts';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { KEPT_SESSION } from '../../store/keptSessions.ts';
import { putSecret } from '../../store/secrets.ts';
import { later, NOON } from '../../store/testing/monitors.ts';
import { useDatabase } from '../../store/testing/suite.ts';
import { createSecretReader, type SecretReader } from './reader.ts';
import { sealValues } from './seal.ts';
import { createSeals, OLDER_FORM_MS, type Seals } from './tend.ts';

/** 100,000 as the design has it, when somebody has the time. */
const ROWS = Number(process.env['DUCKMON_SEALED_ROWS'] ?? 1_000);
const PER_WORKSPACE = 20;

describe('stored secrets are sealed again', function () {
  this.timeout(600_000);
  const suite = useDatabase();
  let keys: Keyring;
  let reader: SecretReader;
  let seals: Seals;
  const superuser = () => suite.db.pool('postgres');
  const place = { workspace: 'team', name: 'mail' };

  beforeEach(async () => {
    await superuser().query('DELETE FROM secrets');
    await superuser().query('DELETE FROM data_keys');
    await superuser().query('DELETE FROM users');
    keys = { keys: [newKeyEntry(NOON)] };
    const pool = suite.db.pool('mon_scheduler');
    reader = createSecretReader(pool, () => keys, { ...systemClock, now: () => NOON });
    seals = createSeals(pool, () => keys, systemClock);
  });

  const turn = (): void => {
    const old = keys.keys.map((key) => ({ ...key, state: 'previous' as const }));
    keys = { keys: [newKeyEntry(NOON), ...old] };
  };
  const dropOld = (): void => {
    keys = { keys: keys.keys.slice(0, 1) };
  };
  const put = (name: string, value: string, workspace = 'team') =>
    reader.put({ workspace, kind: 'Secret', name, data: { token: value }, managedBy: null });
  const putOlder = (name: string, value: string) =>
    suite.scheduler((tx) => {
      const sealed = sealValues(keys, { ...place, name }, { token: value });
      const meta = { kind: 'Secret', name, keys: ['token'], managedBy: null } as const;
      return putSecret(tx, 'team', { ...meta, ...sealed }, NOON);
    });
  const forms = async (): Promise<number[]> => {
    const { rows } = await superuser().query<{ form: number }>(
      "SELECT get_byte(content, 0) AS form FROM secrets WHERE kind = 'Secret' ORDER BY name",
    );
    return rows.map(({ form }) => form);
  };
  const tend = (now = NOON, limit = 100) => seals.tend({ now, limit });
  const read = (name: string, workspace = 'team') => reader.secret(workspace, name, 'token');

  it('out of the older form a week after their workspace got its key, and open all the time', async () => {
    await putOlder('a', 'one');
    await putOlder('b', 'two');
    assert.deepEqual(await tend(), { workspaces: 1, unopened: 0 });
    assert.deepEqual(await tend(later(NOON, OLDER_FORM_MS - 1)), { workspaces: 0, unopened: 0 });
    assert.deepEqual(await forms(), [1, 1]);
    assert.deepEqual(await tend(later(NOON, OLDER_FORM_MS)), { workspaces: 1, unopened: 0 });
    assert.deepEqual(await forms(), [2, 2]);
    assert.deepEqual([await read('a'), await read('b')], ['one', 'two']);
    assert.deepEqual(await tend(later(NOON, OLDER_FORM_MS)), { workspaces: 0, unopened: 0 });
  });

  it('out of the older form at once when they are stored anew', async () => {
    await putOlder('a', 'one');
    await put('a', 'two');
    assert.deepEqual(await forms(), [2]);
  });

  it('leave what does not open as it is, go on with the rest, and say so', async () => {
    await putOlder('a', 'one');
    const lost = { keys: [newKeyEntry(NOON)] };
    const sealed = sealValues(lost, { ...place, name: 'b' }, { token: 'x' });
    await suite.scheduler((tx) =>
      putSecret(
        tx,
        'team',
        { kind: 'Secret', name: 'b', keys: [], managedBy: null, ...sealed },
        NOON,
      ),
    );
    await tend();
    const week = later(NOON, OLDER_FORM_MS);
    assert.deepEqual(await tend(week), { workspaces: 1, unopened: 1 });
    assert.deepEqual(await forms(), [2, 1]);
    assert.equal(await read('a'), 'one');
    assert.equal((await seals.count()).secret.missing, 1);
  });

  it('keep sessions that do not open now: the file of the data key may be the wrong one', async () => {
    await put(`${KEPT_SESSION}shop`, 'signed in');
    const right = keys;
    keys = { keys: [newKeyEntry(NOON)] };
    assert.deepEqual(await tend(), { workspaces: 1, unopened: 1 });
    keys = right;
    assert.equal(await read(`${KEPT_SESSION}shop`), 'signed in');
    keys = { keys: [newKeyEntry(NOON)] };
    await put('mail', 'new');
    assert.deepEqual([await read('mail'), (await forms()).length], ['new', 1]);
  });

  it('do not let workspaces whose key is lost stand in the way of others', async () => {
    await put('x', 'lost', 'other');
    keys = { keys: [newKeyEntry(NOON)] };
    await put('x', 'kept');
    turn();
    assert.deepEqual(await tend(NOON, 1), { workspaces: 1, unopened: 1 });
    assert.deepEqual(await tend(NOON, 1), { workspaces: 1, unopened: 0 });
    dropOld();
    assert.equal(await read('x'), 'kept');
  });

  it('are counted by the names of the keys, as of when the count began', async () => {
    let now = 0;
    seals = createSeals(suite.db.pool('mon_scheduler'), () => keys, { monotonic: () => now });
    assert.equal(seals.counted(), undefined);
    await put('a', 'one');
    await seals.count();
    now = 700;
    const [key] = keys.keys;
    assert.deepEqual(seals.counted(), {
      ageMs: 700,
      uses: [{ kind: 'workspace', dataKey: key?.kid, rows: 1 }],
    });
    turn();
    const kids = keys.keys.map(({ kid }) => kid);
    assert.deepEqual(seals.loaded(), { kids, signsWith: kids[0] });
  });

  it('leave ConfigMaps alone', async () => {
    const data = { goal: 'x' };
    await reader.put({ workspace: 'team', kind: 'ConfigMap', name: 'g', data, managedBy: null });
    assert.deepEqual(await tend(later(NOON, OLDER_FORM_MS)), { workspaces: 0, unopened: 0 });
    assert.equal(await reader.configMap('team', 'g', 'goal'), 'x');
  });

  it('G17 count authenticator apps too, which are sealed again with their next code', async () => {
    await superuser().query(
      `WITH u AS (INSERT INTO users (id, issuer, subject, display_name, created_at)
         VALUES ($1, 'x', 'x', 'X', now()) RETURNING id)
       INSERT INTO authenticator_apps (user_id, sealed, data_key_id, created_at)
         SELECT id, '\\x01', $2, now() FROM u`,
      [randomUUID(), keys.keys[0]?.kid],
    );
    assert.equal((await seals.count()).authenticator.current, 1);
    turn();
    assert.deepEqual((await seals.count()).authenticator, {
      next: 0,
      current: 0,
      previous: 1,
      missing: 0,
    });
  });

  it(`G17 lets the old data key go after a turn with ${ROWS} Secrets in use, and none fails meanwhile`, async () => {
    const workspaces = Array.from({ length: ROWS / PER_WORKSPACE }, (_, n) => `w${n}`);
    await superuser().query(
      `INSERT INTO workspaces (id, display_name, kind, created_at)
       SELECT id, id, 'team', now() FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING`,
      [workspaces],
    );
    for (const workspace of workspaces)
      await Promise.all(
        Array.from({ length: PER_WORKSPACE }, (_, n) =>
          put(`s${n}`, `${workspace}/${n}`, workspace),
        ),
      );
    turn();
    const left = async () => (await seals.count()).workspace.previous;
    const seen = [await left()];
    const turning = new AbortController();
    const using = async (): Promise<number> => {
      let used = 0;
      for (; !turning.signal.aborted; used += 1) {
        const workspace = workspaces[used % workspaces.length] ?? '';
        const n = used % PER_WORKSPACE;
        assert.equal(await read(`s${n}`, workspace), `${workspace}/${n}`);
        if (used % 10 === 0) await put(`s${n}`, `${workspace}/${n}`, workspace);
      }
      return used;
    };
    const users = [using(), using()];
    while ((await left()) > 0) {
      await tend(NOON, Math.ceil(workspaces.length / 4));
      seen.push(await left());
    }
    turning.abort();
    for (const used of await Promise.all(users)) assert.ok(used > 0);
    assert.equal(seen[0], workspaces.length);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => b - a),
    );
    assert.deepEqual((await seals.count()).workspace.missing, 0);
    dropOld();
    for (const workspace of workspaces)
      for (const n of [0, PER_WORKSPACE - 1])
        assert.equal(await read(`s${n}`, workspace), `${workspace}/${n}`);
  });
});
