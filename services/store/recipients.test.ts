import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import { applyChannel, deleteChannel } from './channels.ts';
import { resendDelivery } from './deliveries.ts';
import { migrate, migrationsFolder } from './migrate.ts';
import type { EditGuard } from './monitors.ts';
import {
  findRecipientById,
  getRecipient,
  listRecipients,
  listSecretRecipients,
  moveAddress,
  type RecipientState,
} from './recipients.ts';
import {
  ASKS_A_DAY,
  ASK_EVERY_MS,
  askableAt,
  isAsking,
  nextAsk,
  noteMailed,
} from './recipientsAsked.ts';
import { isSignedFor, readUnsubscribeToken, unsubscribeToken } from './recipientsLink.ts';
import { NOON, later } from './testing/monitors.ts';
import { seedAlert, seedDelivery } from './testing/rows.ts';
import { storeError, untilBlocked, useDatabase } from './testing/suite.ts';

const HOUR = 3_600_000;
const person: EditGuard = { managedBy: null };
const mail = (...to: string[]): NotificationChannelSpec => ({
  type: 'Email',
  email: { to, provider: 'SendGrid' },
  suspend: false,
});

describe('the recipients of a channel', () => {
  const suite = useDatabase();
  let name = '';
  beforeEach(async () => {
    name = `c-${randomUUID().slice(0, 8)}`;
    await suite.db.pool('postgres').query('DELETE FROM deliveries; DELETE FROM channels');
  });
  const apply = (to: string[], channel = name, workspace = 'team') =>
    suite.api(
      (tx) =>
        applyChannel(tx, workspace, { name: channel, spec: mail(...to) }, person, {
          now: NOON,
          newUid: randomUUID,
        }),
      workspace,
    );
  const states = async (channel?: string): Promise<[string, string][]> =>
    (await suite.api((tx) => listRecipients(tx, 'team', channel ?? name))).map(
      ({ address, state }) => [address, state],
    );
  const move = (address: string, state: RecipientState, channel?: string): Promise<string[]> =>
    suite.api((tx) => moveAddress(tx, 'team', address, state, NOON, channel));
  const questions = async (): Promise<string[]> => {
    const { rows } = await suite.api((tx) =>
      tx.query<{ recipient: string }>(
        'SELECT recipient FROM deliveries WHERE recipient IS NOT NULL ORDER BY recipient',
      ),
    );
    return rows.map(({ recipient }) => recipient);
  };

  it('are pending when they are new, and each is asked by one mail', async () => {
    await apply(['a@x.example', 'b@x.example', 'a@x.example']);
    assert.deepEqual(await states(), [
      ['a@x.example', 'Pending'],
      ['b@x.example', 'Pending'],
    ]);
    assert.deepEqual(await questions(), ['a@x.example', 'b@x.example']);
  });

  it('are asked no second time when the same is applied again', async () => {
    await apply(['a@x.example']);
    await apply(['a@x.example']);
    assert.deepEqual(await questions(), ['a@x.example']);
  });

  it('are not asked when what was applied is taken back', async () => {
    const failing = suite.api(async (tx) => {
      await applyChannel(tx, 'team', { name, spec: mail('a@x.example') }, person, {
        now: NOON,
        newUid: randomUUID,
      });
      throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.deepEqual(await questions(), []);
  });

  it('stay, come and go with the spec', async () => {
    await apply(['a@x.example', 'b@x.example']);
    await move('a@x.example', 'Confirmed');
    await apply(['a@x.example', 'c@x.example']);
    assert.deepEqual(await states(), [
      ['a@x.example', 'Confirmed'],
      ['c@x.example', 'Pending'],
    ]);
    assert.deepEqual(await questions(), ['c@x.example']);
  });

  it('go with the channel, and so do the mails that were not sent', async () => {
    await apply(['a@x.example']);
    await suite.api((tx) => deleteChannel(tx, 'team', name, person));
    assert.deepEqual([await states(), await questions()], [[], []]);
  });

  it('confirm for every channel of the workspace at once, and for no other workspace', async () => {
    await apply(['a@x.example']);
    await apply(['A@X.example'], 'second');
    await apply(['a@x.example'], name, 'other');
    assert.deepEqual(await move('a@x.example', 'Confirmed'), [name, 'second'].sort());
    assert.deepEqual(
      [await states(), await states('second')],
      [[['a@x.example', 'Confirmed']], [['A@X.example', 'Confirmed']]],
    );
    const foreign = await suite.api((tx) => listRecipients(tx, 'other'), 'other');
    assert.deepEqual(
      foreign.map(({ state }) => state),
      ['Pending'],
    );
    assert.deepEqual(await questions(), []);
  });

  it('keep their no: neither a bounce nor a late yes undoes it', async () => {
    await apply(['a@x.example']);
    await move('a@x.example', 'Unsubscribed', name);
    assert.deepEqual(await move('a@x.example', 'Confirmed'), []);
    assert.deepEqual(await move('a@x.example', 'Bounced'), []);
    assert.deepEqual(await move('a@x.example', 'Pending'), []);
    assert.deepEqual(await states(), [['a@x.example', 'Unsubscribed']]);
  });

  it('that bounced may be asked again', async () => {
    await apply(['a@x.example']);
    await move('a@x.example', 'Bounced');
    assert.deepEqual(await questions(), []);
    assert.deepEqual(await move('a@x.example', 'Pending', name), [name]);
  });

  it('that confirm make the alerts due that waited for them, and no others', async () => {
    await apply(['a@x.example']);
    const seed = (row: Record<string, unknown>): Promise<string> =>
      suite.scheduler(async (tx) =>
        seedDelivery(tx, {
          alert_id: await seedAlert(tx),
          channel: name,
          state: 'pending',
          next_attempt_at: later(NOON, HOUR),
          ...row,
        }),
      );
    const held = await seed({ attempts: 0 });
    await seed({ attempts: 3 });
    await seed({ attempts: 0, channel: 'another' });
    await move('a@x.example', 'Confirmed');
    const { rows } = await suite.api((tx) =>
      tx.query<{ id: string }>('SELECT id FROM deliveries WHERE next_attempt_at = $1', [NOON]),
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      [held],
    );
  });

  it('says not found for a recipient that the channel does not have', async () => {
    await apply(['a@x.example']);
    const get = suite.api((tx) => getRecipient(tx, 'team', name, 'b@x.example'));
    await assert.rejects(get, storeError('notFound'));
  });

  it('E9 have an unsubscribe link that is good for themselves alone', async () => {
    await apply(['a@x.example', 'b@x.example']);
    const [a, b] = await suite.api((tx) => listSecretRecipients(tx, 'team', name));
    assert.ok(a && b);
    const token = readUnsubscribeToken(unsubscribeToken('team', a));
    assert.ok(token);
    assert.deepEqual([isSignedFor(token, a), isSignedFor(token, b)], [true, false]);
    assert.equal(isSignedFor({ ...token, workspace: 'other' }, a), false);
    const found = await suite.api((tx) => findRecipientById(tx, 'team', token.recipientId));
    assert.equal(found?.address, 'a@x.example');
    const foreign = await suite.api(
      (tx) => findRecipientById(tx, 'other', token.recipientId),
      'other',
    );
    assert.equal(foreign, undefined);
  });

  for (const text of ['', 'a', 'team.x.y', `team.${randomUUID()}.${'a'.repeat(42)}`, '../../etc'])
    it(`reads no unsubscribe token in ${JSON.stringify(text)}`, () => {
      assert.equal(readUnsubscribeToken(text), undefined);
    });

  describe('that are asked', () => {
    const question = async (channel = name): Promise<string> => {
      const { rows } = await suite.api((tx) =>
        tx.query<{ id: string }>(
          'SELECT id FROM deliveries WHERE channel = $1 AND recipient IS NOT NULL',
          [channel],
        ),
      );
      return rows[0]?.id ?? '';
    };
    const askable = (now: Date, except?: string): Promise<Date | undefined> =>
      suite.api((tx) => askableAt(tx, 'team', 'a@x.example', now, except));

    it('are asked once an hour, whatever channel asks and however it is written', async () => {
      await apply(['A@x.example']);
      assert.equal(await askable(NOON), undefined);
      const id = await question();
      await suite.api((tx) => noteMailed(tx, 'team', id, NOON));
      assert.deepEqual(await askable(later(NOON, HOUR - 1)), later(NOON, HOUR));
      assert.equal(await askable(later(NOON, HOUR)), undefined);
      assert.equal(await askable(NOON, id), undefined);
    });

    it('are not asked the sooner because they were taken out and added again', async () => {
      await apply(['a@x.example']);
      const id = await question();
      await suite.api((tx) => noteMailed(tx, 'team', id, NOON));
      await apply(['b@x.example']);
      await apply(['a@x.example']);
      assert.deepEqual(await askable(later(NOON, 1000)), later(NOON, HOUR));
    });

    it('that need not be asked: a mail that surely was not sent does not count', async () => {
      await apply(['a@x.example']);
      const id = await question();
      await suite.api((tx) => noteMailed(tx, 'team', id, NOON));
      await suite.api((tx) => noteMailed(tx, 'team', id, null));
      assert.equal(await askable(NOON), undefined);
    });

    it('are asked by one of two who ask at the same time: the other waits and sees it', async () => {
      await apply(['a@x.example']);
      const id = await question();
      const second = await suite.api(async (tx) => {
        await askableAt(tx, 'team', 'a@x.example', NOON);
        const asking = askable(later(NOON, 1000));
        await untilBlocked(suite.db);
        await noteMailed(tx, 'team', id, NOON);
        return { asking };
      });
      assert.deepEqual(await second.asking, later(NOON, HOUR));
    });

    it('tell whether a mail is on its way', async () => {
      await apply(['a@x.example']);
      const asking = (): Promise<boolean> =>
        suite.api((tx) => isAsking(tx, 'team', name, 'a@x.example'));
      assert.equal(await asking(), true);
      await suite.db
        .pool('postgres')
        .query(`UPDATE deliveries SET state = 'accepted', next_attempt_at = NULL`);
      assert.equal(await asking(), false);
    });

    it('are not asked again by sending the delivery again, which would pass the limit', async () => {
      await apply(['a@x.example']);
      const id = await question();
      await suite.db.pool('postgres').query(`UPDATE deliveries SET state = 'dead'`);
      const again = suite.api((tx) => resendDelivery(tx, 'team', id, NOON));
      await assert.rejects(again, storeError('invalid'));
    });

    it('never get more mails than an hour and a day allow, whenever somebody asks', () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 0, max: 48 * 60 }), { maxLength: 60 }),
          (minutes) => {
            const sent: Date[] = [];
            for (const minute of minutes.sort((a, b) => a - b)) {
              const now = later(NOON, minute * 60_000);
              const lastDay = sent.filter((at) => now.getTime() - at.getTime() < 24 * HOUR);
              if (nextAsk(lastDay.toReversed(), now) === undefined) sent.push(now);
            }
            sent.forEach((at, index) => {
              const gap = at.getTime() - (sent[index - 1]?.getTime() ?? 0);
              const dayGap = at.getTime() - (sent[index - ASKS_A_DAY]?.getTime() ?? 0);
              assert.ok(gap >= ASK_EVERY_MS && dayGap >= 24 * HOUR);
            });
          },
        ),
      );
    });
  });
});

describe('the migration to confirmed recipients', () => {
  const suite = useDatabase({ migrated: false });

  it('asks the recipients of channels that were there before, once each', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'duckmon-migrations-'));
    for (const name of readdirSync(migrationsFolder).filter((each) => each < '20261125000003'))
      cpSync(path.join(migrationsFolder, name), path.join(dir, name), { recursive: true });
    const url = suite.db.url('duckmon_owner');
    await migrate(url, { dir });
    const pool = suite.db.pool('postgres');
    await pool.query(
      `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ('team', 'Team', 'team', now())`,
    );
    const insert = (name: string, spec: NotificationChannelSpec): Promise<unknown> =>
      pool.query(
        `INSERT INTO channels (workspace_id, name, uid, spec, created_at, updated_at)
         VALUES ('team', $1, gen_random_uuid(), $2, now(), now())`,
        [name, spec],
      );
    await insert('mail', mail('a@x.example', 'b@x.example'));
    await insert('hook', {
      type: 'Webhook',
      webhook: { url: 'https://h.example/' },
      suspend: false,
    });
    await migrate(url);
    const { rows } = await pool.query(
      `SELECT r.address, r.state, d.state AS asked FROM channel_recipients r
       JOIN deliveries d ON d.channel = r.channel AND d.recipient = r.address ORDER BY r.address`,
    );
    assert.deepEqual(rows, [
      { address: 'a@x.example', state: 'Pending', asked: 'pending' },
      { address: 'b@x.example', state: 'Pending', asked: 'pending' },
    ]);
    rmSync(dir, { recursive: true });
  });
});
