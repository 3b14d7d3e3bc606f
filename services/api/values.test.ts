import assert from 'node:assert/strict';
import { insertRow } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { newId } from '../core/ids.ts';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

const NOON = '2026-03-10T12:00:00.000Z';

describe('values, as the api shows them', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
    api.time.now = new Date('2026-03-10T13:00:00Z');
    for (const day of ['2026-03-10', '2026-01-10']) await api.db.ensureDays(day);
    const values = [
      { name: 'price', select: '.price', unit: '€' },
      { name: 'stock', regex: '(.*) left' },
    ];
    const made = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.write,
      body: job('shop', { values }),
    });
    assert.equal(made.status, 201, made.text);
    await seed('2026-03-10T12:00:00Z', { name: 'price', number: '40.50' });
    await seed('2026-03-10T12:10:00Z', { name: 'price', number: '39' });
    await seed('2026-03-10T12:00:00Z', { name: 'gone', number: '1' });
    await seed('2026-03-10T12:00:00Z', { name: 'stock', why: 'ambiguous', found: '1 · 2' });
    await seed('2026-01-10T12:00:00Z', { name: 'price', number: '99', retention_days: 365 });
  });
  after(() => api.stop());

  const source = 'page';
  const seed = (at: string, row: Record<string, unknown>) =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      insertRow(tx, 'value_points', {
        workspace_id: 'team-a',
        monitor: 'shop',
        check_id: newId(),
        source,
        at,
        retention_days: 30,
        unit: 'EUR',
        found: '',
        ...row,
      }),
    );
  const get = (path: string, token = api.tokens.read): Promise<Answer> =>
    api.call('GET', `/api/v1${path}`, { token });
  interface Series {
    readonly name: string;
    readonly unit: string | null;
    readonly parts: readonly Record<string, unknown>[];
  }
  interface Body {
    readonly from: string;
    readonly partMs: number;
    readonly series: readonly Series[];
    readonly items: readonly Record<string, unknown>[];
  }
  const bodyOf = ({ json }: Answer): Body => json as unknown as Body;

  it('are series in the order of the job, and what it no longer names comes last', async () => {
    const { series } = bodyOf(await get('/monitors/shop/values?from=2026-03-10T11:30:00Z'));
    assert.deepEqual(
      series.map(({ name, unit }) => [name, unit]),
      [
        ['price', '€'],
        ['stock', null],
        ['gone', 'EUR'],
      ],
    );
    assert.deepEqual(
      series[0]?.parts.map(({ at, last }) => [at, last]),
      [
        [NOON, '40.5'],
        ['2026-03-10T12:10:00.000Z', '39'],
      ],
    );
    assert.deepEqual(
      [series[1]?.parts[0]?.['last'], series[1]?.parts[0]?.['why'], series[1]?.parts[0]?.['found']],
      [null, 'ambiguous', '1 · 2'],
    );
  });

  it('are cut into no more parts than were asked for', async () => {
    const answer = await get(`/monitors/shop/values?from=${NOON}&parts=2`);
    const { series, partMs } = bodyOf(answer);
    const [price] = series;
    assert.equal(partMs, 30 * 60_000);
    assert.deepEqual(
      price?.parts.map(({ min, max, last, read }) => [min, max, last, read]),
      [['39', '40.5', '39', 2]],
    );
  });

  it('are hidden when they are past the days that the job keeps', async () => {
    const answer = await get('/monitors/shop/values?from=2026-01-01T00:00:00Z');
    assert.equal(bodyOf(answer).from, '2026-02-08T13:00:00.000Z');
    assert.ok(!answer.text.includes('"99"'));
  });

  for (const [query, status] of [
    ['from=2026-03-11T00:00:00Z', 422],
    ['from=yesterday', 400],
    ['parts=501', 400],
    ['parts=0', 400],
  ] as const)
    it(`refuse ?${query} and name the field`, async () => {
      const answer = await get(`/monitors/shop/values?${query}`);
      assert.equal(answer.status, status);
      assert.match(answer.text, new RegExp(query.split('=')[0] ?? ''));
    });

  it('have a last number for a list of monitors', async () => {
    const { items } = bodyOf(await get('/last-values?monitors=shop,none'));
    assert.deepEqual(
      items.map(({ name, number, unit, why }) => [name, number, unit, why]),
      [
        ['price', '39', '€', null],
        ['price', '40.5', '€', null],
        ['stock', null, 'EUR', 'ambiguous'],
      ],
    );
  });

  it('E1 are not shown to another workspace', async () => {
    assert.equal((await get('/monitors/shop/values', api.tokens.other)).status, 404);
    assert.deepEqual((await get('/last-values?monitors=shop', api.tokens.other)).json.items, []);
  });
});
