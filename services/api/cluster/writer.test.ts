import assert from 'node:assert/strict';
import { ApiError } from '../../core/kube/errors.ts';
import { job, WORKSPACE } from '../testing/api.ts';
import type { LiveObject } from './resources.ts';
import type { FakeKube } from './testing/kube.ts';
import { useFakeWorld, type FakeWorld } from './testing/world.ts';

const RUN = 'mon.duckerhub.com/run-requested-at';
const outdated = (): ApiError => new ApiError(409, { reason: 'Conflict' }, 'PATCH');
const applied = (spec: object): object => ({
  managedFields: [
    { manager: 'duckmon-dashboard', operation: 'Apply', fieldsV1: { 'f:spec': spec } },
  ],
});

describe('writing into a cluster', () => {
  const world = useFakeWorld();
  let fake: FakeKube;
  let call: FakeWorld['call'];
  beforeEach(() => ({ fake, call } = world()));

  it('applies under the manager of the dashboard, without force', async () => {
    assert.equal((await call('POST', '/monitors', job('shop'))).status, 201);
    assert.deepEqual(fake.sent, [
      {
        verb: 'apply',
        at: 'MonitorJob/shop',
        object: { metadata: { namespace: WORKSPACE, name: 'shop' }, spec: job('shop')['spec'] },
        options: { fieldManager: 'duckmon-dashboard', dryRun: false },
      },
    ]);
  });

  it('leaves out what is not the person’s to set', async () => {
    const metadata = {
      name: 'shop',
      labels: { team: 'a' },
      annotations: {
        note: 'kept',
        [RUN]: 'x',
        'mon.duckerhub.com/managed-by': 'x',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      },
      uid: 'x',
      resourceVersion: '1',
    };
    await call('POST', '/monitors', { ...job('shop'), metadata, status: { openFindings: 1 } });
    assert.deepEqual(fake.objects.get('MonitorJob/shop')?.metadata.annotations, { note: 'kept' });
    assert.deepEqual(Object.keys(fake.sent[0]?.object ?? {}), ['metadata', 'spec']);
  });

  it('edits exactly what it read, and decides anew when somebody was faster', async () => {
    const live = fake.put(job('shop'));
    fake.failures.push(undefined, outdated(), undefined, outdated());
    assert.equal((await call('PUT', '/monitors/shop', job('shop', { tags: ['x'] }))).status, 200);
    assert.deepEqual(
      fake.sent.map(({ object }) => object),
      [
        {
          metadata: {
            namespace: WORKSPACE,
            name: 'shop',
            resourceVersion: live.metadata.resourceVersion,
            uid: live.metadata.uid,
          },
          spec: { tags: ['x'] },
        },
      ],
    );
  });

  it('gives an edit up that is overtaken again and again', async () => {
    fake.put(job('shop'));
    for (let round = 0; round < 6; round += 1) fake.failures.push(undefined, outdated());
    const answer = await call('PUT', '/monitors/shop', job('shop', { tags: ['x'] }));
    assert.deepEqual([answer.status, answer.json.error.code], [409, 'conflict']);
    assert.match(answer.json.error.message, /changed meanwhile/);
  });

  it('sends nothing when nothing changes and nothing is its own', async () => {
    fake.put(job('shop'));
    assert.equal((await call('PUT', '/monitors/shop', job('shop'))).status, 200);
    assert.deepEqual([fake.sent, await world().auditRows()], [[], []]);
  });

  it('gives up a field that it owned and is left out now', async () => {
    fake.put(job('shop', { description: 'mine' }), applied({ 'f:description': {} }));
    await call('PUT', '/monitors/shop', job('shop'));
    const [{ object } = { object: {} }] = fake.sent;
    assert.deepEqual(Object.keys(object ?? {}), ['metadata']);
  });

  it('pauses also what today’s rules would refuse', async () => {
    fake.put(job('old', { schedule: { cron: '0 0 30 2 *' } }));
    const answer = await call('POST', '/monitors/old/pause');
    assert.equal(answer.status, 200, answer.text);
    const specs = fake.sent.map(({ object }) => (object as LiveObject).spec);
    assert.deepEqual(specs, [{ suspend: true }]);
  });

  it('takes an If-Match of either kind of version, and no other', async () => {
    const { metadata } = fake.put(job('shop'));
    const put = async (ifMatch: string): Promise<number> =>
      (await call('PUT', '/monitors/shop', job('shop'), { 'if-match': ifMatch })).status;
    assert.deepEqual(
      [
        await put(`"${metadata.resourceVersion}"`),
        await put(`"${metadata.uid}.1"`),
        await put('*'),
      ],
      [200, 200, 200],
    );
    assert.deepEqual([await put('"1"'), await put(`"${metadata.uid}.2"`)], [412, 412]);
  });

  it('refuses a name that can be none before it asks the cluster', async () => {
    fake.failures.push(new Error('asked'));
    assert.equal((await call('GET', '/monitors/..%2Fsecrets')).status, 404);
    assert.equal((await call('POST', '/monitors', job('Bad_Name'))).status, 422);
    assert.equal((await call('DELETE', '/channels/a%2Fb')).status, 404);
  });

  it('refuses a name that is taken', async () => {
    fake.put(job('shop'));
    const answer = await call('POST', '/monitors', job('shop'));
    assert.deepEqual([answer.status, answer.json.error.code], [409, 'conflict']);
  });

  it('carries a creation with an Idempotency-Key out once', async () => {
    const headers = { 'idempotency-key': 'once' };
    await call('POST', '/monitors', job('shop'), headers);
    const second = await call('POST', '/monitors', job('shop'), headers);
    assert.deepEqual([second.status, fake.sent.length], [201, 1]);
  });

  it('deletes this very object and no other', async () => {
    const { metadata } = fake.put(job('shop'));
    fake.failures.push(undefined, outdated());
    assert.equal((await call('DELETE', '/monitors/shop')).status, 409);
    assert.equal((await call('DELETE', '/monitors/shop')).status, 204);
    assert.deepEqual(
      fake.sent.map(({ options }) => options),
      [{ uid: metadata.uid }],
    );
  });

  it('keeps who did what', async () => {
    await call('POST', '/monitors', job('shop'));
    await call('PUT', '/monitors/shop', job('shop', { tags: ['x'] }));
    await call('POST', '/monitors/shop/pause');
    await call('POST', '/monitors/shop/resume');
    await call('DELETE', '/monitors/shop');
    await call('DELETE', '/secrets/duckmon-user-a');
    assert.deepEqual(await world().auditRows(), [
      'apply created MonitorJob/shop',
      'apply configured MonitorJob/shop',
      'pause MonitorJob/shop',
      'resume MonitorJob/shop',
      'delete MonitorJob/shop',
      'delete Secret/duckmon-user-a',
    ]);
  });
});
