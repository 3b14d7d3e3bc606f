import assert from 'node:assert/strict';
import { projectMonitor } from './projection.ts';
import { readStatusFeed } from './statusFeed.ts';
import { later, NOON, seedMonitor, testSpec } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const uid = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

describe('status feed', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM monitors'));

  const add = (at: number) =>
    suite.scheduler((tx) =>
      projectMonitor(
        tx,
        'team',
        {
          name: `m${at}`,
          uid: uid(at),
          generation: 1,
          spec: testSpec(),
          labels: {},
          annotations: {},
          runRequest: null,
          workers: null,
        },
        { now: NOON, firstDue: () => later(NOON, 60_000) },
      ),
    );
  const read = (after?: string, limit = 10) =>
    readStatusFeed(suite.db.pool('mon_scheduler'), { after, limit, now: NOON });
  const names = (page: Awaited<ReturnType<typeof read>>) => page.monitors.map(({ name }) => name);
  const set = (name: string, sql: string, ...values: unknown[]) =>
    suite.db
      .pool('mon_scheduler')
      .query(`UPDATE monitors SET ${sql} WHERE name = '${name}'`, values);

  it('tells everything to a reader who comes for the first time', async () => {
    await add(1);
    const page = await read();
    assert.deepEqual(names(page), ['m1']);
    const [monitor] = page.monitors;
    assert.equal(monitor?.uid, uid(1));
    assert.equal(monitor?.monthCostUsd, '0');
    assert.deepEqual(monitor?.nextCheckAt, later(NOON, 60_000));
    assert.equal(page.more, false);
  });

  it('says nothing new when nothing changed', async () => {
    await add(1);
    const { after } = await read();
    const next = await read(after);
    assert.deepEqual(names(next), []);
  });

  it('goes page by page without leaving one out', async () => {
    for (let at = 1; at <= 5; at += 1) await add(at);
    const seen: string[] = [];
    let page = await read(undefined, 2);
    seen.push(...names(page));
    while (page.more) {
      page = await read(page.after, 2);
      seen.push(...names(page));
    }
    assert.deepEqual(seen.toSorted(), ['m1', 'm2', 'm3', 'm4', 'm5']);
    assert.deepEqual(names(await read(page.after)), []);
  });

  it('tells of a transaction that was open when a later one was read', async () => {
    await add(1);
    await add(2);
    const { after } = await read();
    const slow = await suite.db.pool('mon_scheduler').connect();
    try {
      await slow.query('BEGIN');
      await slow.query(`UPDATE monitors SET last_outcome = 'Changed' WHERE name = 'm1'`);
      await set('m2', `last_outcome = 'Changed'`);
      const first = await read(after);
      assert.deepEqual(names(first), ['m2']);
      await slow.query('COMMIT');
      assert.ok(names(await read(first.after)).includes('m1'));
    } finally {
      slow.release();
    }
  });

  it('tells a transition at once and an uneventful check every five minutes', async () => {
    await add(1);
    await set('m1', `last_check_at = $1, last_outcome = 'Unchanged'`, NOON);
    let { after } = await read();
    await set('m1', `last_check_at = $1`, later(NOON, 60_000));
    assert.deepEqual(names(await read(after)), []);
    await set('m1', `last_check_at = $1`, later(NOON, 300_000));
    const told = await read(after);
    assert.deepEqual(names(told), ['m1']);
    ({ after } = told);
    await set('m1', `last_check_at = $1, last_outcome = 'Alerted'`, later(NOON, 301_000));
    assert.deepEqual(names(await read(after)), ['m1']);
  });

  it('hides the end of a lease', async () => {
    await add(1);
    await set('m1', 'lease_until = $1, next_due_at = $1', later(NOON, 30_000));
    assert.equal((await read()).monitors[0]?.nextCheckAt, null);
  });

  it('leaves out what was applied by hand and what is gone', async () => {
    await add(1);
    await suite.scheduler((tx) => seedMonitor(tx, { name: 'mine' }));
    await set('m1', 'deleted_at = $1', NOON);
    assert.deepEqual(names(await read()), []);
  });

  it('says that the cost is unknown when a model had no price', async () => {
    await add(1);
    const month = '2026-03-01';
    await suite.scheduler((tx) =>
      tx.query(
        `INSERT INTO budgets (workspace_id, monitor, month, spent_usd, unpriced) VALUES ('team', 'm1', $1, 0.25, false)`,
        [month],
      ),
    );
    assert.equal((await read()).monitors[0]?.monthCostUsd, '0.250000');
    await suite.scheduler((tx) => tx.query(`UPDATE budgets SET unpriced = true`));
    assert.equal((await read()).monitors[0]?.monthCostUsd, null);
  });

  it('tells everything again to a reader from before a restore', async () => {
    await add(1);
    assert.deepEqual(names(await read('18446744073709551615')), ['m1']);
  });

  it('refuses a place that it never gave out', async () => {
    await assert.rejects(read('yesterday'), storeError('invalid'));
  });
});
