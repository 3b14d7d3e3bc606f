import assert from 'node:assert/strict';
import { startSendGrid, type FakeSendGrid } from '../../../scripts/testing/mail/sendgrid.ts';
import {
  priceAlert,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../../scripts/testing/notificationService.ts';
import type { ChannelTarget, DeliverResult } from '../../core/contracts/notification.ts';
import { type EmailTarget } from './email.ts';

const sendGrid = (changes: Partial<EmailTarget> = {}): ChannelTarget => ({
  type: 'Email',
  to: ['ann@example.org'],
  provider: 'SendGrid',
  ...changes,
});
const reasonOf = (result: DeliverResult): string =>
  'reason' in result ? `${result.kind}: ${result.reason}` : result.kind;

describe('mail by SendGrid', () => {
  let fake: FakeSendGrid;
  let service: NotificationUnderTest;
  before(async () => {
    fake = await startSendGrid({ apiKey: 'SG.platform' });
    service = await startNotificationUnderTest({
      SENDGRID_BASE_URL: fake.url,
      SENDGRID_API_KEY: 'SG.platform',
    });
  });
  afterEach(() => fake.reset());
  after(async () => {
    await service.stop();
    await fake.stop();
  });
  const body = (): Record<string, unknown> => fake.mails[0]?.body ?? {};
  const textPart = (): string =>
    (body()['content'] as { type: string; value: string }[]).find(
      ({ type }) => type === 'text/plain',
    )?.value ?? '';
  const htmlPart = (): string =>
    (body()['content'] as { type: string; value: string }[]).find(
      ({ type }) => type === 'text/html',
    )?.value ?? '';

  it('is accepted with the id of the provider', async () => {
    assert.deepEqual(await service.deliver(sendGrid()), { kind: 'accepted', providerId: 'sg-1' });
  });

  it('carries the delivery id as custom argument, for reconciling', async () => {
    await service.deliver(sendGrid());
    assert.equal(fake.mails[0]?.deliveryId, '01930000-0000-7000-8000-00000000d001');
  });

  it('says in subject and text what happened, with the quote and the links', async () => {
    await service.deliver(sendGrid());
    assert.equal(body()['subject'], '[duckmon] The price rose');
    const text = textPart();
    for (const part of [
      'The price rose from €49.00 to €54.00.',
      '• Price: €49.00 → €54.00 – “Price: €54.00”',
      'Monitor: shop-price (team-a)',
      'Seen: 2026-11-20 12:00 UTC',
      'Open: https://mon.example/findings/f001',
      'Acknowledge: https://mon.example/acknowledge?token=t0k3n&f=1',
    ])
      assert.ok(text.includes(part), part);
  });

  it('comes from the configured sender', async () => {
    await service.deliver(sendGrid());
    assert.deepEqual(body()['from'], { email: 'alerts@duckmon.example', name: 'duckmon' });
  });

  it('hides recipients from each other', async () => {
    await service.deliver(
      sendGrid({ to: ['ann@example.org', 'bob@example.org', 'ann@example.org'] }),
    );
    const personalizations = body()['personalizations'] as { to: { email: string }[] }[];
    assert.deepEqual(
      personalizations.map(({ to }) => to.map(({ email }) => email)),
      [['ann@example.org'], ['bob@example.org']],
    );
  });

  it('gives each recipient a link of their own to unsubscribe, in header and text', async () => {
    const linkOf = (name: string): string => `https://mon.example/unsubscribe?token=${name}`;
    const to = ['ann@example.org', 'bob@example.org'];
    await service.deliver(
      sendGrid({
        to,
        unsubscribeLinks: Object.fromEntries(to.map((each) => [each, linkOf(each.slice(0, 3))])),
      }),
    );
    const sent = body()['personalizations'] as {
      headers: Record<string, string>;
      substitutions: Record<string, string>;
    }[];
    const word = '{{unsubscribe-01930000-0000-7000-8000-00000000d001}}';
    assert.deepEqual(
      sent.map(({ headers, substitutions }) => [headers['List-Unsubscribe'], substitutions]),
      ['ann', 'bob'].map((name) => [`<${linkOf(name)}>`, { [word]: linkOf(name) }]),
    );
    assert.equal(sent[0]?.headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
    assert.ok(textPart().endsWith(`No more of these mails to this address: ${word}`));
    assert.ok(htmlPart().includes(`<a href="${word}"`));
  });

  it('asks to confirm in our own words, with the one link that confirms', async () => {
    const link = 'https://mon.example/confirm?token=t0k3n';
    const message = priceAlert({
      kind: 'confirmRecipient',
      title: 'Do you want alerts at this address?',
      summary: 'The channel ops of the workspace team-a wants to send alerts here.',
      link,
      acknowledgeLink: null,
    });
    await service.deliver(sendGrid(), { message });
    assert.equal(body()['subject'], '[duckmon] Do you want alerts at this address?');
    assert.ok(textPart().includes(`open this page and press the button: ${link}`));
    assert.deepEqual(
      [...htmlPart().matchAll(/href="([^"]*)"/g)].map(([, href]) => href),
      [link],
    );
    assert.doesNotMatch(textPart(), /Severity|Monitor:/);
  });

  it('D9 switches off rewritten links and the picture that reports opening', async () => {
    await service.deliver(sendGrid());
    assert.deepEqual(body()['tracking_settings'], {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    });
  });

  it('D9 loads nothing from anywhere in its HTML part', async () => {
    await service.deliver(sendGrid());
    assert.doesNotMatch(
      htmlPart(),
      /<(?:img|script|link|iframe|style|object|svg|video|form)|url\(|src=/i,
    );
  });

  it('D9 has only our two links in its HTML part', async () => {
    await service.deliver(sendGrid());
    const links = [...htmlPart().matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    assert.deepEqual(links, [
      'https://mon.example/findings/f001',
      'https://mon.example/acknowledge?token=t0k3n&amp;f=1',
    ]);
  });

  it('uses the key of the channel where it has one', async () => {
    const result = await service.deliver(sendGrid({ secret: 'SG.other' }));
    assert.equal(
      reasonOf(result),
      'rejected: SendGrid refused the API key or the sender (401): The provided authorization grant is invalid',
    );
  });

  it('never mixes the keys of deliveries that run at the same time', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        service.deliver(sendGrid(index % 2 === 0 ? {} : { secret: 'SG.other' })),
      ),
    );
    assert.deepEqual(
      results.map(({ kind }) => kind),
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 'accepted' : 'rejected')),
    );
  });

  it('comes back later after a 429, not before Retry-After', async () => {
    fake.script({ kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    const result = await service.deliver(sendGrid());
    assert.deepEqual(result, {
      kind: 'retry',
      reason: 'SendGrid answered with status 429: Scripted',
      retryAfterSeconds: 30,
    });
  });

  it('comes back later after a 500', async () => {
    fake.script({ kind: 'status', status: 500 });
    assert.equal((await service.deliver(sendGrid())).kind, 'retry');
  });

  it('is rejected after a 400, with what SendGrid said', async () => {
    fake.script({ kind: 'status', status: 400, message: 'The from address is not verified' });
    assert.equal(
      reasonOf(await service.deliver(sendGrid())),
      'rejected: SendGrid answered with status 400: The from address is not verified',
    );
  });

  it('is unknown when the mail was taken and no answer came in time', async () => {
    fake.script({ kind: 'hang' });
    const result = await service.deliver(sendGrid(), { timeoutMs: 300 });
    assert.equal(result.kind, 'unknown');
    assert.equal(fake.mails.length, 1);
  });

  it('is unknown when the connection is reset after the mail was taken', async () => {
    fake.script({ kind: 'resetAfter' });
    assert.equal((await service.deliver(sendGrid())).kind, 'unknown');
  });

  it('does not follow a redirect, so that the key goes nowhere else', async () => {
    const other = await startSendGrid();
    fake.script({
      kind: 'status',
      status: 307,
      headers: { location: `${other.url}/v3/mail/send` },
    });
    try {
      assert.equal((await service.deliver(sendGrid())).kind, 'rejected');
      assert.equal(other.mails.length, 0);
    } finally {
      await other.stop();
    }
  });

  it('comes back later when SendGrid cannot be reached', async () => {
    const lost = await startNotificationUnderTest({
      SENDGRID_BASE_URL: 'http://127.0.0.1:9',
      SENDGRID_API_KEY: 'SG.x',
    });
    try {
      assert.equal(
        reasonOf(await lost.deliver(sendGrid())),
        'retry: SendGrid cannot be reached (ECONNREFUSED)',
      );
    } finally {
      await lost.stop();
    }
  });

  it('says what to set when there is no key', async () => {
    const bare = await startNotificationUnderTest();
    try {
      assert.match(
        reasonOf(await bare.deliver(sendGrid())),
        /rejected: SendGrid is not configured; set SENDGRID_API_KEY/,
      );
    } finally {
      await bare.stop();
    }
  });

  it('says what to set when there is no sender', async () => {
    const bare = await startNotificationUnderTest({
      NOTIFICATION_EMAIL: undefined,
      SENDGRID_API_KEY: 'SG.x',
    });
    try {
      assert.match(reasonOf(await bare.deliver(sendGrid())), /set NOTIFICATION_EMAIL/);
    } finally {
      await bare.stop();
    }
  });

  it("does not let a channel write in the name of another sender with the platform's key", async () => {
    const result = await service.deliver(sendGrid({ from: 'ceo@duckmon.example' }));
    assert.match(reasonOf(result), /^rejected: email\.from needs email\.secretRef/);
    assert.equal(fake.mails.length, 0);
  });

  for (const [name, address] of [
    ['a line break', 'ann@example.org\r\nBcc: eve@example.org'],
    ['a second recipient', 'ann@example.org, eve@example.org'],
    ['a display name', 'Ann <ann@example.org>'],
    ['two at signs', 'ann@example.org@evil.example'],
    ['a space', 'ann @example.org'],
    ['a null byte', 'ann\u0000@example.org'],
    ['a quoted part', '"ann"@example.org'],
    ['no domain', 'ann@'],
  ] as const)
    it(`D18 rejects a recipient with ${name}`, async () => {
      const result = await service.deliver(sendGrid({ to: ['bob@example.org', address] }));
      assert.equal(reasonOf(result), 'rejected: email.to[1] is not one plain mail address');
      assert.equal(fake.mails.length, 0);
    });

  it('D18 rejects a sender with a line break', async () => {
    const result = await service.deliver(
      sendGrid({ from: 'a@b.example\r\nX: y', secret: 'SG.platform' }),
    );
    assert.equal(reasonOf(result), 'rejected: email.from is not one plain mail address');
  });

  it('D18 keeps a subject with line breaks in one line', async () => {
    await service.deliver(sendGrid(), {
      template: { subject: 'A\r\nBcc: eve@example.org\r\n\r\nbody' },
    });
    assert.equal(body()['subject'], 'A Bcc: eve@example.org body');
  });

  it('finds a delivery whose outcome is unknown', async () => {
    fake.script({ kind: 'resetAfter' });
    await service.deliver(sendGrid());
    assert.deepEqual(await service.reconcile(sendGrid(), '01930000-0000-7000-8000-00000000d001'), {
      state: 'delivered',
      providerId: 'sg-1',
    });
  });

  it('says that a delivery is absent', async () => {
    assert.deepEqual(await service.reconcile(sendGrid(), 'never-sent'), {
      state: 'absent',
      providerId: null,
    });
  });

  it('says that an account without the activity feed cannot be asked', async () => {
    fake.allowActivity(false);
    assert.equal((await service.reconcile(sendGrid(), 'x')).state, 'unsupported');
  });

  describe('where the account posts its events', () => {
    let told: NotificationUnderTest;
    before(async () => {
      told = await startNotificationUnderTest({
        SENDGRID_BASE_URL: fake.url,
        SENDGRID_API_KEY: 'SG.platform',
        SENDGRID_WEBHOOK_PUBLIC_KEY: 'key',
      });
    });
    after(() => told.stop());
    beforeEach(() => fake.allowActivity(false));

    it('F2 a delivery is absent so far when the activity feed cannot be asked', async () => {
      assert.equal((await told.reconcile(sendGrid(), 'x')).state, 'absent');
    });

    it('the account of a channel of its own tells nothing', async () => {
      const own = sendGrid({ secret: 'SG.own' });
      assert.equal((await told.reconcile(own, 'x')).state, 'unsupported');
    });
  });

  it('lets no delivery id break out of the query', async () => {
    await service.reconcile(sendGrid(), 'x" OR "1"="1');
    assert.deepEqual(fake.queries, [`unique_args['deliveryId']="x--OR--1---1"`]);
  });

  it('cannot ask other channels', async () => {
    assert.equal(
      (await service.reconcile({ type: 'Slack', secret: 'https://x.example/' }, 'x')).state,
      'unsupported',
    );
  });
});
