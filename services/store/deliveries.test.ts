import assert from 'node:assert/strict';
import { getAlert, listAlerts } from './alerts.ts';
import type { DeliveryState } from './deliveries.ts';
import { getDelivery, listDeliveries, resendDelivery } from './deliveries.ts';
import { later, NOON } from './testing/monitors.ts';
import { at, seedAlert, seedDelivery, seedFinding } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';

describe('alerts and deliveries', () => {
  const suite = useDatabase();
  let alert = '';
  let finding = '';
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM alerts');
    finding = await suite.scheduler((tx) => seedFinding(tx));
    alert = await suite.scheduler((tx) => seedAlert(tx, { finding_id: finding }));
  });
  const deliver = (row: object) =>
    suite.scheduler((tx) => seedDelivery(tx, { alert_id: alert, ...row }));
  const resend = (id: string) => suite.api((tx) => resendDelivery(tx, 'team', id, NOON));

  it('lists alerts newest first, of one finding on request', async () => {
    const newer = await suite.scheduler((tx) => seedAlert(tx, { created_at: at('13:00:00') }));
    const all = await suite.api((tx) => listAlerts(tx, 'team'));
    assert.deepEqual(
      all.items.map(({ id }) => id),
      [newer, alert],
    );
    const one = await suite.api((tx) => listAlerts(tx, 'team', { findingId: finding }));
    assert.deepEqual(
      one.items.map(({ id }) => id),
      [alert],
    );
  });

  it('walks all alerts once', async () => {
    for (let n = 0; n < 4; n += 1) await suite.scheduler((tx) => seedAlert(tx));
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const request = { limit: 2, cursor };
      const page = await suite.api((tx) => listAlerts(tx, 'team', request));
      page.items.forEach(({ id }) => seen.add(id));
      cursor = page.nextCursor;
    } while (cursor);
    assert.equal(seen.size, 5);
  });

  it('E1 says not found for what belongs to another workspace', async () => {
    const id = await deliver({});
    await assert.rejects(
      suite.api((tx) => getAlert(tx, 'other', alert), 'other'),
      storeError('notFound'),
    );
    await assert.rejects(
      suite.api((tx) => getDelivery(tx, 'other', id), 'other'),
      storeError('notFound'),
    );
    await assert.rejects(
      suite.api((tx) => resendDelivery(tx, 'other', id, NOON), 'other'),
      storeError('notFound'),
    );
  });

  it('reads an alert with its message', async () => {
    const read = await suite.api((tx) => getAlert(tx, 'team', alert));
    assert.deepEqual(read.message, { title: 'Price fell' });
  });

  it('lists deliveries by state, channel and alert', async () => {
    const id = await deliver({ channel: 'hook', state: 'delivered' });
    await deliver({ channel: 'mail' });
    for (const filter of [{ state: 'delivered' }, { channel: 'hook' }] as const) {
      const { items } = await suite.api((tx) => listDeliveries(tx, 'team', filter));
      assert.deepEqual(
        items.map((item) => item.id),
        [id],
      );
    }
    const both = await suite.api((tx) => listDeliveries(tx, 'team', { alertId: alert }));
    assert.equal(both.items.length, 2);
  });

  for (const state of ['dead', 'bounced', 'unknown'] satisfies DeliveryState[])
    it(`F4 sends a ${state} delivery again, with fresh attempts`, async () => {
      const id = await deliver({ state, last_error: 'refused', resent: true });
      const after = await resend(id);
      assert.deepEqual(
        [after.state, after.attempts, after.nextAttemptAt, after.lastError],
        ['pending', 0, NOON, null],
      );
    });

  for (const state of ['pending', 'sending', 'accepted', 'delivered'] satisfies DeliveryState[])
    it(`does not send a ${state} delivery twice`, async () => {
      const id = await deliver({ state });
      await assert.rejects(resend(id), storeError('invalid'));
    });

  it('sends once when two ask at the same time', async () => {
    const id = await deliver({});
    const results = await Promise.allSettled([resend(id), resend(id)]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('F6 fences a send that is still under way', async () => {
    const id = await deliver({
      state: 'unknown',
      lease_token: 4,
      lease_until: later(NOON, 60_000),
    });
    await resend(id);
    const { rows } = await suite.api((tx) =>
      tx.query('SELECT lease_token, lease_until FROM deliveries WHERE id = $1', [id]),
    );
    assert.deepEqual(rows, [{ lease_token: 5, lease_until: null }]);
  });
});
