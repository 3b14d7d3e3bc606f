import assert from 'node:assert/strict';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { SecretState } from '../core/contracts/channelSecret.ts';
import {
  claimSecretChecks,
  nextSecretCheckAt,
  noteSecretProblem,
  noteSecretState,
  type SecretCheck,
} from './channelSecrets.ts';
import { readChannelStates } from './channelStates.ts';
import { projectChannel } from './projection.ts';
import { later, NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const spec: NotificationChannelSpec = {
  type: 'Slack',
  suspend: false,
  slack: { secretRef: { name: 'hook', key: 'url' } },
};
const missing: SecretState = { kind: 'notFound', secret: 'hook' };
const found: SecretState = { kind: 'found' };

describe('secrets of channels', () => {
  const suite = useDatabase();
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM deliveries');
    await suite.db.pool('postgres').query('DELETE FROM channels');
  });

  const pool = () => suite.db.pool('mon_scheduler');
  const project = (name: string, patch: object = {}, workspace = 'team') =>
    suite.scheduler((tx) => {
      const channel = { name, uid: UID, generation: 1, spec, namespace: workspace };
      return projectChannel(
        tx,
        workspace,
        { ...channel, labels: {}, annotations: {}, ...patch },
        NOON,
      );
    }, workspace);
  const claim = (now = NOON, limit = 10) =>
    claimSecretChecks(pool(), { now, againAt: later(now, 1000), limit });
  const names = (checks: readonly SecretCheck[]) =>
    checks.map(({ workspace, name }) => `${workspace}/${name}`).toSorted();
  const note = (state: SecretState, patch: Partial<SecretCheck> = {}, now = NOON) =>
    suite.scheduler((tx) =>
      noteSecretState(
        tx,
        { workspace: 'team', name: 'ops', uid: UID, generation: 1, ...patch },
        state,
        { now, nextAt: later(now, 60_000) },
      ),
    );
  const state = async () =>
    (await readChannelStates(pool(), { limit: 10, now: NOON })).find(({ name }) => name === 'ops')
      ?.secret;
  let waiting = 0;
  const wait = async (fields: { state?: string; at?: Date | null; channel?: string } = {}) => {
    waiting += 1;
    await suite.db.pool('postgres').query(
      `INSERT INTO deliveries (workspace_id, id, monitor, channel, recipient, state, next_attempt_at, created_at, updated_at)
       VALUES ('team', gen_random_uuid(), '', $1, $5, $2, $3, $4, $4)`,
      [
        fields.channel ?? 'ops',
        fields.state ?? 'pending',
        fields.at === undefined ? later(NOON, 600_000) : fields.at,
        NOON,
        `${String(waiting).padStart(3, '0')}@example.org`,
      ],
    );
  };
  const nextAttempts = async () => {
    const { rows } = await suite.db
      .pool('postgres')
      .query<{ at: Date | null }>(
        'SELECT next_attempt_at AS at FROM deliveries ORDER BY recipient',
      );
    return rows.map(({ at }) => at);
  };

  it('are looked at once a channel is projected, with the namespace where they lie', async () => {
    await project('ops', { namespace: 'users' });
    await project('b', {}, 'other');
    const checks = await claim();
    assert.deepEqual(names(checks), ['other/b', 'team/ops']);
    const [ops] = checks.filter(({ name }) => name === 'ops');
    assert.deepEqual([ops?.namespace, ops?.generation, ops?.spec], ['users', 1, spec]);
  });

  it('are looked at by one scheduler alone, and again when that came to nothing', async () => {
    await project('ops');
    const first = await pool().connect();
    try {
      await first.query('BEGIN');
      const request = { now: NOON, againAt: later(NOON, 1000), limit: 10 };
      assert.equal((await claimSecretChecks(first, request)).length, 1);
      assert.deepEqual(await claim(), []);
      await first.query('COMMIT');
    } finally {
      first.release();
    }
    assert.deepEqual(names(await claim(later(NOON, 999))), []);
    assert.deepEqual(names(await claim(later(NOON, 1000))), ['team/ops']);
  });

  it('are looked at a few channels at a time, those first that never were', async () => {
    await project('ops');
    await claim();
    await project('new');
    assert.deepEqual(names(await claim(later(NOON, 5000), 1)), ['team/new']);
    assert.deepEqual(names(await claim(later(NOON, 5000), 1)), ['team/ops']);
  });

  it('are due when the next channel is, and never where there is none', async () => {
    assert.equal(await nextSecretCheckAt(pool(), NOON), undefined);
    await project('ops');
    assert.deepEqual(await nextSecretCheckAt(pool(), NOON), NOON);
    await note(found);
    assert.deepEqual(await nextSecretCheckAt(pool(), NOON), later(NOON, 60_000));
  });

  it('are told of the generation that was looked at, not of the one before', async () => {
    await project('ops');
    assert.equal(await state(), null);
    await note(missing);
    assert.deepEqual(await state(), missing);
    const edited = { ...spec, slack: { secretRef: { name: 'hook', key: 'other' } } };
    await project('ops', { generation: 2, spec: edited });
    assert.equal(await state(), null);
    // what was found of the generation before comes late
    await note(found);
    assert.equal(await state(), null);
    assert.equal((await claim()).length, 1);
    await note(found, { generation: 2 });
    assert.deepEqual(await state(), found);
  });

  it('are forgotten with the channel, when another object takes its name', async () => {
    await project('ops');
    await note(missing);
    await project('ops', { uid: OTHER });
    await note(missing);
    assert.equal(await state(), null);
  });

  it('set free what waited for them, of this channel alone', async () => {
    await project('ops');
    await wait();
    await wait({ channel: 'else' });
    await wait({ state: 'unknown' });
    await wait({ at: null });
    await note(missing);
    assert.equal(await note(found, {}, later(NOON, 5000)), 1);
    const late = later(NOON, 600_000);
    assert.deepEqual(await nextAttempts(), [later(NOON, 5000), late, late, null]);
  });

  it('set free what waited also when the channel was edited meanwhile', async () => {
    await project('ops');
    await wait();
    await note(missing);
    const webhook = { url: 'https://hook.example/' };
    await project('ops', { generation: 2, spec: { type: 'Webhook', suspend: false, webhook } });
    assert.equal(await note({ kind: 'notNeeded' }, { generation: 2 }), 1);
  });

  it('leave alone what waits for something else', async () => {
    await project('ops');
    await wait();
    assert.equal(await note(found), 0);
    assert.equal(await note(found), 0);
    assert.deepEqual(await nextAttempts(), [later(NOON, 600_000)]);
  });

  it('are looked at next when a delivery misses one', async () => {
    await project('ops');
    await note(found);
    const problem = { kind: 'keyNotFound', secret: 'hook', key: 'url' } as const;
    await suite.scheduler((tx) => noteSecretProblem(tx, 'team', 'ops', problem, NOON));
    assert.deepEqual(await state(), problem);
    assert.deepEqual(names(await claim()), ['team/ops']);
  });

  it('of a channel that a person applied are nobody’s business here', async () => {
    await project('ops');
    await suite.db.pool('postgres').query('UPDATE channels SET managed_by = NULL');
    assert.deepEqual(await claim(), []);
    await suite.scheduler((tx) =>
      noteSecretProblem(tx, 'team', 'ops', { kind: 'notFound', secret: 'hook' }, NOON),
    );
    const { rows } = await suite.db.pool('postgres').query('SELECT secret_state FROM channels');
    assert.deepEqual(rows, [{ secret_state: null }]);
  });

  it('E1 are taken over all workspaces only while the scheduler works in none', async () => {
    await project('ops', {}, 'other');
    const inside = await suite.scheduler((tx) =>
      claimSecretChecks(tx, { now: NOON, againAt: NOON, limit: 10 }),
    );
    assert.deepEqual(inside, []);
    const api = suite.db.pool('mon_api');
    assert.deepEqual(await claimSecretChecks(api, { now: NOON, againAt: NOON, limit: 10 }), []);
  });
});
