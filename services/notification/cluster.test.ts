/** Channel Secrets on a real API server, with the one right that the service has there. */
import assert from 'node:assert/strict';
import { transportOf } from '../../crds/testing/server.ts';
import { startHook, type Hook } from '../../scripts/testing/hook/server.ts';
import { useCluster, useNamespace } from '../../scripts/testing/cluster/hooks.ts';
import {
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../scripts/testing/notificationService.ts';
import { systemClock } from '../core/clock.ts';
import {
  CHANNEL_CHECK_PATH,
  channelCheckResult,
  type DeliveryTarget,
} from '../core/contracts/notification.ts';
import { SUBJECT_ACCESS_REVIEWS } from '../core/kube/access.ts';
import { isForbidden } from '../core/kube/errors.ts';
import type { Transport } from '../core/kube/transport.ts';
import { defineResource } from '../core/kube/types.ts';
import { createClusterSecrets } from './secrets.ts';

const VALUE = 'a-signing-key-of-the-cluster-0123456789';
const SECRETS = defineResource({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets' });
const secret = (name: string, data: Record<string, string>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data });

describe('channel Secrets on a real API server', function () {
  this.timeout(60_000);
  const cluster = useCluster();
  const namespace = useNamespace(cluster);
  let account: string;
  let admin: Transport;
  let transport: Transport;
  let hook: Hook;
  let service: NotificationUnderTest;

  beforeEach(async () => {
    account = `system:serviceaccount:${namespace()}:notification`;
    admin = transportOf(cluster());
    transport = transportOf(cluster(), account);
    hook = await startHook({ secrets: [VALUE] });
    service = await startNotificationUnderTest(
      {},
      { secrets: createClusterSecrets(transport, systemClock) },
    );
  });
  afterEach(async () => {
    await service.stop();
    await hook.stop();
    for (const one of [admin, transport]) one.close();
  });

  const kubectl = (args: readonly string[], input?: string) =>
    cluster().kubectl(['-n', namespace(), ...args], input);
  /** As the chart does it: get, in this namespace. */
  const allow = async (): Promise<void> => {
    await kubectl(['create', 'role', 'channels', '--verb=get', '--resource=secrets']);
    await kubectl([
      'create',
      'rolebinding',
      'channels',
      '--role=channels',
      `--serviceaccount=${namespace()}:notification`,
    ]);
    const resourceAttributes = {
      verb: 'get',
      group: '',
      resource: 'secrets',
      namespace: namespace(),
    };
    const review = { metadata: {}, spec: { user: account, groups: [], resourceAttributes } };
    // the API server hears of its own bindings a moment later
    while (!(await admin.create(SUBJECT_ACCESS_REVIEWS, review)).status?.allowed);
  };
  const target = (place = namespace()): DeliveryTarget => ({
    type: 'Unresolved',
    namespace: place,
    target: { type: 'Webhook', url: hook.url, signingSecrets: [{ name: 'hook', key: 'key' }] },
  });
  const check = (place = namespace()) =>
    service.client.post(
      CHANNEL_CHECK_PATH,
      { namespace: place, secrets: [{ name: 'hook', key: 'key' }] },
      channelCheckResult,
    );

  it('G9 are read with the verb get alone; list and watch are refused', async () => {
    await allow();
    await kubectl(['apply', '-f', '-'], secret('hook', { key: VALUE }));
    assert.equal((await service.deliver(target())).kind, 'accepted');
    const signature = hook.posts[0]?.signature;
    assert.ok(typeof signature === 'object' && signature.ok);
    await assert.rejects(transport.list(SECRETS, { namespace: namespace() }), isForbidden);
    const watching = transport.watch(SECRETS, {
      namespace: namespace(),
      resourceVersion: '0',
      timeoutSeconds: 1,
    });
    await assert.rejects(async () => {
      for await (const event of watching) assert.fail(event.type);
    }, isForbidden);
  });

  it('are found when they are applied, and missed when they are gone or lose the key', async () => {
    await allow();
    assert.deepEqual(await check(), { kind: 'notFound', secret: 'hook' });
    await kubectl(['apply', '-f', '-'], secret('hook', { other: 'x' }));
    assert.deepEqual(await check(), { kind: 'keyNotFound', secret: 'hook', key: 'key' });
    await kubectl(['apply', '-f', '-'], secret('hook', { key: VALUE }));
    assert.deepEqual(await check(), { kind: 'found' });
    await kubectl(['delete', 'secret', 'hook']);
    assert.deepEqual(await check(), { kind: 'notFound', secret: 'hook' });
    assert.equal((await service.deliver(target())).kind, 'retry');
    assert.equal(hook.posts.length, 0);
  });

  it('of a namespace without the Role are told from those that are missing', async () => {
    const found = { kind: 'forbidden', secret: 'hook', namespace: namespace() };
    assert.deepEqual(await check(), found);
    await allow();
    assert.equal((await check()).kind, 'notFound');
    assert.deepEqual(await check('kube-system'), { ...found, namespace: 'kube-system' });
  });
});
