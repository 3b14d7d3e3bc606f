import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { findCheck, findCheckOfRun, getCheck, listChecks } from './checks.ts';
import { uuidTime, windowsBack } from './history.ts';
import { getSnapshot, listSnapshots } from './snapshots.ts';
import { at, seedCheck, seedSnapshot, seedVerdict } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import { getVerdict, listVerdicts } from './verdicts.ts';

const now = at('23:00:00');

describe('history', () => {
  const suite = useDatabase();
  before(() => suite.db.ensureDays('2026-01-01', '2026-02-20', '2026-03-09', '2026-03-10'));
  let monitor = '';
  beforeEach(() => {
    monitor = `m-${randomUUID().slice(0, 8)}`;
  });
  const check = (row: object) => suite.scheduler((tx) => seedCheck(tx, { monitor, ...row }));
  const list = (request: { limit?: number; cursor?: string | undefined; since?: Date } = {}) =>
    suite.api((tx) => listChecks(tx, 'team', monitor, { now, ...request }));
  const walk = async (limit: number): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    return ids;
  };

  it('leaves out on request the checks that saw nothing new', async () => {
    const failed = await check({ outcome: 'Failed', at: at('11:00:00') });
    await check({ at: at('12:00:00') });
    const page = await suite.api((tx) =>
      listChecks(tx, 'team', monitor, { now, eventfulOnly: true }),
    );
    assert.deepEqual(
      page.items.map(({ id }) => id),
      [failed],
    );
  });

  it('looks two days back first, then a month, then at everything', () => {
    assert.deepEqual(windowsBack(now, undefined), [
      new Date('2026-03-08T23:00:00Z'),
      new Date('2026-02-06T23:00:00Z'),
      undefined,
    ]);
  });

  it('never looks further back than the retention', () => {
    const since = new Date('2026-03-01T00:00:00Z');
    assert.deepEqual(windowsBack(now, since), [new Date('2026-03-08T23:00:00Z'), since]);
  });

  it('reads the time in a version 7 id', () => {
    assert.equal(uuidTime(v7({ msecs: 1_773_144_000_000 }))?.getTime(), 1_773_144_000_000);
  });

  it('reads no time in other ids', () => {
    assert.equal(uuidTime(randomUUID()), undefined);
  });

  it('lists checks newest first, over days that are far apart', async () => {
    const days = ['2026-01-01', '2026-02-20', '2026-03-10', '2026-03-09'];
    for (const day of days) await check({ at: new Date(`${day}T10:00:00Z`) });
    const { items } = await list();
    assert.deepEqual(
      items.map((item) => item.at.toISOString().slice(0, 10)),
      ['2026-03-10', '2026-03-09', '2026-02-20', '2026-01-01'],
    );
  });

  it('walks every check once, those of one moment too', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 11; n += 1) ids.push(await check({ at: at(`10:00:0${n % 3}`) }));
    const seen = await walk(2);
    assert.deepEqual([...seen].sort(), ids.sort());
  });

  it('walks checks that differ by microseconds only', async () => {
    const ids = [];
    for (const micros of ['000001', '000002', '000003'])
      ids.unshift(await check({ at: `2026-03-10T10:00:00.${micros}Z` }));
    assert.deepEqual(await walk(1), ids);
  });

  it('shows no check twice and leaves none out when new ones come in between', async () => {
    for (let n = 0; n < 4; n += 1) await check({ at: at(`10:00:0${n}`) });
    const first = await list({ limit: 2 });
    await check({ at: at('11:00:00') });
    const second = await list({ limit: 2, cursor: first.nextCursor });
    const times = [...first.items, ...second.items].map((item) => item.at.getUTCSeconds());
    assert.deepEqual(times, [3, 2, 1, 0]);
  });

  it('hides what is past the retention', async () => {
    await check({ at: new Date('2026-01-01T10:00:00Z') });
    assert.deepEqual((await list({ since: new Date('2026-02-01T00:00:00Z') })).items, []);
  });

  it('gives a check in the words of the API', async () => {
    const id = await check({ cost_usd: '0.000123', verdict: 'match', run_request_id: 'r1' });
    const { at: when, ...rest } = await suite.api((tx) => getCheck(tx, 'team', id));
    assert.deepEqual(when, at('12:00:00'));
    assert.deepEqual(rest, {
      id,
      monitor,
      trigger: 'schedule',
      runRequestId: 'r1',
      outcome: 'Unchanged',
      stage: 'hashGate',
      reason: null,
      message: null,
      verdict: 'match',
      relevance: null,
      verdictId: null,
      sources: [],
      durationMs: 12,
      tokensIn: 0,
      tokensOut: 0,
      costUsd: '0.000123',
    });
  });

  it('finds a check whose id is older than the check', async () => {
    const id = v7({ msecs: new Date('2026-01-01T00:00:00Z').getTime() });
    await check({ id });
    assert.equal((await suite.api((tx) => findCheck(tx, 'team', id)))?.id, id);
  });

  it('reads only the partitions around the time in an id', async () => {
    const id = v7({ msecs: now.getTime() });
    const { rows } = await suite.api((tx) =>
      tx.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT 1 FROM checks WHERE workspace_id = 'team' AND id = '${id}'
           AND at >= '2026-03-08' AND at <= '2026-03-12'`,
      ),
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /checks_30_20260310/);
    assert.doesNotMatch(plan, /20260101|20260220/);
  });

  it('E1 says of a check of another workspace that there is none', async () => {
    const id = await check({});
    const foreign = suite.api((tx) => getCheck(tx, 'other', id), 'other');
    await assert.rejects(foreign, storeError('notFound'));
  });

  it('E4 finds nothing of another workspace by application scoping alone', async () => {
    const id = await check({});
    const pool = suite.db.pool('postgres');
    assert.equal(await findCheck(pool, 'other', id), undefined);
    assert.deepEqual((await listChecks(pool, 'other', monitor, { now })).items, []);
  });

  it('finds the check that answered a run request', async () => {
    await check({ run_request_id: 'other-run' });
    const id = await check({ run_request_id: 'run-7' });
    const found = await suite.api((tx) =>
      findCheckOfRun(tx, 'team', monitor, 'run-7', at('00:00:00')),
    );
    assert.equal(found?.id, id);
  });

  it('lists the snapshots of one source', async () => {
    const snapshot = (source: string) =>
      suite.scheduler((tx) => seedSnapshot(tx, { monitor, source }));
    await snapshot('page');
    const id = await snapshot('feed');
    const request = { now, source: 'feed' };
    const { items } = await suite.api((tx) => listSnapshots(tx, 'team', monitor, request));
    assert.deepEqual(
      items.map((item) => item.id),
      [id],
    );
    assert.equal((await suite.api((tx) => getSnapshot(tx, 'team', id))).source, 'feed');
  });

  it('lists every verdict, and on request those that told nobody', async () => {
    const verdict = (row: object) => suite.scheduler((tx) => seedVerdict(tx, { monitor, ...row }));
    await verdict({ at: at('10:00:00') });
    const silent = await verdict({ suppressed: 'belowThreshold' });
    const ids = async (suppressedOnly: boolean) => {
      const request = { now, suppressedOnly };
      const page = await suite.api((tx) => listVerdicts(tx, 'team', monitor, request));
      return page.items.map(({ id }) => id);
    };
    assert.equal((await ids(false)).length, 2);
    assert.deepEqual(await ids(true), [silent]);
    assert.equal(
      (await suite.api((tx) => getVerdict(tx, 'team', silent))).suppressed,
      'belowThreshold',
    );
  });
});
