import assert from 'node:assert/strict';
import { startSmtp, type FakeSmtp } from '../../../scripts/testing/mail/smtp.ts';
import {
  makeCertificate,
  trust,
  type TestCertificate,
} from '../../../scripts/testing/certificate.ts';
import { startNotificationUnderTest } from '../../../scripts/testing/notificationService.ts';
import {
  INVITATION_MAIL_PATH,
  accountMailResult,
  type InvitationMailRequest,
} from '../../core/contracts/accountMail.ts';
import { renderHtml } from '../html.ts';
import { plainText } from '../template.ts';
import { renderInvitation } from './invitation.ts';

const LINK = 'https://mon.example';
const mail: InvitationMailRequest = {
  deliveryId: '01930000-0000-7000-8000-00000000e002',
  to: 'bob@example.org',
  inviter: 'Ann',
  workspace: 'Shop',
  role: 'editor',
  expiresAt: '2026-03-08T12:00:00Z',
  link: LINK,
  unsubscribeLink: `${LINK}/unsubscribe?token=_invitations.x.y`,
  timeoutMs: 5_000,
};

describe('a mail that invites', () => {
  it('says who invites, to what and as what, by which address, and until when', () => {
    const { subject, body } = renderInvitation(mail);
    assert.equal(subject, '[duckmon] “Ann” invited you to “Shop” as editor');
    const text = plainText(body);
    assert.match(text, /sign in with this address, bob@example\.org/);
    assert.match(text, /good until 2026-03-08 12:00 UTC/);
  });

  it('has words where those who named themselves left none', () => {
    const { subject } = renderInvitation({ ...mail, inviter: ' ', workspace: '' });
    assert.equal(subject, '[duckmon] Somebody invited you to a workspace as editor');
  });

  it('D17 D18 links to the dashboard and to nothing that a name brings along', () => {
    const said = renderInvitation({
      ...mail,
      inviter: 'win https://evil.example/x\r\nBcc: eve@evil.example <b>{{7*7}}</b>',
      workspace: '[free](http://evil.example) evil.example',
    });
    assert.doesNotMatch(said.subject, /[\r\n]|https?:/);
    const html = renderHtml(said);
    assert.doesNotMatch(html, /<b>/);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    assert.deepEqual(links, [`${LINK}/`]);
  });

  describe('by the installation’s own mail', () => {
    let certificate: TestCertificate;
    let distrust: () => void;
    let smtp: FakeSmtp;

    before(async () => {
      certificate = makeCertificate();
      distrust = trust(certificate);
      smtp = await startSmtp({ certificate });
    });
    after(async () => {
      distrust();
      await smtp.stop();
    });

    it('lets its reader end such mails by one click, and leaves no word of it in the log', async () => {
      const service = await startNotificationUnderTest({
        SMTP_HOST: 'localhost',
        SMTP_PORT: String(smtp.port),
      });
      const { kind } = await service.client.post(INVITATION_MAIL_PATH, mail, accountMailResult);
      await service.stop();
      const raw = (smtp.mails[0]?.raw ?? '').replaceAll(/\r\n[ \t]+/g, ' ');
      assert.deepEqual([kind, smtp.mails[0]?.to], ['accepted', ['bob@example.org']]);
      assert.match(raw, /^List-Unsubscribe: <https:\/\/mon\.example\/unsubscribe\?token=/m);
      assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
      assert.match(service.lines.join(), /account-mail\.attempt.*accepted/);
      assert.doesNotMatch(service.lines.join(), /bob@example|Shop|Ann/);
    });
  });
});
