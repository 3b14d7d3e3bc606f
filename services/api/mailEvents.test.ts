import assert from 'node:assert/strict';
import { createEventSender, sendGridEvent, type Forge } from '../../scripts/testing/mail/events.ts';
import { seedAlert, seedDelivery } from '../store/testing/rows.ts';
import { moveAddress } from '../store/recipients.ts';
import { withWorkspace } from '../store/workspace.ts';
import { readConfig } from './config.ts';
import { OLDEST_SECONDS, readBatch } from './mailEvents.ts';
import { WORKSPACE, startTestApi, type TestApi } from './testing/api.ts';
import { mailChannel } from './testing/mail.ts';

const ANN = 'ann@example.org';

describe("SendGrid's event webhook", () => {
  const sender = createEventSender();
  let api: TestApi;
  let deliveryId: string;

  before(async () => {
    api = await startTestApi({ SENDGRID_WEBHOOK_PUBLIC_KEY: sender.publicKey });
  });
  after(() => api.stop());

  beforeEach(async () => {
    await api.db.pool('postgres').query('DELETE FROM deliveries; DELETE FROM channels');
    const body = { documents: [mailChannel('ops', ANN)] };
    await api.call('POST', '/api/v1/apply', { token: api.tokens.write, body });
    deliveryId = await withWorkspace(api.db.pool('mon_scheduler'), WORKSPACE, async (tx) => {
      await moveAddress(tx, WORKSPACE, ANN, 'Confirmed', api.time.now);
      return seedDelivery(tx, { alert_id: await seedAlert(tx), channel: 'ops', state: 'accepted' });
    });
  });

  const event = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
    sendGridEvent(name, { email: ANN, deliveryId, workspace: WORKSPACE }, more);
  const post = (events: readonly object[], forge: Forge = {}): Promise<Response> =>
    sender.send(`${api.url}/api/v1/webhooks/sendgrid`, events, { at: api.time.now, ...forge });
  const state = async (): Promise<string> => {
    const { json } = await api.call('GET', '/api/v1/deliveries?channel=ops', {
      token: api.tokens.read,
    });
    const items: readonly { id: string; state: string }[] = json.items;
    return items.find(({ id }) => id === deliveryId)?.state ?? '';
  };
  const recipient = async (): Promise<string> => {
    const { text } = await api.call('GET', '/api/v1/channels/ops', { token: api.tokens.read });
    const { status } = JSON.parse(text) as { status: { recipients: { state: string }[] } };
    return status.recipients[0]?.state ?? '';
  };

  for (const [name, more, delivery, address] of [
    ['processed', {}, 'accepted', 'Confirmed'],
    ['deferred', {}, 'accepted', 'Confirmed'],
    ['delivered', {}, 'delivered', 'Confirmed'],
    ['open', {}, 'accepted', 'Confirmed'],
    ['bounce', { type: 'bounce', reason: '550 no such user' }, 'bounced', 'Bounced'],
    ['bounce', { type: 'blocked', reason: '554 refused' }, 'bounced', 'Confirmed'],
    ['dropped', { reason: 'Bounced Address' }, 'bounced', 'Bounced'],
    ['dropped', { reason: 'Spam Content' }, 'bounced', 'Confirmed'],
    ['spamreport', {}, 'accepted', 'Unsubscribed'],
    ['unsubscribe', {}, 'accepted', 'Unsubscribed'],
  ] as const)
    it(`F4 ${name} ${JSON.stringify(more)} leaves the delivery ${delivery} and the recipient ${address}`, async () => {
      assert.equal((await post([event(name, more)])).status, 204);
      assert.deepEqual([await state(), await recipient()], [delivery, address]);
    });

  it('F2 an event about a send whose outcome is unknown settles it', async () => {
    await api.db
      .pool('postgres')
      .query(`UPDATE deliveries SET state = 'unknown' WHERE id = $1`, [deliveryId]);
    await post([event('delivered')]);
    assert.equal(await state(), 'delivered');
  });

  it('F5 the same batch twice, and its events in any order, end the same', async () => {
    const batch = [event('bounce', { reason: '550' }), event('delivered'), event('processed')];
    await post(batch);
    await post(batch.toReversed());
    assert.deepEqual([await state(), await recipient()], ['bounced', 'Bounced']);
  });

  it('takes the good events of a batch whatever stands between them', async () => {
    const foreign = sendGridEvent('delivered', { email: ANN, deliveryId: 'x', workspace: '../x' });
    const { status } = await post([{ event: 7 }, foreign, 'x' as never, event('delivered')]);
    assert.deepEqual([status, await state()], [204, 'delivered']);
  });

  it('takes a batch that is larger than other bodies may be, and none beyond 2 MB', async () => {
    const fill = { reason: 'x'.repeat(1000) };
    const many = Array.from({ length: 1000 }, () => ({ ...event('delivered'), ...fill }));
    assert.equal((await post(many)).status, 204);
    assert.equal(await state(), 'delivered');
    assert.equal((await post([...many, ...many])).status, 413);
  });

  describe('refuses with 401 and one body', () => {
    const other = createEventSender();
    const signature = 'X-Twilio-Email-Event-Webhook-Signature';
    const cases: Readonly<Record<string, () => Promise<Response>>> = {
      'a body that was changed': () =>
        post([event('bounce')], { body: JSON.stringify([event('bounce')]) }),
      'no signature': () => post([event('bounce')], { headers: { [signature]: undefined } }),
      'a signature that is no signature': () =>
        post([event('bounce')], { headers: { [signature]: 'AAAA' } }),
      'a body that is no JSON': () => post([], { body: '{' }),
      'no body': () => post([], { body: '' }),
      'a signature of another key': () =>
        other.send(`${api.url}/api/v1/webhooks/sendgrid`, [event('bounce')], { at: api.time.now }),
      'a batch that is too old': () =>
        post([event('bounce')], {
          at: new Date(api.time.now.getTime() - (OLDEST_SECONDS + 1) * 1000),
        }),
      'a batch of the future': () =>
        post([event('bounce')], { at: new Date(api.time.now.getTime() + 302_000) }),
    };
    for (const [what, run] of Object.entries(cases))
      it(`F5 ${what}`, async () => {
        const response = await run();
        const { error } = (await response.json()) as { error: { code: string; message: string } };
        assert.deepEqual(
          [response.status, error.code, error.message],
          [401, 'unauthorized', 'Sign in, or send a valid bearer token'],
        );
        assert.deepEqual([await state(), await recipient()], ['accepted', 'Confirmed']);
      });
  });

  it('is not there without a key, exactly as a path that does not exist', async () => {
    const bare = await startTestApi();
    try {
      const ask = async (path: string): Promise<unknown[]> => {
        const response = await sender.send(`${bare.url}/api/v1/webhooks/${path}`, [
          event('delivered'),
        ]);
        const { error } = (await response.json()) as { error: { code: string; message: string } };
        return [response.status, error.code, error.message];
      };
      assert.deepEqual(await ask('sendgrid'), await ask('nothing'));
      assert.equal((await ask('sendgrid'))[0], 404);
    } finally {
      await bare.stop();
    }
  });

  it('says at the start when the key is none', () => {
    const env = {
      KEYS_FILE: '/k',
      DATABASE_URL: 'postgresql://x',
      SENDGRID_WEBHOOK_PUBLIC_KEY: 'abc',
    };
    assert.throws(
      () => readConfig(env),
      /SENDGRID_WEBHOOK_PUBLIC_KEY must be the verification key/,
    );
  });

  it('reads nothing from a batch that is no list', () => {
    assert.equal(readBatch(Buffer.from('{"event":"delivered"}')).size, 0);
  });
});
