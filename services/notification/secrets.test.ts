import assert from 'node:assert/strict';
import { startHook, type Hook } from '../../scripts/testing/hook/server.ts';
import {
  deliveryOf,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../scripts/testing/notificationService.ts';
import type { Clock } from '../core/clock.ts';
import {
  CHANNEL_CHECK_PATH,
  DELIVER_PATH,
  channelCheckResult,
  deliverResult,
  type DeliveryTarget,
} from '../core/contracts/notification.ts';
import { ApiError, NoAnswerError } from '../core/kube/errors.ts';
import type { Transport } from '../core/kube/transport.ts';
import { createClusterSecrets, REMEMBER_MS, type ChannelSecrets } from './secrets.ts';

type Answer = Readonly<Record<string, string>> | Error;

/** An API server with Secrets by `namespace/name`, which also counts what it is asked. */
function fakeServer() {
  const secrets = new Map<string, Answer>();
  const asked: string[] = [];
  const get = async ({ namespace, name }: { namespace?: string | undefined; name: string }) => {
    const at = `${namespace}/${name}`;
    asked.push(at);
    const answer = secrets.get(at) ?? new ApiError(404, { reason: 'NotFound' }, `GET ${at}`);
    if (answer instanceof Error) throw answer;
    const encoded = Object.entries(answer).map(([key, value]) => [key, btoa(value)]);
    return { metadata: { namespace, name }, data: Object.fromEntries(encoded) };
  };
  const transport = {
    get: (_resource: unknown, ref: { namespace?: string | undefined; name: string }) => get(ref),
    close: () => {},
  } as unknown as Pick<Transport, 'get' | 'close'>;
  return { secrets, asked, transport };
}

const forbidden = new ApiError(403, { reason: 'Forbidden' }, 'GET');

describe('secrets from Kubernetes', () => {
  let server: ReturnType<typeof fakeServer>;
  let at: number;
  let secrets: ChannelSecrets;
  const clock: Clock = {
    now: () => new Date(at),
    monotonic: () => at,
    sleep: () => Promise.resolve(),
  };
  beforeEach(() => {
    server = fakeServer();
    at = 0;
    secrets = createClusterSecrets(server.transport, clock);
    server.secrets.set('team/hook', { key: 'one', other: 'two', empty: '' });
  });
  const read = (key = 'key', name = 'hook', namespace = 'team') =>
    secrets.read(namespace, { name, key });

  it('are read from the namespace of the channel', async () => {
    server.secrets.set('else/hook', { key: 'another' });
    assert.equal(await read(), 'one');
    assert.equal(await read('key', 'hook', 'else'), 'another');
  });

  it('are asked for once by many deliveries at the same time', async () => {
    assert.deepEqual(await Promise.all([read(), read('other'), read()]), ['one', 'two', 'one']);
    assert.deepEqual(server.asked, ['team/hook']);
  });

  it('are remembered for a few seconds, so that a rotated one counts soon', async () => {
    assert.ok(REMEMBER_MS <= 10_000);
    await read();
    server.secrets.set('team/hook', { key: 'rotated' });
    at = REMEMBER_MS - 1;
    assert.equal(await read(), 'one');
    at = REMEMBER_MS;
    assert.equal(await read(), 'rotated');
  });

  it('are remembered only so many at a time', async () => {
    for (let index = 0; index <= 200; index += 1) {
      server.secrets.set(`team/s${index}`, { key: 'x' });
      await read('key', `s${index}`);
    }
    await read('key', 's200');
    assert.equal(server.asked.length, 201);
    await read('key', 's0');
    assert.equal(server.asked.length, 202);
  });

  it('that are missing are asked for again at once', async () => {
    await assert.rejects(read('key', 'late'), /Secret late does not exist/);
    server.secrets.set('team/late', { key: 'here' });
    assert.equal(await read('key', 'late'), 'here');
  });

  for (const key of ['none', 'empty', 'toString'])
    it(`say that the key ${key} has no value`, async () => {
      await assert.rejects(read(key), new RegExp(`Secret hook has no key ${key}`));
    });

  it('that no Role allows to read name the Role', async () => {
    server.secrets.set('team/hook', forbidden);
    await assert.rejects(read(), /namespace team .* Role with the verb get on secrets/);
  });

  it('are told from an API server that is away', async () => {
    server.secrets.set('team/hook', new NoAnswerError('unreachable', 'connect ECONNREFUSED'));
    await assert.rejects(read(), /Secret hook cannot be read from Kubernetes now: .*ECONNREFUSED/);
    server.secrets.set('team/hook', new ApiError(401, { reason: 'Unauthorized' }, 'GET'));
    await assert.rejects(read(), { name: 'SecretsUnavailableError' });
  });

  it('are checked as they are now, and a delivery then has the newest', async () => {
    await read();
    server.secrets.set('team/hook', { key: 'rotated' });
    assert.deepEqual(await secrets.check('team', [{ name: 'hook', key: 'key' }]), {
      kind: 'found',
    });
    assert.equal(await read(), 'rotated');
    server.secrets.delete('team/hook');
    assert.deepEqual(await secrets.check('team', [{ name: 'hook', key: 'key' }]), {
      kind: 'notFound',
      secret: 'hook',
    });
    await assert.rejects(read(), /does not exist/);
  });

  it('are all checked, the first that is missing is told', async () => {
    const current = { name: 'hook', key: 'key' };
    const check = (name: string, key: string) => secrets.check('team', [current, { name, key }]);
    assert.deepEqual(await check('old', 'key'), { kind: 'notFound', secret: 'old' });
    assert.deepEqual(await check('hook', 'none'), {
      kind: 'keyNotFound',
      secret: 'hook',
      key: 'none',
    });
    server.secrets.set('team/old', forbidden);
    assert.deepEqual(await check('old', 'key'), {
      kind: 'forbidden',
      secret: 'old',
      namespace: 'team',
    });
  });
});

describe('a delivery to a channel of a cluster', () => {
  const VALUE = 's3cret-of-the-cluster';
  let hook: Hook;
  let service: NotificationUnderTest;
  let server: ReturnType<typeof fakeServer>;
  let at = 0;
  const signingSecrets = [{ name: 'hook', key: 'key' }];
  const target = (): DeliveryTarget => ({
    type: 'Unresolved',
    namespace: 'team',
    target: { type: 'Webhook', url: hook.url, signingSecrets },
  });
  before(async () => {
    hook = await startHook({ secrets: [VALUE] });
    server = fakeServer();
    service = await startNotificationUnderTest(
      {},
      {
        secrets: createClusterSecrets(server.transport, {
          now: () => new Date(),
          // every reading is old at once
          monotonic: () => (at += REMEMBER_MS),
          sleep: () => Promise.resolve(),
        }),
      },
    );
  });
  beforeEach(() => server.secrets.set('team/hook', { key: VALUE }));
  afterEach(() => hook.reset());
  after(async () => {
    await service.stop();
    await hook.stop();
  });
  const check = () =>
    service.client.post(
      CHANNEL_CHECK_PATH,
      { namespace: 'team', secrets: signingSecrets },
      channelCheckResult,
    );

  it('is signed with the Secret of its namespace', async () => {
    assert.equal((await service.deliver(target())).kind, 'accepted');
    const signature = hook.posts[0]?.signature;
    assert.ok(typeof signature === 'object' && signature.ok);
    assert.match(await service.metrics(), /channel="Webhook",outcome="accepted"/);
  });

  it('waits for its Secret, says which, and sends nothing', async () => {
    server.secrets.delete('team/hook');
    assert.deepEqual(await service.deliver(target()), {
      kind: 'retry',
      reason: 'The Secret hook does not exist; apply it to send through this channel',
      retryAfterSeconds: null,
      secret: { kind: 'notFound', secret: 'hook' },
    });
    server.secrets.set('team/hook', { other: 'x' });
    const result = await service.deliver(target());
    assert.deepEqual(result.kind === 'retry' && result.secret, {
      kind: 'keyNotFound',
      secret: 'hook',
      key: 'key',
    });
    assert.equal(hook.posts.length, 0);
  });

  it('is tried again when the API server is away', async () => {
    server.secrets.set('team/hook', new NoAnswerError('timeout', 'no answer within 5000 ms'));
    const result = await service.deliver(target());
    assert.equal(result.kind, 'retry');
    assert.equal('secret' in result, false);
  });

  it('is asked for without its Secret where nobody can be asked', async () => {
    server.secrets.delete('team/hook');
    assert.equal((await service.reconcile(target(), 'd')).state, 'unsupported');
  });

  it('is not reconciled while the Secret of its account is missing', async () => {
    const email = { to: ['a@example.org'], provider: 'SendGrid' as const };
    const mail: DeliveryTarget = {
      type: 'Unresolved',
      namespace: 'team',
      target: { type: 'Email', ...email, secret: { name: 'gone', key: 'key' } },
    };
    await assert.rejects(service.reconcile(mail, 'd'), /503/);
  });

  it('can be asked whether its Secret is there', async () => {
    assert.deepEqual(await check(), { kind: 'found' });
    server.secrets.delete('team/hook');
    assert.deepEqual(await check(), { kind: 'notFound', secret: 'hook' });
    server.secrets.set('team/hook', new NoAnswerError('timeout', 'late'));
    await assert.rejects(check(), /503/);
  });

  it('B5 leaves no value in logs or answers', async () => {
    await service.deliver(target());
    const answer = await check();
    const said = service.lines.join('') + JSON.stringify(answer);
    for (const text of [VALUE, btoa(VALUE)]) assert.ok(!said.includes(text));
  });

  it('waits when the service has no cluster, and says what to set', async () => {
    const alone = await startNotificationUnderTest();
    try {
      const result = await alone.client.post(DELIVER_PATH, deliveryOf(target()), deliverResult);
      assert.match(result.kind === 'retry' ? result.reason : '', /CHANNEL_SECRETS .*KUBECONFIG/);
    } finally {
      await alone.stop();
    }
  });
});
