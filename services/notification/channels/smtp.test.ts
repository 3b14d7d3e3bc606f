import assert from 'node:assert/strict';
import {
  makeCertificate,
  trust,
  type TestCertificate,
} from '../../../scripts/testing/certificate.ts';
import { startSmtp, type FakeSmtp, type SmtpOptions } from '../../../scripts/testing/mail/smtp.ts';
import {
  priceAlert,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../../scripts/testing/notificationService.ts';
import type { ChannelTarget, DeliverResult } from '../../core/contracts/notification.ts';
import { type EmailTarget } from './email.ts';

const reasonOf = (result: DeliverResult): string =>
  'reason' in result ? `${result.kind}: ${result.reason}` : result.kind;

describe('mail by SMTP', () => {
  let certificate: TestCertificate;
  let distrust: () => void;
  let smtp: FakeSmtp;
  let service: NotificationUnderTest | undefined;
  const target = (changes: Partial<EmailTarget> = {}): ChannelTarget => ({
    type: 'Email',
    to: ['ann@example.org'],
    provider: 'Smtp',
    ...changes,
  });

  before(() => {
    certificate = makeCertificate();
    distrust = trust(certificate);
  });
  after(() => distrust());
  afterEach(async () => {
    await service?.stop();
    await smtp.stop();
    service = undefined;
  });

  const start = async (
    options: Partial<SmtpOptions> = {},
    env: Record<string, string> = {},
  ): Promise<NotificationUnderTest> => {
    smtp = await startSmtp({ certificate, ...options });
    service = await startNotificationUnderTest({
      SMTP_HOST: 'localhost',
      SMTP_PORT: String(smtp.port),
      ...env,
    });
    return service;
  };

  it('is accepted after STARTTLS', async () => {
    const running = await start();
    assert.equal((await running.deliver(target())).kind, 'accepted');
    assert.deepEqual([smtp.mails.length, smtp.mails[0]?.secure], [1, true]);
  });

  it('is accepted with TLS from the first byte', async () => {
    const running = await start({ implicit: true }, { SMTP_TLS: 'Implicit' });
    assert.equal((await running.deliver(target())).kind, 'accepted');
  });

  it('is accepted by the mail server of a channel', async () => {
    const running = await start({ implicit: true }, { SMTP_HOST: '' });
    const own = target({ smtp: { host: 'localhost', port: smtp.port, startTls: false } });
    assert.equal((await running.deliver(own)).kind, 'accepted');
  });

  it('signs in with user name and password', async () => {
    const running = await start(
      { account: { user: 'duck', password: 'pässword' } },
      { SMTP_USER: 'duck', SMTP_PASSWORD: 'pässword' },
    );
    await running.deliver(target());
    assert.equal(smtp.mails[0]?.user, 'duck');
  });

  it('is rejected when the server refuses the password', async () => {
    const running = await start(
      { account: { user: 'duck', password: 'right' } },
      { SMTP_USER: 'duck', SMTP_PASSWORD: 'wrong' },
    );
    assert.equal(
      reasonOf(await running.deliver(target())),
      'rejected: The mail server refused the user name or password',
    );
  });

  it('sends nothing when the server offers no STARTTLS', async () => {
    const running = await start({ withoutTls: true });
    assert.equal((await running.deliver(target())).kind, 'retry');
    assert.equal(smtp.mails.length, 0);
  });

  it('sends without TLS only where the installation says so', async () => {
    const running = await start({ withoutTls: true }, { SMTP_TLS: 'None' });
    assert.equal((await running.deliver(target())).kind, 'accepted');
  });

  it('sends nothing to a server whose certificate is not trusted', async () => {
    distrust();
    try {
      const running = await start();
      assert.equal((await running.deliver(target())).kind, 'retry');
      assert.equal(smtp.mails.length, 0);
    } finally {
      distrust = trust(certificate);
    }
  });

  it('has the same Message-ID at every attempt', async () => {
    const running = await start();
    await running.deliver(target());
    await running.deliver(target(), { attempt: 2 });
    const ids = smtp.mails.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]);
    assert.deepEqual(ids, [
      '<01930000-0000-7000-8000-00000000d001@duckmon.example>',
      '<01930000-0000-7000-8000-00000000d001@duckmon.example>',
    ]);
  });

  it('says that it was sent by a program', async () => {
    const running = await start();
    await running.deliver(target());
    assert.match(smtp.mails[0]?.raw ?? '', /^Auto-Submitted: auto-generated$/m);
  });

  it('introduces itself by the domain of the sender, not by the name of the machine', async () => {
    const running = await start();
    await running.deliver(target());
    assert.equal(smtp.mails[0]?.greeting, 'duckmon.example');
  });

  const two = ['ann@example.org', 'bob@example.org'];
  const readers = (): string[] => smtp.mails.flatMap(({ to }) => to);

  it('reaches every recipient by a mail of its own, so that they do not see each other', async () => {
    const running = await start();
    assert.equal((await running.deliver(target({ to: two }))).kind, 'accepted');
    assert.deepEqual(readers(), two);
    assert.doesNotMatch(smtp.mails[0]?.raw ?? '', /bob@example\.org/);
  });

  it('reaches the others when one recipient is refused for good', async () => {
    const running = await start();
    smtp.script({ at: 'recipient', code: 550, text: 'No such user' });
    assert.equal((await running.deliver(target({ to: two }))).kind, 'accepted');
    assert.deepEqual(readers(), ['bob@example.org']);
  });

  it('says who has the mail when another recipient must wait', async () => {
    const running = await start();
    smtp.script({ at: 'recipient', code: 451, text: 'Greylisted' });
    const result = await running.deliver(target({ to: two }));
    assert.deepEqual(result, {
      kind: 'retry',
      reason: 'The mail server answered 451 for now: 451 Greylisted',
      retryAfterSeconds: null,
      taken: ['bob@example.org'],
    });
  });

  it('says who has the mail when the outcome of the next one is unknown', async () => {
    const running = await start();
    smtp.script({ at: 'data', then: 'take' }, { at: 'data', then: 'reset' });
    const result = await running.deliver(target({ to: two }));
    assert.deepEqual([result.kind, 'taken' in result && result.taken], ['unknown', [two[0]]]);
  });

  it('gives each recipient a link of their own to unsubscribe, for one click where it is https', async () => {
    const running = await start();
    await running.deliver(
      target({
        to: two,
        unsubscribeLinks: {
          'ann@example.org': 'https://mon.example/unsubscribe?token=ann',
          'bob@example.org': 'http://127.0.0.1:3000/unsubscribe?token=bob',
        },
      }),
    );
    const [ann = '', bob = ''] = smtp.mails.map(({ raw }) => raw.replaceAll('=\r\n', ''));
    assert.match(ann, /^List-Unsubscribe: <https:\/\/mon\.example\/unsubscribe\?token=ann>\r$/m);
    assert.match(ann, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    assert.match(ann, /No more of these mails to this address: https:\/\/mon\.example/);
    assert.match(
      bob,
      /^List-Unsubscribe: <http:\/\/127\.0\.0\.1:3000\/unsubscribe\?token=bob>\r$/m,
    );
    assert.doesNotMatch(bob, /List-Unsubscribe-Post|token=3?D?ann/);
  });

  it('D18 has exactly one recipient, whatever subject and page say', async () => {
    const running = await start();
    const evil =
      'x\r\nBcc: eve@evil.example\r\nRCPT TO:<eve@evil.example>\r\n.\r\nMAIL FROM:<x@y.z>';
    await running.deliver(target(), {
      message: priceAlert({ title: evil.slice(0, 190), summary: evil }),
      template: { subject: `${evil.slice(0, 80)} {title}`, body: `.\r\n${evil}\r\n.\r\nQUIT` },
    });
    assert.equal(smtp.mails.length, 1);
    assert.deepEqual(smtp.mails[0]?.to, ['ann@example.org']);
    const [headers = ''] = (smtp.mails[0]?.raw ?? '').split('\r\n\r\n');
    assert.doesNotMatch(headers, /^Bcc:/im);
  });

  it('comes back later after a 4xx reply', async () => {
    const running = await start();
    smtp.script({ at: 'data', code: 451, text: 'Try again later' });
    assert.equal(
      reasonOf(await running.deliver(target())),
      'retry: The mail server answered 451 for now: 451 Try again later',
    );
  });

  it('is rejected after a 5xx reply to the mail', async () => {
    const running = await start();
    smtp.script({ at: 'data', code: 552, text: 'Mailbox full' });
    assert.equal(
      reasonOf(await running.deliver(target())),
      'rejected: The mail server refused the mail: 552 Mailbox full',
    );
  });

  it('is rejected when no recipient is taken', async () => {
    const running = await start();
    smtp.script({ at: 'recipient', code: 550, text: 'No such user' });
    assert.match(reasonOf(await running.deliver(target())), /^rejected: .*550/);
  });

  it('is unknown when the server resets the connection after the mail', async () => {
    const running = await start();
    smtp.script({ at: 'data', then: 'reset' });
    assert.equal((await running.deliver(target())).kind, 'unknown');
  });

  it('is unknown when the server does not answer the mail in time', async () => {
    const running = await start();
    smtp.script({ at: 'data', then: 'hang' });
    assert.equal((await running.deliver(target(), { timeoutMs: 500 })).kind, 'unknown');
  });

  it('comes back later when the connection is reset before the mail', async () => {
    const running = await start();
    smtp.script({ at: 'sender', then: 'reset' });
    assert.equal((await running.deliver(target())).kind, 'retry');
  });

  it('comes back later when the server cannot be reached', async () => {
    const running = await start({}, { SMTP_PORT: '9' });
    assert.match(
      reasonOf(await running.deliver(target())),
      /^retry: The mail server cannot be reached/,
    );
  });
});
