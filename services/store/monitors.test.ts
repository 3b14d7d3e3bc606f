import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { deleteMonitor, getMonitor, listMonitorNames, requestRun } from './monitors.ts';
import { listMonitors } from './monitorsListed.ts';
import { later, NOON, seedMonitor } from './testing/monitors.ts';
import { seedFinding } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const person = { managedBy: null };

describe('monitors', () => {
  const suite = useDatabase();
  let name = '';
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM monitors');
    name = `m-${randomUUID().slice(0, 8)}`;
    await suite.scheduler((tx) => seedMonitor(tx, { name, dueAt: later(NOON, 60_000) }));
  });
  const add = (other: string) => suite.scheduler((tx) => seedMonitor(tx, { name: other }));
  const get = () => suite.api((tx) => getMonitor(tx, 'team', name));
  const set = (sql: string, ...values: unknown[]) =>
    suite.scheduler((tx) => tx.query(`UPDATE monitors SET ${sql} WHERE name = '${name}'`, values));
  const run = (id: string, now = NOON) => suite.api((tx) => requestRun(tx, 'team', name, id, now));
  const remove = (guard: { managedBy: string | null; ifMatch?: number } = person) =>
    suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, guard));

  it('says not found for a name that is not there', async () => {
    await assert.rejects(
      suite.api((tx) => getMonitor(tx, 'team', 'nothing')),
      storeError('notFound'),
    );
  });

  it('E1 says not found for a monitor of another workspace', async () => {
    await assert.rejects(
      suite.api((tx) => getMonitor(tx, 'other', name), 'other'),
      storeError('notFound'),
    );
  });

  it('counts its findings that are not resolved', async () => {
    await suite.scheduler((tx) => seedFinding(tx, { monitor: name }));
    await suite.scheduler((tx) => seedFinding(tx, { monitor: name, state: 'resolved' }));
    assert.equal((await get()).openFindings, 1);
  });

  it('lists by name, page by page, each once', async () => {
    for (const other of ['a', 'b', 'zz']) await add(other);
    const first = await suite.api((tx) => listMonitors(tx, 'team', { limit: 3 }));
    const request = { limit: 3, cursor: first.nextCursor };
    const second = await suite.api((tx) => listMonitors(tx, 'team', request));
    const names = [...first.items, ...second.items].map((item) => item.name);
    assert.deepEqual(names, ['a', 'b', name, 'zz']);
    assert.equal(second.nextCursor, undefined);
  });

  it('goes on at the same place when the last monitor of a page was deleted', async () => {
    for (const other of ['a', 'b', 'c']) await add(other);
    const { nextCursor } = await suite.api((tx) => listMonitors(tx, 'team', { limit: 2 }));
    await suite.api((tx) => deleteMonitor(tx, 'team', 'b', NOON, person));
    const page = await suite.api((tx) =>
      listMonitors(tx, 'team', { limit: 2, cursor: nextCursor }),
    );
    assert.equal(page.items[0]?.name, 'c');
  });

  it('lists the names with the files that manage them', async () => {
    await set("managed_by = 'shop.yaml'");
    assert.deepEqual(await suite.api((tx) => listMonitorNames(tx, 'team')), [
      { name, managedBy: 'shop.yaml' },
    ]);
  });

  it('hides a deleted monitor and never claims it again', async () => {
    await remove();
    await assert.rejects(get(), storeError('notFound'));
    const { rows } = await suite.scheduler((tx) =>
      tx.query('SELECT active, next_due_at FROM monitors WHERE name = $1', [name]),
    );
    assert.deepEqual(rows, [{ active: false, next_due_at: null }]);
  });

  it('cannot delete twice', async () => {
    await remove();
    await assert.rejects(remove(), storeError('notFound'));
  });

  it('does not delete another version than the one seen', async () => {
    await assert.rejects(remove({ managedBy: null, ifMatch: 9 }), storeError('conflict'));
  });

  it('does not let a person delete what a file manages', async () => {
    await set("managed_by = 'shop.yaml'");
    await assert.rejects(remove(), storeError('conflict'));
    await remove({ managedBy: 'shop.yaml' });
  });

  it('makes a monitor due at once when a run is asked for', async () => {
    assert.equal(await run('r1'), 'r1');
    const { nextDueAt, runRequestId } = await get();
    assert.deepEqual([nextDueAt, runRequestId], [NOON, 'r1']);
  });

  it('shares a run that nobody took up yet', async () => {
    await run('r1');
    assert.equal(await run('r2'), 'r1');
  });

  it('asks anew after the last run was done', async () => {
    await run('r1');
    await set("last_handled_run_request = 'r1'");
    assert.equal(await run('r2'), 'r2');
  });

  it('waits behind a check that is in flight, for it may have fetched before the wish', async () => {
    await run('r1');
    await set('lease_until = $1, next_due_at = $1', later(NOON, 30_000));
    assert.equal(await run('r2'), 'r2');
    const { rows } = await suite.scheduler((tx) =>
      tx.query('SELECT buffered, next_due_at AS due FROM monitors WHERE name = $1', [name]),
    );
    assert.deepEqual(rows, [{ buffered: true, due: later(NOON, 30_000) }]);
  });

  it('takes an expired lease as no check in flight', async () => {
    await set('lease_until = $1', later(NOON, -1));
    await run('r1');
    assert.deepEqual((await get()).nextDueAt, NOON);
  });

  it('says that a paused monitor must be resumed first', async () => {
    await set('active = false');
    await assert.rejects(run('r1'), /is paused; resume it first/);
  });
});
