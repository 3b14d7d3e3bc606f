import assert from 'node:assert/strict';
import { chooseServer, type EmailTarget } from './email.ts';

describe('choosing the mail server', () => {
  const ours = {
    host: 'mail.platform.example',
    port: 587,
    tls: 'StartTls',
    user: 'u',
    password: 'platform',
  } as const;
  const email = (changes: Partial<EmailTarget> = {}): EmailTarget => ({
    type: 'Email',
    to: ['a@b.example'],
    provider: 'Smtp',
    ...changes,
  });
  const own = (username?: string): Pick<EmailTarget, 'smtp'> => ({
    smtp: {
      host: 'mail.evil.example',
      port: 587,
      startTls: true,
      ...(username === undefined ? {} : { username }),
    },
  });

  it("is the platform's when the channel names none", () => {
    assert.deepEqual(chooseServer(email(), { smtp: ours }), { ok: true, value: ours });
  });

  it("D19 never gives the platform's password to a server that a user names", () => {
    const chosen = chooseServer(email(own()), { smtp: ours });
    assert.ok(chosen.ok);
    assert.deepEqual([chosen.value.user, chosen.value.password], [undefined, undefined]);
  });

  it("D19 asks for the channel's own password when it names a user", () => {
    const chosen = chooseServer(email(own('u')), { smtp: ours });
    assert.deepEqual(chosen, {
      ok: false,
      why: 'email.smtp.username needs email.secretRef with the password',
    });
  });

  it("takes the channel's password for the channel's server", () => {
    const chosen = chooseServer(email({ ...own('me'), secret: 'mine' }), { smtp: ours });
    assert.ok(chosen.ok);
    assert.deepEqual(
      [chosen.value.user, chosen.value.password, chosen.value.tls],
      ['me', 'mine', 'StartTls'],
    );
  });

  it('says what to set when there is none', () => {
    assert.deepEqual(chooseServer(email(), { smtp: undefined }), {
      ok: false,
      why: 'No mail server is configured; set SMTP_HOST or email.smtp',
    });
  });
});
