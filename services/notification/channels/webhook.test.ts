import assert from 'node:assert/strict';
import { startHook, type Hook } from '../../../scripts/testing/hook/server.ts';
import { createPlainTransport } from '../../../scripts/testing/plainTransport.ts';
import {
  priceAlert,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../../scripts/testing/notificationService.ts';
import type { ChannelTarget, DeliverResult } from '../../core/contracts/notification.ts';
import { renderContent } from '../template.ts';
import { webhookBody } from './webhook.ts';

type WebhookTarget = Extract<ChannelTarget, { type: 'Webhook' }>;

describe('the signed webhook', () => {
  let hook: Hook;
  let service: NotificationUnderTest;
  before(async () => {
    hook = await startHook({ secrets: ['current', 'previous'] });
    service = await startNotificationUnderTest(
      {},
      { transport: createPlainTransport(['10.0.0.1']) },
    );
  });
  afterEach(() => hook.reset());
  after(async () => {
    await service.stop();
    await hook.stop();
  });

  const target = (changes: Partial<WebhookTarget> = {}): WebhookTarget => ({
    type: 'Webhook',
    url: `${hook.url}in?team=a`,
    signingSecrets: ['current'],
    ...changes,
  });
  const reasonOf = (result: DeliverResult): string =>
    'reason' in result ? `${result.kind}: ${result.reason}` : result.kind;

  it('is posted as JSON to path and query', async () => {
    assert.equal((await service.deliver(target())).kind, 'accepted');
    const [post] = hook.posts;
    assert.deepEqual(
      [post?.method, post?.path, post?.headers['content-type']],
      ['POST', '/in?team=a', 'application/json; charset=utf-8'],
    );
  });

  it('has a signature that the receiver can check', async () => {
    await service.deliver(target());
    const check = hook.posts[0]?.signature;
    assert.ok(typeof check === 'object' && check.ok);
    assert.equal(check.deliveryId, '01930000-0000-7000-8000-00000000d001');
  });

  it('carries both signatures while a secret is changed', async () => {
    await service.deliver(target({ signingSecrets: ['current', 'previous'] }));
    assert.match(
      String(hook.posts[0]?.headers['x-duckmon-signature']),
      /^v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/,
    );
  });

  it('has no signature when the channel has no secret', async () => {
    await service.deliver(target({ signingSecrets: [] }));
    assert.equal(hook.posts[0]?.headers['x-duckmon-signature'], undefined);
  });

  it('keeps id and body when it is sent again', async () => {
    await service.deliver(target());
    await service.deliver(target(), { attempt: 2 });
    const [first, second] = hook.posts;
    assert.equal(first?.raw, second?.raw);
    assert.equal(first?.headers['x-duckmon-delivery'], second?.headers['x-duckmon-delivery']);
  });

  it('says what happened as data, with the quote as it stands on the page', async () => {
    await service.deliver(target());
    const json = hook.posts[0]?.json ?? {};
    assert.deepEqual(
      [
        json['version'],
        json['id'],
        json['type'],
        json['monitor'],
        json['workspace'],
        json['verdict'],
        json['link'],
      ],
      [
        'v1',
        '01930000-0000-7000-8000-00000000a001',
        'finding',
        'shop-price',
        'team-a',
        'match',
        'https://mon.example/findings/f001',
      ],
    );
    assert.deepEqual(json['claims'], priceAlert().claims);
  });

  it('D9 has no links in the words of the model', () => {
    const message = priceAlert({
      title: 'See https://evil.example',
      summary: '[x](https://evil.example/?q=1)',
    });
    assert.ok(!webhookBody(message, renderContent(message)).includes('evil.example'));
  });

  it("carries the user's own headers", async () => {
    await service.deliver(target({ headers: [{ name: 'Authorization', value: 'Bearer x' }] }));
    assert.equal(hook.posts[0]?.headers['authorization'], 'Bearer x');
  });

  for (const name of [
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Proxy-Authorization',
    'X-Duckmon-Signature',
    'Expect',
  ])
    it(`does not let a user set ${name}`, async () => {
      const result = await service.deliver(target({ headers: [{ name, value: 'x' }] }));
      assert.equal(
        reasonOf(result),
        `rejected: webhook.headers[0].name: ${name} is set by duckmon`,
      );
      assert.equal(hook.posts.length, 0);
    });

  for (const [what, header] of [
    ['a line break in a value', { name: 'X-A', value: 'a\r\nX-Evil: 1' }],
    ['a line break in a name', { name: 'X-A\r\nX-Evil', value: '1' }],
    ['a space in a name', { name: 'X A', value: '1' }],
    ['a null byte in a value', { name: 'X-A', value: '\u0000' }],
  ] as const)
    it(`D18 rejects ${what}`, async () => {
      const result = await service.deliver(target({ headers: [header] }));
      assert.match(reasonOf(result), /^rejected: webhook\.headers\[0\]\.(?:name|value) /);
      assert.equal(hook.posts.length, 0);
    });

  for (const url of [
    'ftp://example.org/',
    'hook',
    'https://user:pw@example.org/',
    'javascript:alert(1)',
  ])
    it(`rejects the address ${url}`, async () => {
      assert.match(
        reasonOf(await service.deliver(target({ url }))),
        /^rejected: The address of The webhook is not/,
      );
    });

  it('is rejected with a clear reason when the address is forbidden', async () => {
    assert.equal(
      reasonOf(await service.deliver(target({ url: 'http://10.0.0.1/' }))),
      'rejected: The address of The webhook is not allowed: it is private or not on the allow-list',
    );
  });

  for (const [what, env] of [
    ['mail server', (port: number) => ({ SMTP_HOST: 'LOCALHOST', SMTP_PORT: String(port) })],
    ['SendGrid', (port: number) => ({ SENDGRID_BASE_URL: `http://localhost.:${port}` })],
  ] as const)
    it(`never posts to the platform's own ${what}, which the egress opens for this service`, async () => {
      const own = await startNotificationUnderTest(env(hook.port));
      try {
        const result = await own.deliver(target({ url: `http://localhost:${hook.port}/` }));
        assert.match(reasonOf(result), /^rejected: .*it is a server of the platform/);
        assert.equal(hook.posts.length, 0);
      } finally {
        await own.stop();
      }
    });

  for (const status of [200, 201, 202, 204])
    it(`is accepted after a ${status}`, async () => {
      hook.script({ kind: 'status', status });
      assert.deepEqual(await service.deliver(target()), { kind: 'accepted', providerId: null });
    });

  for (const status of [408, 425, 429, 500, 502, 503, 504])
    it(`comes back later after a ${status}`, async () => {
      hook.script({ kind: 'status', status, headers: { 'retry-after': '12' } });
      const result = await service.deliver(target());
      assert.deepEqual(result, {
        kind: 'retry',
        reason: `The webhook answered with status ${status}`,
        retryAfterSeconds: 12,
      });
    });

  for (const status of [400, 401, 403, 404, 410, 413, 422])
    it(`is rejected after a ${status}`, async () => {
      hook.script({ kind: 'status', status, body: '<script>alert(1)</script>' });
      assert.equal(
        reasonOf(await service.deliver(target())),
        `rejected: The webhook answered with status ${status}`,
      );
    });

  for (const status of [301, 302, 303, 307, 308])
    it(`does not follow a ${status}`, async () => {
      const other = await startHook();
      hook.script({ kind: 'status', status, headers: { location: other.url } });
      try {
        assert.match(reasonOf(await service.deliver(target())), /^rejected: .*redirect/);
        assert.equal(other.posts.length, 0);
      } finally {
        await other.stop();
      }
    });

  it('is unknown when the request was read and no answer came in time', async () => {
    hook.script({ kind: 'hang' });
    const result = await service.deliver(target(), { timeoutMs: 300 });
    assert.match(reasonOf(result), /^unknown: The webhook took the request and did not answer/);
    assert.equal(hook.posts.length, 1);
  });

  it('is unknown when the connection is reset after the request was read', async () => {
    hook.script({ kind: 'resetAfter' });
    assert.equal((await service.deliver(target())).kind, 'unknown');
    assert.equal(hook.posts.length, 1);
  });

  it('comes back later when nobody listens', async () => {
    assert.equal(
      reasonOf(await service.deliver(target({ url: 'http://127.0.0.1:9/' }))),
      'retry: The webhook cannot be reached (unreachable)',
    );
  });

  it('is accepted although the body of the answer never ends', async () => {
    hook.script({ kind: 'endless' });
    assert.equal((await service.deliver(target(), { timeoutMs: 2000 })).kind, 'accepted');
  });

  it('waits for a slow answer inside its time', async () => {
    hook.script({ kind: 'status', status: 200, delayMs: 100 });
    assert.equal((await service.deliver(target(), { timeoutMs: 3000 })).kind, 'accepted');
  });
});
