import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startHook, type Hook } from '../../scripts/testing/hook/server.ts';
import {
  deliveryOf,
  priceAlert,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../scripts/testing/notificationService.ts';
import {
  CHANNEL_CHECK_PATH,
  DELIVER_PATH,
  RECONCILE_PATH,
  deliverResult,
  type ChannelTarget,
} from '../core/contracts/notification.ts';
import { InternalCallError } from '../core/internal/client.ts';
import { isPlainAddress } from './address.ts';
import { readConfig } from './config.ts';

describe('the notification service', () => {
  let hook: Hook;
  let service: NotificationUnderTest;
  const target = (): ChannelTarget => ({
    type: 'Webhook',
    url: hook.url,
    signingSecrets: ['s3cret-signing'],
  });
  before(async () => {
    hook = await startHook();
    service = await startNotificationUnderTest({ NOTIFICATION_SLOTS: '1' });
  });
  afterEach(() => hook.reset());
  after(async () => {
    await service.stop();
    await hook.stop();
  });

  for (const route of [DELIVER_PATH, RECONCILE_PATH, CHANNEL_CHECK_PATH])
    it(`B1 refuses a call of ${route} without the signed header`, async () => {
      const response = await fetch(`${service.url}${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(deliveryOf(target())),
      });
      assert.equal(response.status, 401);
      assert.equal(hook.posts.length, 0);
    });

  it('refuses a delivery with an unknown field', async () => {
    const body = { ...deliveryOf(target()), code: 'x' };
    await assert.rejects(
      service.client.post(DELIVER_PATH, body, deliverResult),
      /refused with 400/,
    );
  });

  it('refuses a channel type that it does not know', async () => {
    const body = deliveryOf({ type: 'Pager', secret: 'x' } as never);
    await assert.rejects(
      service.client.post(DELIVER_PATH, body, deliverResult),
      /refused with 400/,
    );
  });

  it('opens the transport for the workspace and channel that it delivers for', async () => {
    await service.deliver(target());
    assert.deepEqual(service.purposes.at(-1), { workspace: 'team-a', subject: 'channel/ops' });
  });

  it('answers 429 with Retry-After when all slots are busy', async () => {
    hook.script({ kind: 'hang' });
    const first = service.deliver(target(), { timeoutMs: 400 });
    let refused: unknown;
    while (refused === undefined) {
      if (hook.posts.length === 0) await new Promise((resolve) => setImmediate(resolve));
      else refused = await service.deliver(target()).catch((error: unknown) => error);
    }
    assert.ok(refused instanceof InternalCallError);
    assert.equal(refused.problem.kind, 'busy');
    await first;
  });

  it('frees the slot when the attempt has ended', async () => {
    await service.deliver(target());
    assert.equal((await service.deliver(target())).kind, 'accepted');
  });

  it('counts attempts by channel and outcome', async () => {
    hook.script({ kind: 'status', status: 410 });
    await service.deliver(target());
    assert.match(
      await service.metrics(),
      /mon_delivery_attempts_total\{channel="Webhook",outcome="rejected",service="notification"\} 1/,
    );
  });

  it('logs each attempt without secrets, addresses or words of the message', async () => {
    await service.deliver(target(), { message: priceAlert({ summary: 'W0rds of the page' }) });
    const all = service.lines.join('');
    assert.match(all, /"event":"delivery\.attempt"/);
    for (const secret of ['s3cret-signing', 'W0rds', 't0k3n', hook.url])
      assert.ok(!all.includes(secret), secret);
  });

  it('ends the attempt when the caller is gone', async () => {
    hook.script({ kind: 'hang' });
    const gone = new AbortController();
    const call = service.client.post(
      DELIVER_PATH,
      deliveryOf(target(), { timeoutMs: 60_000 }),
      deliverResult,
      {
        signal: gone.signal,
      },
    );
    while (hook.posts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await assert.rejects(call);
    let next: string | undefined;
    while (next === undefined)
      next = await service.deliver(target()).then(
        ({ kind }) => kind,
        () => undefined,
      );
    assert.equal(next, 'accepted');
  });
});

describe('the configuration of the notification service', () => {
  const env = { KEYS_FILE: '/keys/notification.json' };

  it('speaks to SendGrid itself unless told otherwise', () => {
    assert.equal(readConfig(env).sendGrid.baseUrl, 'https://api.sendgrid.com');
  });

  it('asks for STARTTLS on the usual port', () => {
    assert.equal(readConfig({ ...env, SMTP_HOST: 'mail.example' }).smtp?.tls, 'StartTls');
  });

  it('speaks TLS from the first byte on port 465', () => {
    assert.equal(
      readConfig({ ...env, SMTP_HOST: 'mail.example', SMTP_PORT: '465' }).smtp?.tls,
      'Implicit',
    );
  });

  it('has no mail server unless one is named', () => {
    assert.equal(readConfig(env).smtp, undefined);
  });

  it('reads secrets from mounted files', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'notification-')), 'key');
    writeFileSync(file, 'SG.file\n');
    const config = readConfig({
      ...env,
      SENDGRID_API_KEY_FILE: file,
      SMTP_HOST: 'm',
      SMTP_PASSWORD_FILE: file,
    });
    assert.deepEqual([config.sendGrid.apiKey, config.smtp?.password], ['SG.file', 'SG.file']);
  });

  it('reads no Secrets from Kubernetes outside of a pod, whatever kubeconfig there is', () => {
    for (const more of [{}, { KUBECONFIG: '/k' }, { CHANNEL_SECRETS: '' }])
      assert.deepEqual(readConfig({ ...env, ...more }).channelSecrets, { kind: 'none' });
  });

  it('reads Secrets as the account of its pod', () => {
    const pod = { ...env, KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBECONFIG: '/k' };
    const account = { kind: 'cluster', kubeconfig: undefined };
    assert.deepEqual(readConfig(pod).channelSecrets, account);
    assert.deepEqual(readConfig({ ...pod, CHANNEL_SECRETS: 'none' }).channelSecrets, {
      kind: 'none',
    });
  });

  it('reads Secrets by a kubeconfig where that is asked for', () => {
    assert.deepEqual(
      readConfig({ ...env, CHANNEL_SECRETS: 'cluster', KUBECONFIG: '/k' }).channelSecrets,
      { kind: 'cluster', kubeconfig: '/k' },
    );
  });

  it('says what to set when there is no cluster to read Secrets from', () => {
    assert.throws(
      () => readConfig({ ...env, CHANNEL_SECRETS: 'cluster' }),
      /CHANNEL_SECRETS .*KUBECONFIG/,
    );
    assert.throws(
      () => readConfig({ ...env, CHANNEL_SECRETS: 'yes' }),
      /CHANNEL_SECRETS must be cluster or none/,
    );
  });

  it('does not start with a kubeconfig that cannot be read', async () => {
    const start = startNotificationUnderTest({ CHANNEL_SECRETS: 'cluster', KUBECONFIG: '/none' });
    await assert.rejects(start, /kubeconfig \/none cannot be read/);
  });

  it('names every wrong variable at once', () => {
    assert.throws(
      () =>
        readConfig({
          NOTIFICATION_EMAIL: 'Ann <ann@example.org>',
          SMTP_PORT: '0',
          SMTP_TLS: 'maybe',
        }),
      /KEYS_FILE is required; NOTIFICATION_EMAIL must be one plain mail address; SMTP_PORT .*SMTP_TLS /,
    );
  });
});

describe('a plain mail address', () => {
  for (const address of [
    'a@b.example',
    'first.last+tag@sub.example.org',
    "o'neil@example.org",
    'root@localhost',
  ])
    it(`is ${address}`, () => {
      assert.equal(isPlainAddress(address), true);
    });

  for (const text of [
    '',
    'a',
    'a@',
    '@b',
    'a@b@c',
    'a@-b.example',
    'a@b..example',
    'a b@c.example',
    'a@b.example\n',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b.'.repeat(130)}example`,
  ])
    it(`is not ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(isPlainAddress(text), false);
    });
});
