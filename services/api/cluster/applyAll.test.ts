import assert from 'node:assert/strict';
import { NoAnswerError } from '../../core/kube/errors.ts';
import { job, secret, type Answer } from '../testing/api.ts';
import { type FakeKube } from './testing/kube.ts';
import { useFakeWorld, type FakeWorld } from './testing/world.ts';

const down = (): NoAnswerError => new NoAnswerError('unreachable', 'no route');

describe('many manifests for a cluster', () => {
  const world = useFakeWorld();
  let fake: FakeKube;
  let call: FakeWorld['call'];
  beforeEach(() => ({ fake, call } = world()));

  const apply = (documents: unknown[], more: object = {}): Promise<Answer> =>
    call('POST', '/apply', { documents, ...more });

  it('are refused one by one', async () => {
    const { json } = await apply([job('bad', { schedule: {} }), job('good'), secret('other')]);
    assert.deepEqual(
      json.results.map(({ name, action }) => [name, action]),
      [
        ['other', 'refused'],
        ['bad', 'refused'],
        ['good', 'created'],
      ],
    );
    const { path, message } = json.results[0].problems[0];
    assert.equal(path, 'metadata.name');
    assert.match(message, /must begin with duckmon-user-.*kubectl/);
    assert.deepEqual(
      fake.sent.map(({ at }) => at),
      ['MonitorJob/good'],
    );
  });

  it('hold no ConfigMap', async () => {
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { a: 'b' },
    };
    const { json } = await apply([config]);
    assert.match(json.results[0].problems[0].message, /kubectl/);
    assert.equal((await call('DELETE', '/configmaps/a')).status, 422);
    assert.equal((await call('DELETE', '/secrets/other')).status, 422);
    assert.deepEqual(fake.sent, []);
  });

  it('are told that files do not manage a cluster', async () => {
    const answer = await apply([job('a')], { source: 'shop.yaml', manage: true });
    assert.equal(answer.status, 422);
    assert.match(answer.json.error.message, /kubectl apply or GitOps/);
    assert.deepEqual(fake.sent, []);
  });

  it('are in the audit log as far as they came when the cluster stops answering', async () => {
    fake.failures.push(undefined, undefined, down());
    const answer = await apply([job('a'), job('b')]);
    assert.equal(answer.status, 503);
    assert.deepEqual(await world().auditRows(), ['apply created MonitorJob/a']);
  });

  it('leave no trace of a dry run', async () => {
    await apply([job('a')], { dryRun: true });
    assert.deepEqual(
      fake.sent.map(({ options }) => options),
      [{ fieldManager: 'duckmon-dashboard', dryRun: true }],
    );
    assert.deepEqual(await world().auditRows(), []);
  });
});
