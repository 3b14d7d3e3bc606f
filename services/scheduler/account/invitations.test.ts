import assert from 'node:assert/strict';
import { newId } from '../../core/ids.ts';
import { enqueueInvitationMail } from '../../store/invitationMails.ts';
import { insertRow } from '../../store/testing/rows.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { HOUR, createWorld, type Row, type World } from '../testing/world.ts';
import { dispatchAccountMails } from './dispatch.ts';

describe('mails that invite', () => {
  let world: World;
  let ann: string;

  beforeEach(async () => {
    world = await createWorld();
    ann = newId();
    await insertRow(world.db.pool('mon_api'), 'users', {
      id: ann,
      issuer: 'https://accounts.example',
      subject: ann,
      email: 'ann@example.org',
      display_name: 'Ann',
      created_at: world.clock.now(),
    });
  });
  afterEach(() => world.close());

  const invite = (address: string): Promise<unknown> =>
    withWorkspace(world.db.pool('mon_api'), 'team', async (tx) => {
      const [id, now] = [newId(), world.clock.now()];
      await insertRow(tx, 'invitations', {
        workspace_id: 'team',
        id,
        address,
        role: 'viewer',
        token_hash: Buffer.from(id),
        invited_by: ann,
        created_at: now,
        expires_at: new Date(now.getTime() + 24 * HOUR),
      });
      return enqueueInvitationMail(tx, { id, address, now });
    });
  const dispatchAll = async (): Promise<void> => {
    while ((await dispatchAccountMails(world.deps, new AbortController().signal)) > 0);
  };
  const only = async (): Promise<Row> =>
    (await world.db.pool('postgres').query<Row>('SELECT * FROM account_mails')).rows[0] ?? {};

  it('go to the address under the id of their row, with the dashboard and the page that ends them', async () => {
    await invite('bob@example.org');
    await dispatchAll();
    const [mail, ...others] = world.notification.invitationMails;
    assert.ok(mail);
    const { unsubscribeLink, timeoutMs: _, expiresAt: __, ...said } = mail;
    assert.deepEqual([others, world.notification.accountMails], [[], []]);
    assert.deepEqual(said, {
      deliveryId: (await only())['id'],
      to: 'bob@example.org',
      inviter: 'Ann',
      workspace: 'team',
      role: 'viewer',
      link: 'http://127.0.0.1:3000',
    });
    assert.match(unsubscribeLink, /^http:\/\/127\.0\.0\.1:3000\/unsubscribe\?token=_invitations\./);
    assert.equal((await only())['state'], 'sent');
  });

  it('are dead letters with the reason, and nothing is sent, once the invitation is over', async () => {
    await invite('bob@example.org');
    await world.db.pool('postgres').query('UPDATE invitations SET revoked_at = now()');
    await dispatchAll();
    const { state, last_error: why } = await only();
    assert.deepEqual([state, why], ['dead', 'The invitation was over before its mail went out']);
    assert.deepEqual(world.notification.invitationMails, []);
  });

  it('are tried again as other mails are, and count once for their address', async () => {
    world.notification.respondToAccountMails({
      kind: 'retry',
      reason: '500',
      retryAfterSeconds: 1,
    });
    await invite('bob@example.org');
    for (let nth = 0; nth < 7; nth += 1) {
      await dispatchAll();
      world.clock.advance(HOUR);
    }
    world.notification.respondToAccountMails({ kind: 'accepted', providerId: null });
    await dispatchAll();
    assert.deepEqual([(await only())['state'], (await only())['attempts']], ['sent', 8]);
  });

  it('say that the installation has no mail of its own', async () => {
    world.notification.respondToAccountMails({ kind: 'notConfigured', reason: 'set SMTP_HOST' });
    await invite('bob@example.org');
    await dispatchAll();
    const { state, last_error: why } = await only();
    assert.deepEqual([state, why], ['notConfigured', 'set SMTP_HOST']);
  });
});
