import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FindingState } from '../domain/types.ts';
import type { FindingAction } from './findings.ts';
import {
  actOnFinding,
  getFinding,
  listFindingEvents,
  listFindings,
  nextState,
} from './findings.ts';
import { later, NOON } from './testing/monitors.ts';
import { seedFinding } from './testing/rows.ts';
import { storeError, untilBlocked, useDatabase } from './testing/suite.ts';

const snooze: FindingAction = { kind: 'snooze', until: later(NOON, 3_600_000) };
const acknowledge: FindingAction = { kind: 'acknowledge' };
const resolve: FindingAction = { kind: 'resolve' };
const reopen: FindingAction = { kind: 'reopen' };

describe('findings', () => {
  const suite = useDatabase();
  let id = '';
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM findings');
    id = await suite.scheduler((tx) =>
      seedFinding(tx, { next_reminder_at: NOON, reminders_sent: 2, held: true }),
    );
  });
  const act = (action: FindingAction, now = NOON, actor = 'user:anna') =>
    suite.api((tx) => actOnFinding(tx, 'team', id, action, { actor, now, newId: randomUUID }));
  const events = () => suite.api((tx) => listFindingEvents(tx, 'team', id));
  const row = async (columns: string) => {
    const { rows } = await suite.api((tx) =>
      tx.query<Record<string, unknown>>(`SELECT ${columns} FROM findings WHERE id = $1`, [id]),
    );
    return rows[0];
  };

  const table: Readonly<Record<FindingState, Readonly<Record<FindingAction['kind'], string>>>> = {
    open: { acknowledge: 'acknowledged', snooze: 'snoozed', resolve: 'resolved', reopen: 'same' },
    acknowledged: { acknowledge: 'same', snooze: 'snoozed', resolve: 'resolved', reopen: 'open' },
    snoozed: {
      acknowledge: 'acknowledged',
      snooze: 'snoozed',
      resolve: 'resolved',
      reopen: 'open',
    },
    resolved: { acknowledge: 'refused', snooze: 'refused', resolve: 'same', reopen: 'open' },
  };
  for (const [state, row] of Object.entries(table))
    for (const [action, next] of Object.entries(row))
      it(`${action} of an ${state} one: ${next}`, () => {
        assert.equal(nextState(state as FindingState, action as FindingAction['kind']), next);
      });

  it('acknowledging says who and when, and ends the reminders', async () => {
    const after = await act(acknowledge);
    assert.deepEqual(
      [after.state, after.acknowledgedAt, after.acknowledgedBy],
      ['acknowledged', NOON, 'user:anna'],
    );
    assert.deepEqual(await row('next_reminder_at'), { next_reminder_at: null });
  });

  it('acknowledging twice keeps the first person and writes one event', async () => {
    await act(acknowledge);
    const after = await act(acknowledge, later(NOON, 1_000), 'user:ben');
    assert.equal(after.acknowledgedBy, 'user:anna');
    assert.equal((await events()).length, 1);
  });

  it('two who acknowledge at the same time make one event', async () => {
    let second: Promise<unknown> = Promise.resolve();
    await suite.api(async (tx) => {
      const by = { actor: 'user:ben', now: NOON, newId: randomUUID };
      await actOnFinding(tx, 'team', id, acknowledge, by);
      second = act(acknowledge);
      await untilBlocked(suite.db);
    });
    await second;
    assert.deepEqual(
      (await events()).map(({ actor }) => actor),
      ['user:ben'],
    );
  });

  it('snoozing says until when', async () => {
    const after = await act(snooze);
    assert.deepEqual([after.state, after.snoozedUntil], ['snoozed', later(NOON, 3_600_000)]);
    assert.deepEqual((await events())[0]?.detail, { until: '2026-03-10T13:00:00.000Z' });
  });

  it('snoozing again moves the end', async () => {
    await act(snooze);
    const after = await act({ kind: 'snooze', until: later(NOON, 60_000) });
    assert.deepEqual(after.snoozedUntil, later(NOON, 60_000));
  });

  it('refuses a snooze that ends in the past', async () => {
    await assert.rejects(act({ kind: 'snooze', until: NOON }), storeError('invalid'));
  });

  it('resolving ends snooze, reminders and what was held back', async () => {
    await act(snooze);
    const after = await act(resolve);
    assert.deepEqual([after.state, after.resolvedAt, after.snoozedUntil], ['resolved', NOON, null]);
    assert.deepEqual(await row('held, next_reminder_at'), { held: false, next_reminder_at: null });
  });

  it('refuses to acknowledge what is resolved', async () => {
    await act(resolve);
    await assert.rejects(act(acknowledge), /resolved cannot become acknowledged/);
  });

  it('reopening begins anew', async () => {
    await act(acknowledge);
    await act(resolve);
    const after = await act(reopen);
    assert.deepEqual(
      [after.state, after.resolvedAt, after.acknowledgedAt, after.acknowledgedBy],
      ['open', null, null, null],
    );
    assert.deepEqual(await row('reminders_sent'), { reminders_sent: 0 });
  });

  it('keeps the story, oldest first', async () => {
    await act(acknowledge, NOON);
    await act(resolve, later(NOON, 1));
    await act(reopen, later(NOON, 2));
    assert.deepEqual(
      (await events()).map(({ kind }) => kind),
      ['acknowledge', 'resolve', 'reopen'],
    );
  });

  it('E1 says not found for a finding of another workspace and leaves it alone', async () => {
    const by = { actor: 'x', now: NOON, newId: randomUUID };
    const steal = suite.api((tx) => actOnFinding(tx, 'other', id, resolve, by), 'other');
    await assert.rejects(steal, storeError('notFound'));
    assert.equal((await suite.api((tx) => getFinding(tx, 'team', id))).state, 'open');
  });

  it('lists by state, severity and monitor', async () => {
    const other = { monitor: 'news', severity: 'critical', state: 'resolved' };
    const found = await suite.scheduler((tx) => seedFinding(tx, other));
    for (const filter of [
      { monitor: 'news' },
      { severity: 'critical' },
      { state: 'resolved' },
    ] as const) {
      const { items } = await suite.api((tx) => listFindings(tx, 'team', filter));
      assert.deepEqual(
        items.map((item) => item.id),
        [found],
      );
    }
  });

  it('walks all findings once, last seen first, those of one moment too', async () => {
    for (let n = 0; n < 6; n += 1)
      await suite.scheduler((tx) =>
        seedFinding(tx, { last_seen_at: later(NOON, (n % 2) * 1_000) }),
      );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const request = { limit: 2, cursor };
      const page = await suite.api((tx) => listFindings(tx, 'team', request));
      seen.push(...page.items.map((item) => `${item.lastSeenAt.toISOString()} ${item.id}`));
      cursor = page.nextCursor;
    } while (cursor);
    assert.equal(new Set(seen).size, 7);
    const times = seen.map((word) => word.split(' ')[0] ?? '');
    assert.deepEqual(times, [...times].sort().reverse());
  });

  it('has the fields of the API', async () => {
    const finding = await suite.api((tx) => getFinding(tx, 'team', id));
    assert.deepEqual(Object.keys(finding).sort(), [
      'acknowledgedAt',
      'acknowledgedBy',
      'checkId',
      'claims',
      'firstSeenAt',
      'id',
      'kind',
      'lastSeenAt',
      'monitor',
      'occurrence',
      'origin',
      'resolvedAt',
      'seenCount',
      'severity',
      'snoozedUntil',
      'source',
      'state',
      'subject',
      'summary',
      'title',
      'value',
      'verdict',
      'verdictId',
      'why',
    ]);
  });
});
