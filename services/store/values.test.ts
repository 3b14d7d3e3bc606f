import assert from 'node:assert/strict';
import type pg from 'pg';
import { newId } from '../core/ids.ts';
import { claimOldest, type Claim } from './claim.ts';
import { commitUnchanged, type UnchangedRow } from './commit.ts';
import { insertValues } from './commitRows.ts';
import { dropExpiredPartitions } from './sweep.ts';
import { NOON, later, seedMonitor, seedWorkspaces, testSpec } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { bucketMs, listLastValues, listValueSeries, MAX_BUCKETS } from './values.ts';
import { withWorkspace, type Tx } from './workspace.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const values = [
  { name: 'price', select: '.price' },
  { name: 'stock', regex: '(.*) left' },
];

describe('the series of values', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    db = await testDatabase();
    pool = db.pool('mon_scheduler');
    await db.ensureDays('2026-03-10');
    await seedWorkspaces(db, 'team', 'other');
    for (const name of ['shop', 'bare', 'quick'])
      await seedMonitor(pool, { name, spec: testSpec(name === 'bare' ? {} : { values }) });
  });
  after(() => db.close());
  afterEach(() => db.pool('postgres').query('DELETE FROM value_points'));

  const within = <T>(work: (tx: Tx) => Promise<T>, workspace = 'team'): Promise<T> =>
    withWorkspace(pool, workspace, work);
  /** One check a minute, each with these numbers; null is a page on which nothing was found. */
  const seed = (name: string, numbers: readonly (string | null)[], workspace = 'team') =>
    within(async (tx) => {
      for (const [minute, number] of numbers.entries()) {
        const at = later(NOON, minute * MINUTE);
        const point =
          number === null
            ? { number, unit: null, why: 'notFound' as const, found: '' }
            : { number, unit: 'EUR', why: null, found: `${number} €` };
        const check = { id: newId(), at } as Parameters<typeof insertValues>[2]['check'];
        await insertValues(tx, { workspace, monitor: 'shop', retention: 30 } as never, {
          check,
          values: [{ source: 'page', name, ...point }],
        });
      }
    }, workspace);
  const series = (buckets: number, to = later(NOON, 10 * MINUTE), workspace = 'team') =>
    within((tx) => listValueSeries(tx, workspace, 'shop', { from: NOON, to, buckets }), workspace);

  it('give every number exactly while there are few', async () => {
    await seed('price', ['40', '39.9', '40.00']);
    const rows = await series(500);
    assert.deepEqual(
      rows.map(({ at, last, unit }) => [at, last, unit]),
      ['40', '39.9', '40'].map((last, minute) => [later(NOON, minute * MINUTE), last, 'EUR']),
    );
  });

  it('give the lowest, the highest and the last number of each part', async () => {
    await seed('price', ['40', '10', '90', '50', '51']);
    const [first, second] = await series(2, later(NOON, 8 * MINUTE));
    assert.deepEqual([first?.min, first?.max, first?.last, first?.read], ['10', '90', '50', 4]);
    assert.deepEqual([second?.min, second?.max, second?.last, second?.read], ['51', '51', '51', 1]);
  });

  it('say why a part has no number, and how many checks of another had none', async () => {
    await seed('price', ['40', null, null, null]);
    const [mixed, empty] = await series(2, later(NOON, 4 * MINUTE));
    assert.deepEqual(
      [mixed?.last, mixed?.read, mixed?.unread, mixed?.why],
      ['40', 1, 1, 'notFound'],
    );
    assert.deepEqual([empty?.last, empty?.min, empty?.read, empty?.unread], [null, null, 0, 2]);
  });

  it('keep the values of a monitor apart', async () => {
    await seed('price', ['40']);
    await seed('stock', ['7']);
    assert.deepEqual(
      (await series(500)).map(({ name, last }) => [name, last]),
      [
        ['price', '40'],
        ['stock', '7'],
      ],
    );
  });

  it('have at most 500 parts, however many are asked for', () => {
    const range = { from: NOON, to: later(NOON, DAY), buckets: 100_000 };
    assert.equal(Math.ceil(DAY / bucketMs(range)), MAX_BUCKETS);
  });

  it("E1 show nothing of another workspace's monitor of the same name", async () => {
    await seed('price', ['40'], 'other');
    assert.deepEqual(await series(500), []);
    assert.equal((await series(500, undefined, 'other')).length, 1);
  });

  it('end in a list of the last two dozen of the first value, and the last of each other', async () => {
    await seed(
      'price',
      Array.from({ length: 30 }, (_none, index) => String(index)),
    );
    await seed('stock', ['7', null]);
    const last = await within((tx) => listLastValues(tx, 'team', ['shop', 'bare'], NOON));
    const prices = last.filter(({ name }) => name === 'price').map(({ number }) => number);
    assert.deepEqual([prices.length, prices[0], prices.at(-1)], [24, '29', '6']);
    assert.deepEqual(
      last.filter(({ name }) => name === 'stock').map(({ number, why }) => [number, why]),
      [[null, 'notFound']],
    );
  });

  it('end in a list without values that the job no longer has, or that are too old', async () => {
    await seed('gone', ['1']);
    await seed('price', ['40']);
    const since = (date: Date) =>
      within((tx) => listLastValues(tx, 'team', ['shop'], date)).then((all) =>
        all.map(({ name }) => name),
      );
    assert.deepEqual(await since(NOON), ['price']);
    assert.deepEqual(await since(later(NOON, 1)), []);
  });

  it('go with the partitions of their class', async () => {
    await seed('price', ['40']);
    const left = async (today: Date) => {
      await dropExpiredPartitions(pool, today);
      return (await series(500)).length;
    };
    assert.deepEqual(
      [await left(later(NOON, 30 * DAY)), await left(later(NOON, 31 * DAY))],
      [1, 0],
    );
    await db.ensureDays('2026-03-10');
  });

  describe('of checks that found nothing new', () => {
    let claims: Claim[];
    before(async () => {
      claims = await claimOldest(pool, { now: NOON, leaseMs: MINUTE, limit: 9, owner: 'one' });
    });
    const rowOf = (monitor: string): UnchangedRow => {
      const claim = claims.find((each) => each.monitor === monitor);
      assert.ok(claim);
      return {
        workspace: 'team',
        monitor,
        token: claim.token,
        id: newId(),
        at: NOON,
        retention: 30,
        slot: NOON,
        trigger: 'schedule',
        generation: 1,
        goal: 1,
        outcome: 'Unchanged',
        stage: 'valid',
        reason: 'sameText',
        sources: [],
        duration: 3,
        wake: later(NOON, DAY),
        nextSlot: later(NOON, DAY),
        missed: 0,
        handled: null,
        validators: {},
        values: [
          { source: 'page', name: 'a', number: '40.5', unit: 'EUR', why: null, found: '40,50 €' },
          { source: 'page', name: 'b', number: null, unit: null, why: 'ambiguous', found: '1 · 2' },
        ],
      };
    };
    const points = () =>
      within(async (tx) => {
        const { rows } = await tx.query(
          'SELECT name, check_id, trim_scale(number)::text AS number, why, found FROM value_points ORDER BY name',
        );
        return rows;
      });

    it('are written while the claim of the check holds, and not after', async () => {
      const row = rowOf('quick');
      await commitUnchanged(pool, [{ ...row, token: row.token + 1 }]);
      assert.deepEqual(await points(), []);
      await commitUnchanged(pool, [row]);
      assert.deepEqual(await points(), [
        { name: 'a', check_id: row.id, number: '40.5', why: null, found: '40,50 €' },
        { name: 'b', check_id: row.id, number: null, why: 'ambiguous', found: '1 · 2' },
      ]);
    });

    it('need not be there: a version from before writes its check all the same', async () => {
      const { values: _values, ...row } = rowOf('bare');
      const written = await commitUnchanged(pool, [row as UnchangedRow]);
      assert.deepEqual([[...written], await points()], [[row.id], []]);
    });
  });
});
