import assert from 'node:assert/strict';
import { newId } from '../../core/ids.ts';
import { enqueueAccountMail } from '../../store/accountMails.ts';
import { claimAccountMails } from '../../store/accountMailsOutbox.ts';
import { insertRow } from '../../store/testing/rows.ts';
import { withTransaction } from '../../store/workspace.ts';
import { recover } from '../sweep/sweep.ts';
import { createTakeOver } from '../sweep/takeOver.ts';
import { HOUR, MINUTE, createWorld, later, type Row, type World } from '../testing/world.ts';
import { MAILS_AN_HOUR, dispatchAccountMails } from './dispatch.ts';

describe('mails about accounts', () => {
  let world: World;
  let ann: string;

  beforeEach(async () => {
    world = await createWorld();
    ann = await person('ann@example.org');
  });
  afterEach(() => world.close());

  async function person(email: string | null): Promise<string> {
    const id = newId();
    await insertRow(world.db.pool('mon_api'), 'users', {
      id,
      issuer: 'https://accounts.example',
      subject: id,
      email,
      display_name: 'U',
      created_at: world.clock.now(),
    });
    return id;
  }
  const tell = (userId = ann, token = 'ci'): Promise<void> =>
    withTransaction(world.db.pool('mon_api'), (tx) =>
      enqueueAccountMail(tx, {
        userId,
        key: newId(),
        at: world.clock.now(),
        notice: { kind: 'refreshReused', token, workspace: 'team' },
      }),
    );
  const never = new AbortController().signal;
  const dispatch = (): Promise<number> => dispatchAccountMails(world.deps, never);
  const dispatchAll = async (): Promise<void> => {
    while ((await dispatch()) > 0);
  };
  const rows = async (): Promise<Row[]> =>
    (await world.db.pool('postgres').query<Row>('SELECT * FROM account_mails ORDER BY created_at'))
      .rows;
  const only = async (): Promise<Row> => (await rows())[0] ?? {};

  it('go to the person, under the id of their row, with a link to the dashboard', async () => {
    await tell();
    await dispatchAll();
    const [mail] = world.notification.accountMails;
    assert.deepEqual(
      [mail?.to, mail?.deliveryId, mail?.link],
      ['ann@example.org', (await only())['id'], 'http://127.0.0.1:3000'],
    );
    assert.deepEqual(mail?.notices, [
      {
        at: world.clock.now().toISOString(),
        notice: { kind: 'refreshReused', token: 'ci', workspace: 'team' },
      },
    ]);
    assert.deepEqual([(await only())['state'], (await only())['attempts']], ['sent', 1]);
    assert.equal(await world.metric('mon_account_mails_total', { result: 'accepted' }), 1);
  });

  it('are kept and tried never again where the installation has no mail, and are counted', async () => {
    world.notification.respondToAccountMails({ kind: 'notConfigured', reason: 'set SMTP_HOST' });
    await tell();
    await dispatchAll();
    const { state, last_error: why, next_attempt_at: next } = await only();
    assert.deepEqual([state, why, next], ['notConfigured', 'set SMTP_HOST', null]);
    world.clock.advance(24 * HOUR);
    assert.equal(await dispatch(), 0);
    assert.equal(await world.metric('mon_account_mails_total', { result: 'notConfigured' }), 1);
  });

  it('say so where no provider has verified an address', async () => {
    await tell(await person(null));
    await dispatchAll();
    const { state, last_error: why } = await only();
    assert.equal(state, 'noAddress');
    assert.match(String(why), /No sign-in provider has verified/);
    assert.equal(world.notification.accountMails.length, 0);
  });

  it('are tried again after Retry-After, not before', async () => {
    world.notification.respondToAccountMails({
      kind: 'retry',
      reason: '429',
      retryAfterSeconds: 120,
    });
    await tell();
    await dispatch();
    assert.deepEqual((await only())['next_attempt_at'], later(world.clock.now(), 120_000));
    assert.equal(await dispatch(), 0);
    world.notification.respondToAccountMails({ kind: 'accepted', providerId: null });
    world.clock.advance(120_000);
    await dispatch();
    assert.deepEqual([(await only())['state'], (await only())['attempts']], ['sent', 2]);
  });

  it('are dead letters with their reason when they are refused, and after a day', async () => {
    world.notification.respondToAccountMails({ kind: 'rejected', reason: 'no such mailbox' });
    await tell();
    await dispatchAll();
    assert.deepEqual(
      [(await only())['state'], (await only())['last_error']],
      ['dead', 'no such mailbox'],
    );
    world.notification.respondToAccountMails({
      kind: 'retry',
      reason: '500',
      retryAfterSeconds: null,
    });
    world.clock.advance(MINUTE);
    await tell();
    for (let hours = 0; hours <= 25; hours += 1) {
      await dispatchAll();
      world.clock.advance(HOUR);
    }
    assert.match(String((await rows())[1]?.['last_error']), /Given up after 24 h: 500/);
    assert.equal(await world.metric('mon_account_mails_total', { result: 'dead' }), 2);
  });

  it('are asked for when nobody knows, and sent once more only when nobody can say', async () => {
    world.notification.respondToAccountMails('drop');
    world.notification.reconciled('delivered');
    await tell();
    await dispatchAll();
    assert.deepEqual(world.notification.asked, [(await only())['id']]);
    assert.deepEqual(
      [(await only())['state'], world.notification.accountMails.length],
      ['sent', 1],
    );
    world.notification.reconciled('unsupported');
    world.clock.advance(MINUTE);
    await tell();
    await dispatch();
    world.notification.respondToAccountMails({ kind: 'accepted', providerId: null });
    await dispatchAll();
    assert.deepEqual(
      [(await rows())[1]?.['state'], world.notification.accountMails.length],
      ['sent', 3],
    );
  });

  it('are pending when notification was not reached at all', async () => {
    await world.notification.stop();
    await tell();
    await dispatch();
    assert.equal((await only())['state'], 'pending');
  });

  it('A9 are asked for, not sent again, by who takes over after a crash behind the send', async () => {
    await tell();
    world.notification.reconciled('delivered');
    await world.crashAt('account-mail.after-send', dispatch);
    await recover(world.deps);
    await dispatchAll();
    assert.deepEqual(
      [(await only())['state'], world.notification.accountMails.length],
      ['sent', 1],
    );
  });

  it('A9 are sent by who takes over after a crash between the claim and the send', async () => {
    await tell();
    world.notification.reconciled('unsupported');
    await world.crashAt('account-mail.after-claim', dispatch);
    assert.equal(await dispatch(), 0);
    await recover(world.deps);
    await dispatchAll();
    assert.deepEqual(
      [(await only())['state'], world.notification.accountMails.length],
      ['sent', 1],
    );
  });

  it('defect: A9 are taken over from a scheduler of another name that had nothing else in hand', async () => {
    await tell();
    world.notification.reconciled('delivered');
    await claimAccountMails(world.pool, {
      now: world.clock.now(),
      leaseMs: HOUR,
      limit: 8,
      owner: 'two',
    });
    const look = createTakeOver(world.deps, () => undefined);
    await look();
    assert.equal(await dispatch(), 0);
    await look();
    await dispatchAll();
    assert.equal((await only())['state'], 'sent');
  });

  it('flood nobody: six an hour, and the next one tells of all that came since', async () => {
    const told = 40;
    for (let nth = 0; nth < told; nth += 1) {
      await tell(ann, `token-${nth}`);
      await dispatchAll();
      world.clock.advance(1_000);
    }
    assert.equal(world.notification.accountMails.length, MAILS_AN_HOUR);
    world.clock.advance(HOUR);
    await dispatchAll();
    assert.equal(world.notification.accountMails.length, MAILS_AN_HOUR + 1);
    const last = world.notification.accountMails.at(-1);
    assert.deepEqual([last?.notices.length, last?.more], [20, told - MAILS_AN_HOUR - 20]);
    assert.ok((await rows()).every(({ state }) => state === 'sent'));
  });
});
