import assert from 'node:assert/strict';
import { startSendGrid, type FakeSendGrid } from '../../../scripts/testing/mail/sendgrid.ts';
import { startSmtp, type FakeSmtp } from '../../../scripts/testing/mail/smtp.ts';
import {
  makeCertificate,
  trust,
  type TestCertificate,
} from '../../../scripts/testing/certificate.ts';
import {
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../../scripts/testing/notificationService.ts';
import {
  ACCOUNT_MAIL_PATH,
  ACCOUNT_MAIL_RECONCILE_PATH,
  accountMailReconcileResult,
  accountMailResult,
  type AccountMailRequest,
  type AccountMailResult,
} from '../../core/contracts/accountMail.ts';

const ID = '01930000-0000-7000-8000-00000000e001';

describe('mails about accounts by the installation’s own mail', () => {
  let certificate: TestCertificate;
  let distrust: () => void;
  let smtp: FakeSmtp;
  let sendGrid: FakeSendGrid;
  let service: NotificationUnderTest;

  before(async () => {
    certificate = makeCertificate();
    distrust = trust(certificate);
    sendGrid = await startSendGrid();
    smtp = await startSmtp({ certificate });
  });
  after(async () => {
    distrust();
    await Promise.all([sendGrid.stop(), smtp.stop()]);
  });
  beforeEach(() => {
    sendGrid.reset();
    smtp.reset();
  });
  afterEach(() => service.stop());

  const start = async (env: Record<string, string | undefined>): Promise<void> => {
    service = await startNotificationUnderTest({ SENDGRID_BASE_URL: sendGrid.url, ...env });
  };
  const bySmtp = (): Promise<void> =>
    start({ SMTP_HOST: 'localhost', SMTP_PORT: String(smtp.port) });
  const bySendGrid = (): Promise<void> => start({ SENDGRID_API_KEY: 'SG.platform' });
  const send = (changes: Partial<AccountMailRequest> = {}): Promise<AccountMailResult> =>
    service.client.post(
      ACCOUNT_MAIL_PATH,
      {
        deliveryId: ID,
        to: 'ann@example.org',
        notices: [{ at: '2026-03-01T12:00:00Z', notice: { kind: 'sessionsEnded' } }],
        more: 0,
        link: 'https://mon.example',
        timeoutMs: 5_000,
        ...changes,
      },
      accountMailResult,
    );
  const reconcile = async (): Promise<string> =>
    (
      await service.client.post(
        ACCOUNT_MAIL_RECONCILE_PATH,
        { deliveryId: ID },
        accountMailReconcileResult,
      )
    ).state;

  it('go by its mail server, to one recipient, as text and HTML', async () => {
    await bySmtp();
    assert.equal((await send()).kind, 'accepted');
    const [mail, ...others] = smtp.mails;
    assert.deepEqual([others.length, mail?.to], [0, ['ann@example.org']]);
    assert.equal(mail?.from, 'alerts@duckmon.example');
    assert.match(mail?.raw ?? '', /^Subject: \[duckmon\] You were signed out everywhere\r$/m);
    assert.match(mail?.raw ?? '', /text\/plain[\s\S]*text\/html/);
    assert.match(mail?.raw ?? '', new RegExp(`^Message-ID: <${ID}@duckmon\\.example>\r$`, 'm'));
    assert.doesNotMatch(mail?.raw ?? '', /unsubscribe/i);
  });

  it('go by its SendGrid account, under the id of the mail', async () => {
    await bySendGrid();
    assert.equal((await send()).kind, 'accepted');
    const [mail] = sendGrid.mails;
    assert.deepEqual([mail?.deliveryId, mail?.authorization], [ID, 'Bearer SG.platform']);
    assert.deepEqual(mail?.body['personalizations'], [{ to: [{ email: 'ann@example.org' }] }]);
  });

  it('say that there is no mail, and what to set, where there is none', async () => {
    for (const [env, why] of [
      [{}, 'neither SENDGRID_API_KEY nor SMTP_HOST is set'],
      [
        { SENDGRID_API_KEY: 'SG.x', NOTIFICATION_EMAIL: undefined },
        'NOTIFICATION_EMAIL is not set',
      ],
    ] as const) {
      await start(env);
      assert.deepEqual(await send(), {
        kind: 'notConfigured',
        reason: `This installation has no mail of its own: ${why}`,
      });
      await service.stop();
    }
    assert.deepEqual([sendGrid.mails.length, smtp.mails.length], [0, 0]);
    await start({});
  });

  it('D18 are refused for an address that is more than one', async () => {
    await bySmtp();
    for (const to of [
      'a@x.example,b@y.example',
      'a@x.example\r\nBcc: b@y.example',
      'A <a@x.example>',
    ])
      assert.equal((await send({ to })).kind, 'rejected', to);
    assert.equal(smtp.mails.length, 0);
  });

  it('pass on when a provider asks to wait', async () => {
    await bySendGrid();
    sendGrid.script({ kind: 'status', status: 429, headers: { 'retry-after': '120' } });
    const result = await send();
    assert.deepEqual(
      [result.kind, 'retryAfterSeconds' in result && result.retryAfterSeconds],
      ['retry', 120],
    );
  });

  it('are unknown when the provider took the mail and broke off, and it can be asked', async () => {
    await bySendGrid();
    sendGrid.script({ kind: 'resetAfter' });
    assert.equal((await send()).kind, 'unknown');
    assert.equal(await reconcile(), 'delivered');
  });

  it('cannot be asked for where nobody would say', async () => {
    await bySmtp();
    assert.equal(await reconcile(), 'unsupported');
    await service.stop();
    // no event of such a mail is ever kept
    await start({ SENDGRID_API_KEY: 'SG.platform', SENDGRID_WEBHOOK_PUBLIC_KEY: 'key' });
    sendGrid.allowActivity(false);
    assert.equal(await reconcile(), 'unsupported');
    sendGrid.allowActivity(true);
  });

  it('leave no address and no word of the person in the log', async () => {
    await bySmtp();
    const notice = { kind: 'refreshReused', token: 'my-secret-name', workspace: 'team' } as const;
    await send({ notices: [{ at: '2026-03-01T12:00:00Z', notice }] });
    assert.match(service.lines.join(), /account-mail\.attempt.*accepted/);
    assert.doesNotMatch(service.lines.join(), /ann@example|my-secret-name/);
    assert.match(
      await service.metrics(),
      /mon_account_mail_attempts_total\{outcome="accepted",.*\} 1/,
    );
  });
});
