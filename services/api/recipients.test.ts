import assert from 'node:assert/strict';
import { WAKE_PATH } from '../core/contracts/scheduler.ts';
import { listSecretRecipients, moveAddress, type RecipientState } from '../store/recipients.ts';
import { noteMailed } from '../store/recipientsAsked.ts';
import { unsubscribeToken } from '../store/recipientsLink.ts';
import { withWorkspace } from '../store/workspace.ts';
import { WORKSPACE, startTestApi, type Answer, type TestApi } from './testing/api.ts';
import { mailChannel } from './testing/mail.ts';

const ANN = 'ann@example.org';
const BOB = 'bob@example.org';

interface Status {
  readonly recipients?: readonly { readonly address: string; readonly state: string }[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message?: string;
  }[];
  readonly failed24h: number;
}

describe('recipients of mail', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.stop());
  beforeEach(async () => {
    await api.db.pool('postgres').query('DELETE FROM deliveries; DELETE FROM channels');
    await apply(ANN, BOB);
  });

  const apply = (...to: string[]): Promise<Answer> =>
    api.call('POST', '/api/v1/apply', {
      token: api.tokens.write,
      body: { documents: [mailChannel('ops', ...to)] },
    });
  const inTeam = <T>(work: Parameters<typeof withWorkspace<T>>[2]): Promise<T> =>
    withWorkspace(api.db.pool('mon_scheduler'), WORKSPACE, work);
  const move = (address: string, state: RecipientState): Promise<string[]> =>
    inTeam((tx) => moveAddress(tx, WORKSPACE, address, state, api.time.now));
  const status = async (): Promise<Status> => {
    const { text } = await api.call('GET', '/api/v1/channels/ops', { token: api.tokens.read });
    return (JSON.parse(text) as { status: Status }).status;
  };
  const condition = async (type: string): Promise<(string | undefined)[]> => {
    const found = (await status()).conditions.find((each) => each.type === type);
    return [found?.status, found?.reason, found?.message];
  };
  const states = async (): Promise<string[]> =>
    ((await status()).recipients ?? []).map(({ state }) => state);

  describe('in the status of the channel', () => {
    it('are pending after it was applied, and the channel is not ready', async () => {
      assert.deepEqual((await status()).recipients, [
        { address: ANN, state: 'Pending' },
        { address: BOB, state: 'Pending' },
      ]);
      const message = `Not confirmed: ${ANN} (Pending), ${BOB} (Pending); alerts are held until somebody confirms by the link that was sent.`;
      assert.deepEqual(await condition('RecipientsConfirmed'), ['False', 'NoneConfirmed', message]);
      assert.deepEqual(await condition('Ready'), ['False', 'NoneConfirmed', message]);
    });

    it('make it ready by the first confirmation, and name who is missing', async () => {
      await move(ANN, 'Confirmed');
      assert.deepEqual(await condition('Ready'), ['True', 'Ready', undefined]);
      assert.deepEqual(await condition('RecipientsConfirmed'), [
        'False',
        'SomeNotConfirmed',
        `Not confirmed: ${BOB} (Pending); the others get alerts.`,
      ]);
      await move(BOB, 'Confirmed');
      assert.deepEqual((await condition('RecipientsConfirmed')).slice(0, 2), ['True', 'Confirmed']);
    });

    it('stand in the list of channels, too', async () => {
      const { text } = await api.call('GET', '/api/v1/channels', { token: api.tokens.read });
      const { items } = JSON.parse(text) as { items: { status: Status }[] };
      assert.equal(items[0]?.status.recipients?.length, 2);
    });

    it('are counted when deliveries fail', async () => {
      assert.deepEqual((await condition('Delivering')).slice(0, 2), ['Unknown', 'NothingSent']);
      const now = api.time.now;
      await api.db
        .pool('postgres')
        .query(`UPDATE deliveries SET state = 'dead', updated_at = $1`, [now]);
      await api.db
        .pool('postgres')
        .query(`UPDATE channels SET last_delivery_at = $1, last_delivery_result = 'dead'`, [now]);
      assert.deepEqual(await condition('Delivering'), [
        'False',
        'LastDeliveryFailed',
        '2 deliveries failed in the last 24 hours; see the deliveries of this channel.',
      ]);
      assert.equal((await status()).failed24h, 2);
    });
  });

  it('are asked by deliveries that say for whom they are', async () => {
    const { text } = await api.call('GET', '/api/v1/deliveries?channel=ops', {
      token: api.tokens.read,
    });
    const { items } = JSON.parse(text) as {
      items: { recipient: string; alertId: null; state: string }[];
    };
    assert.deepEqual(items.map(({ recipient }) => recipient).sort(), [ANN, BOB]);
    assert.ok(items.every(({ alertId, state }) => alertId === null && state === 'pending'));
  });

  it('are not asked by a dry run', async () => {
    await api.db.pool('postgres').query('DELETE FROM deliveries');
    const body = { documents: [mailChannel('tried', 'x@example.org')], dryRun: true };
    await api.call('POST', '/api/v1/apply', { token: api.tokens.write, body });
    const { rowCount } = await api.db.pool('postgres').query('SELECT 1 FROM deliveries');
    assert.equal(rowCount, 0);
  });

  describe('confirm', () => {
    const confirm = (token: string, method = 'POST'): Promise<Answer> =>
      api.call(method, '/api/v1/confirm-recipient', method === 'GET' ? {} : { body: { token } });

    it('by posting the token of the mail, once; held alerts are looked at', async () => {
      const token = await api.oneTimeToken('confirm-recipient', ANN);
      api.sent.length = 0;
      const first = await confirm(token);
      assert.deepEqual(
        [first.status, first.json],
        [200, { address: ANN, workspace: WORKSPACE, channels: ['ops'] }],
      );
      assert.deepEqual(
        api.sent.map(([, path]) => path),
        [WAKE_PATH],
      );
      assert.equal((await confirm(token)).status, 404);
      assert.deepEqual(await states(), ['Confirmed', 'Pending']);
    });

    it('by nothing that a scanner does: a GET changes nothing', async () => {
      await api.oneTimeToken('confirm-recipient', ANN);
      assert.equal((await confirm('', 'GET')).status, 404);
      assert.deepEqual(await states(), ['Pending', 'Pending']);
    });

    it('A15 not by a token of another purpose, nor by one that nobody issued', async () => {
      for (const token of [await api.oneTimeToken('acknowledge', ANN), 'x'.repeat(43)])
        assert.equal((await confirm(token)).status, 404);
      assert.deepEqual(await states(), ['Pending', 'Pending']);
    });

    it('not by a token that is too old', async () => {
      const token = await api.oneTimeToken('confirm-recipient', ANN);
      const { now } = api.time;
      api.time.now = new Date(now.getTime() + 3_600_001);
      assert.equal((await confirm(token)).status, 404);
      api.time.now = now;
    });

    it('not any more once the address was taken out', async () => {
      const token = await api.oneTimeToken('confirm-recipient', ANN);
      await apply(BOB);
      assert.equal((await confirm(token)).status, 404);
    });

    it('is written to the audit log', async () => {
      await confirm(await api.oneTimeToken('confirm-recipient', ANN));
      const rows = await inTeam((tx) =>
        tx.query(
          `SELECT actor, subject FROM audit WHERE action = 'confirm recipient' ORDER BY seq DESC LIMIT 1`,
        ),
      );
      assert.deepEqual(rows.rows, [{ actor: 'link', subject: 'NotificationChannel/ops' }]);
    });
  });

  describe('unsubscribe', () => {
    const tokenOf = async (address: string): Promise<string> => {
      const all = await inTeam((tx) => listSecretRecipients(tx, WORKSPACE, 'ops'));
      const found = all.find((each) => each.address === address);
      assert.ok(found);
      return unsubscribeToken(WORKSPACE, found);
    };
    const post = (token: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${api.url}/api/v1/unsubscribe?token=${token}`, { method: 'POST', ...init });

    it('by one click of a mail program (RFC 8058), without cookie or page', async () => {
      await move(ANN, 'Confirmed');
      const response = await post(await tokenOf(ANN), {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'List-Unsubscribe=One-Click',
      });
      assert.deepEqual(
        [response.status, await response.json()],
        [200, { address: ANN, channel: 'ops' }],
      );
      assert.deepEqual(await states(), ['Unsubscribed', 'Pending']);
    });

    it('as often as they like, by a link that never grows old', async () => {
      const token = await tokenOf(ANN);
      for (let time = 0; time < 2; time += 1) assert.equal((await post(token)).status, 200);
    });

    it('by nothing that a scanner does: a GET changes nothing', async () => {
      await post(await tokenOf(ANN), { method: 'GET' });
      assert.deepEqual(await states(), ['Pending', 'Pending']);
    });

    it('nobody else: the link of one recipient is not that of another, and none can be made up', async () => {
      const [ann, bob] = [await tokenOf(ANN), await tokenOf(BOB)];
      const [workspace, , signature] = ann.split('.');
      const forged = [
        `${workspace}.${bob.split('.')[1]}.${signature}`,
        `team-b.${ann.split('.')[1]}.${signature}`,
        `_platform.${ann.split('.')[1]}.${signature}`,
        `${workspace}.${ann.split('.')[1]}.${'A'.repeat(43)}`,
        'x',
      ];
      for (const token of forged) assert.equal((await post(token)).status, 404, token);
      assert.deepEqual(await states(), ['Pending', 'Pending']);
    });
  });

  describe('are asked once more', () => {
    const again = (address: string, token = api.tokens.write): Promise<Answer> =>
      api.call('POST', '/api/v1/channels/ops/recipients/resend', { token, body: { address } });
    const mailed = (ms: number): Promise<void> =>
      inTeam(async (tx) => {
        await tx.query(
          `UPDATE deliveries SET state = 'accepted', next_attempt_at = NULL WHERE recipient = $1`,
          [ANN],
        );
        const { rows } = await tx.query<{ id: string }>(
          'SELECT id FROM deliveries WHERE recipient = $1',
          [ANN],
        );
        const at = new Date(api.time.now.getTime() - ms);
        for (const { id } of rows) await noteMailed(tx, WORKSPACE, id, at);
      });

    it('an hour after the last mail, not before', async () => {
      await mailed(60_000);
      const early = await again(ANN);
      assert.deepEqual([early.status, early.headers.get('retry-after')], [429, '3540']);
      await mailed(3_600_000);
      assert.deepEqual((await again(ANN)).json, { address: ANN, state: 'Pending' });
    });

    it('not while a mail is on its way', async () => {
      assert.equal((await again(ANN)).status, 409);
    });

    it('after their address bounced: then they are pending again', async () => {
      await mailed(3_600_000);
      await move(ANN, 'Bounced');
      assert.equal((await again(ANN)).status, 202);
      assert.deepEqual(await states(), ['Pending', 'Pending']);
    });

    for (const [state, word] of [
      ['Confirmed', /has confirmed already/],
      ['Unsubscribed', /has unsubscribed; when that person asks/],
    ] as const)
      it(`never when they are ${state}`, async () => {
        await mailed(3_600_000);
        await move(ANN, state);
        const { status: code, json } = await again(ANN);
        assert.equal(code, 409);
        assert.match((json as { error: { message: string } }).error.message, word);
      });

    it('E1 by nobody of another workspace', async () => {
      await mailed(3_600_000);
      assert.equal((await again(ANN, api.tokens.other)).status, 404);
    });

    it('only when they are recipients', async () => {
      assert.equal((await again('eve@example.org')).status, 404);
    });
  });
});
