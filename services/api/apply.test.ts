import assert from 'node:assert/strict';
import type { PutSecretRequest } from '../core/contracts/scheduler.ts';
import { InternalCallError } from '../core/internal/client.ts';
import { putSecret } from '../store/secrets.ts';
import { untilBlocked } from '../store/testing/suite.ts';
import { withWorkspace } from '../store/workspace.ts';
import { job, secret, startTestApi, webhook, type Answer, type TestApi } from './testing/api.ts';

describe('applying manifests', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
    // The scripted scheduler stores a Secret as the real one does, by its own role.
    api.answers.set('/internal/v1/secrets', async (body) => {
      const { workspace, kind, name, data, managedBy } = body as PutSecretRequest;
      const content = { content: Buffer.from('x'), dataKeyId: null };
      const keys = Object.keys(data);
      await withWorkspace(api.db.pool('duckmon_owner'), workspace, (tx) =>
        putSecret(tx, workspace, { kind, name, keys, managedBy, ...content }, api.time.now),
      );
      return {};
    });
  });

  afterEach(() => api.stop());

  const apply = (documents: unknown[], extra: Record<string, unknown> = {}): Promise<Answer> =>
    api.call('POST', '/api/v1/apply', { token: api.tokens.write, body: { documents, ...extra } });
  const actions = async (
    documents: unknown[],
    extra?: Record<string, unknown>,
  ): Promise<string[]> => {
    const { json } = await apply(documents, extra);
    return json.results.map(({ kind, name, action }) => `${kind}/${name} ${action}`);
  };
  const get = (path: string): Promise<Answer> =>
    api.call('GET', `/api/v1${path}`, { token: api.tokens.read });

  it('creates, then leaves unchanged, then configures', async () => {
    assert.deepEqual(await actions([job('shop')]), ['MonitorJob/shop created']);
    assert.deepEqual(await actions([job('shop')]), ['MonitorJob/shop unchanged']);
    assert.deepEqual(await actions([job('shop', { description: 'x' })]), [
      'MonitorJob/shop configured',
    ]);
  });

  it('applies Secrets and channels before the jobs that name them', async () => {
    const done = await actions([
      job('shop', { alerting: { channelRefs: [{ name: 'ops' }] } }),
      webhook('ops'),
      secret('hook'),
    ]);
    assert.deepEqual(done, [
      'Secret/hook created',
      'NotificationChannel/ops created',
      'MonitorJob/shop created',
    ]);
    const { json } = await get('/monitors/shop');
    const ready = json.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
    assert.equal(ready.status, 'True');
  });

  it('applies the good ones and refuses the bad one by its fields', async () => {
    const { json } = await apply([job('good'), job('bad', { schedule: { interval: 'soon' } })]);
    assert.deepEqual(
      json.results.map(({ name, action }) => [name, action]),
      [
        ['good', 'created'],
        ['bad', 'refused'],
      ],
    );
    assert.equal(json.results[1].problems[0].path, 'spec.schedule.interval');
  });

  it('undoes what one object wrote and keeps the others when the store refuses it', async () => {
    await apply([job('theirs')], { source: 'theirs.yaml', manage: true });
    assert.deepEqual(
      await actions([job('first'), job('theirs', { description: 'x' }), job('last')]),
      ['MonitorJob/first created', 'MonitorJob/theirs refused', 'MonitorJob/last created'],
    );
    assert.equal((await get('/monitors/theirs')).json.spec.description, undefined);
    assert.equal((await get('/monitors/last')).status, 200);
  });

  it('takes jobs of one name in their order, and those that were deleted before', async () => {
    await apply([job('old')]);
    await api.call('DELETE', '/api/v1/monitors/old', { token: api.tokens.admin });
    assert.deepEqual(
      await actions([job('old'), job('twice'), job('twice', { description: 'x' }), job('once')]),
      [
        'MonitorJob/old created',
        'MonitorJob/twice created',
        'MonitorJob/twice configured',
        'MonitorJob/once created',
      ],
    );
    assert.equal((await get('/monitors/twice')).json.spec.description, 'x');
    assert.equal((await get('/monitors/old')).json.metadata.generation, 2);
  });

  it('refuses the one of many new jobs that the store refuses, and creates the others', async () => {
    assert.deepEqual(
      await actions([job('first'), job('bad', { description: 'a\u0000b' }), job('last')]),
      ['MonitorJob/first created', 'MonitorJob/bad refused', 'MonitorJob/last created'],
    );
    const names = (await get('/monitors')).json.items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
    assert.deepEqual(names, ['first', 'last']);
  });

  it('applies everything when Postgres ends the transaction for a deadlock', async () => {
    await apply([job('a'), job('b')]);
    const other = await api.db.pool('postgres').connect();
    try {
      await other.query("BEGIN; SET LOCAL deadlock_timeout = '60s'");
      await other.query("SELECT 1 FROM monitors WHERE name = 'b' FOR UPDATE");
      const done = actions([job('a', { description: 'x' }), job('b', { description: 'x' })]);
      await untilBlocked(api.db);
      // Now each waits for the other; Postgres chooses the one that looks for deadlocks first: ours.
      await other.query("SELECT 1 FROM monitors WHERE name = 'a' FOR UPDATE");
      await other.query('COMMIT');
      assert.deepEqual(await done, ['MonitorJob/a configured', 'MonitorJob/b configured']);
    } finally {
      other.release(true);
    }
  });

  it('wakes the scheduler once for all that was applied', async () => {
    await apply([webhook('ops'), job('a'), job('b')]);
    assert.deepEqual(api.sent, [
      ['POST', '/internal/v1/wake', { workspace: 'team-a', monitor: undefined }],
    ]);
  });

  it('says what a kind should have been', async () => {
    const { json } = await apply([{ ...job('x'), kind: 'MonitorJobs' }]);
    assert.match(json.results[0].problems[0].message, /MonitorJob/);
  });

  it('changes nothing on a dry run, and says what it would do', async () => {
    assert.deepEqual(await actions([job('shop'), secret('hook')], { dryRun: true }), [
      'Secret/hook created',
      'MonitorJob/shop created',
    ]);
    assert.equal((await get('/monitors/shop')).status, 404);
    assert.deepEqual(api.sent, []);
  });

  it('hands a Secret to the scheduler and keeps nothing of its value', async () => {
    await apply([secret('hook', 'canary-value-8271')]);
    assert.deepEqual(api.sent[0], [
      'PUT',
      '/internal/v1/secrets',
      {
        workspace: 'team-a',
        kind: 'Secret',
        name: 'hook',
        data: { key: 'canary-value-8271' },
        managedBy: null,
      },
    ]);
    const everything = [(await get('/secrets')).text, ...api.lines].join('\n');
    assert.ok(!everything.includes('canary-value-8271'));
  });

  it('E9 shows the keys of a Secret, never a value', async () => {
    await apply([secret('hook')]);
    const { json } = await get('/secrets');
    assert.deepEqual(Object.keys(json.items[0]).toSorted(), [
      'createdAt',
      'keys',
      'kind',
      'managedBy',
      'name',
      'updatedAt',
    ]);
    assert.deepEqual(json.items[0].keys, ['key']);
  });

  it('E9 refuses a Secret that is called as kept sessions are', async () => {
    const { json } = await apply([secret('duckmon-session-shop-0a1b2c3d')]);
    const [{ action, problems }] = json.results;
    assert.equal(action, 'refused');
    assert.equal(problems[0].path, 'metadata.name');
    assert.deepEqual(api.sent, []);
  });

  it('says that the service is away when a Secret cannot be stored', async () => {
    api.answers.set('/internal/v1/secrets', () => {
      throw new InternalCallError({
        kind: 'unreachable',
        maybeProcessed: false,
        message: 'Service not responding: scheduler',
      });
    });
    const answer = await apply([secret('hook')]);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
  });

  it('makes the objects of a managed file read-only elsewhere', async () => {
    await apply([job('shop')], { source: 'shop.yaml', manage: true });
    const edit = await api.call('PUT', '/api/v1/monitors/shop', {
      token: api.tokens.admin,
      body: job('shop', { description: 'mine' }),
    });
    assert.deepEqual(
      [edit.status, /managed by shop\.yaml/.test(edit.json.error.message)],
      [409, true],
    );
    const removal = await api.call('DELETE', '/api/v1/monitors/shop', { token: api.tokens.admin });
    assert.equal(removal.status, 409);
  });

  it('deletes what a managed file no longer names', async () => {
    await apply([job('a'), job('b')], { source: 'shop.yaml', manage: true });
    assert.deepEqual(await actions([job('a')], { source: 'shop.yaml', manage: true }), [
      'MonitorJob/a unchanged',
      'MonitorJob/b deleted',
    ]);
    assert.equal((await get('/monitors/b')).status, 404);
  });

  it('keeps an object of a managed file whose new text is refused', async () => {
    await apply([job('a')], { source: 'shop.yaml', manage: true });
    await apply([job('a', { schedule: {} })], { source: 'shop.yaml', manage: true });
    assert.equal((await get('/monitors/a')).status, 200);
  });

  it('leaves the objects of other files and people alone', async () => {
    await apply([job('mine')]);
    await apply([job('other')], { source: 'other.yaml', manage: true });
    await apply([], { source: 'shop.yaml', manage: true });
    assert.deepEqual((await get('/monitors')).json.items.length, 2);
  });

  it('lists the files that manage something', async () => {
    await apply([job('a')], { source: 'b.yaml', manage: true });
    await apply([job('c')], { source: 'a.yaml', manage: true });
    assert.deepEqual((await get('/managers')).json, { files: ['a.yaml', 'b.yaml'] });
  });

  it('refuses another type for a channel that exists', async () => {
    await apply([webhook('ops')]);
    const slack = {
      ...webhook('ops'),
      spec: { type: 'Slack', slack: { secretRef: { name: 'a', key: 'b' } } },
    };
    const { json } = await apply([slack]);
    assert.match(json.results[0].problems[0].message, /cannot be changed/);
  });

  it('shows a channel whose Secret is missing as not ready', async () => {
    await apply([webhook('ops')]);
    const { json } = await get('/channels/ops');
    const found = json.status.conditions.find(
      ({ type }: { type: string }) => type === 'SecretFound',
    );
    assert.deepEqual([found.status, found.reason], ['False', 'SecretNotFound']);
    assert.match(found.message, /key key of the Secret hook/);
  });

  it('sends a test through a channel and says what became of it', async () => {
    await apply([webhook('ops')]);
    api.answers.set('/internal/v1/channels/test', () => ({
      kind: 'rejected',
      reason: 'answered 404',
    }));
    const answer = await api.call('POST', '/api/v1/channels/ops/test', { token: api.tokens.write });
    assert.deepEqual(answer.json, { kind: 'rejected', reason: 'answered 404' });
  });

  it('has no test for a channel that does not exist', async () => {
    const answer = await api.call('POST', '/api/v1/channels/none/test', {
      token: api.tokens.write,
    });
    assert.equal(answer.status, 404);
    assert.deepEqual(api.sent, []);
  });

  it('writes who applied what to the audit log', async () => {
    const file = { source: 'shop.yaml', manage: true };
    await apply([job('shop'), job('other'), job('bad', { schedule: {} })], file);
    await apply([job('shop')], file);
    const { rows } = await api.db
      .pool('mon_backup')
      .query("SELECT action, subject FROM audit WHERE workspace_id = 'team-a' ORDER BY seq");
    assert.deepEqual(rows, [
      { action: 'apply created', subject: 'MonitorJob/shop' },
      { action: 'apply created', subject: 'MonitorJob/other' },
      { action: 'delete', subject: 'MonitorJob/other' },
    ]);
  });

  it('refuses a body of 2 MB with one clear sentence', async () => {
    const answer = await apply([job('big', { description: 'x'.repeat(2_000_000) })]);
    assert.deepEqual([answer.status, answer.json.error.code], [413, 'too_large']);
  });
});
