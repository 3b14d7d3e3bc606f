import assert from 'node:assert/strict';
import { previewResult } from '../../core/contracts/scheduler.ts';
import { testSpec } from '../../store/testing/monitors.ts';
import { FORTY, useLine } from '../testing/line.ts';
import { failure, notModified, type Page } from '../testing/neighbours.ts';
import { MINUTE, SHOP, type Row, type World } from '../testing/world.ts';
import { previewJob } from './preview.ts';

const values = [
  { name: 'price', select: '.price', unit: '€' },
  { name: 'stock', regex: '(\\d+) left' },
];

/** The shop with what the selectors find in it; the text stays the same when only they change. */
const page = (price: string | null, stock: string | null, text = FORTY): Page => ({
  text,
  etag: '"e"',
  values: { 'values.price': price, 'values.stock': stock },
});

describe('the values of a check', () => {
  const line = useLine();
  let world: World;
  beforeEach(async () => {
    world = line.world;
    await world.monitor('shop', { values });
    world.browser.show(SHOP, page('40 €', '12'));
  });
  /** Points as `name number` or `name why`, one list a check. */
  const points = async (): Promise<string[][]> => {
    const rows = await world.rows('value_points', 'at, name');
    const ofCheck = Map.groupBy(rows, (row: Row) => String(row['check_id']));
    return [...ofCheck.values()].map((check) =>
      check.map(({ name, why, number }) => [name, why ?? Number(number)].join(' ')),
    );
  };
  const asked = () =>
    world.browser.requests.map(({ validators }) => (validators ? 'whether new' : 'for the page'));

  it('are read by the first check, and by one that finds nothing new', async () => {
    await world.check();
    assert.deepEqual(await world.step(page('40 €', '12')), ['unchanged']);
    assert.deepEqual(await points(), [
      ['price 40', 'stock 12'],
      ['price 40', 'stock 12'],
    ]);
  });

  it('are read where they change and the text that counts does not', async () => {
    await world.check();
    assert.deepEqual(await world.step(page('39 €', '12')), ['committed']);
    assert.deepEqual(await world.step(page('39 €', '12')), ['unchanged']);
    assert.deepEqual((await points()).at(-1), ['price 39', 'stock 12']);
    assert.deepEqual(await line.stopOfLast(), ['Unchanged', 'valid', 'sameText']);
  });

  it('hold on while the server says that the page is the same', async () => {
    await world.check();
    await world.step(notModified);
    assert.deepEqual(asked(), ['for the page', 'whether new']);
    assert.deepEqual((await points()).at(-1), ['price 40', 'stock 12']);
  });

  it('are read anew when a selector was edited, although the page is the same', async () => {
    await world.check();
    await world.edit('shop', (spec) => ({
      ...spec,
      values: [{ name: 'price', select: '.was' }],
    }));
    await world.step(page('60 €', null));
    assert.deepEqual(asked(), ['for the page', 'for the page']);
    assert.deepEqual((await points()).at(-1), ['price 60']);
    await world.step(notModified);
    assert.deepEqual((await points()).at(-1), ['price 60']);
  });

  it('say why they have no number, in their series and in the check', async () => {
    await world.check();
    await world.step(page('49 €\n35 €', null, 'Shop\nSold out'));
    assert.deepEqual((await points()).at(-1), ['price ambiguous', 'stock notFound']);
    const [source] = (await line.lastCheck())['sources'] as Row[];
    assert.deepEqual(source?.['values'], [
      { name: 'price', number: null, unit: null, why: 'ambiguous', found: '49 € · 35 €' },
      { name: 'stock', number: null, unit: null, why: 'notFound', found: '' },
    ]);
  });

  it('leave no gap in silence when the page cannot be read, and are there again after it', async () => {
    await world.check();
    await world.step(failure('timeout'));
    assert.deepEqual((await points()).at(-1), ['price noPage', 'stock noPage']);
    await world.step(page('38 €', '12'));
    assert.deepEqual((await points()).at(-1), ['price 38', 'stock 12']);
  });

  it('say so for a slot that nobody made up for', async () => {
    await world.check();
    await world.edit('shop', (spec) => ({
      ...spec,
      schedule: { ...spec.schedule, startingDeadline: '1s' },
    }));
    await world.check();
    world.clock.advance(8 * MINUTE);
    await world.check();
    assert.equal((await line.lastCheck())['outcome'], 'Missed');
    assert.deepEqual((await points()).at(-1), ['price noPage', 'stock noPage']);
  });

  it('stand in the check that found nothing new', async () => {
    await world.check();
    await world.step(page('40 €', '12'));
    const [source] = (await line.lastCheck())['sources'] as Row[];
    assert.deepEqual(
      ((source?.['values'] ?? []) as Row[]).map(({ name, number }) => [name, number]),
      [
        ['price', '40'],
        ['stock', '12'],
      ],
    );
  });

  it('are not asked for by a job without any, whose checks have no points', async () => {
    await world.edit('shop', ({ values: _values, ...spec }) => spec);
    world.browser.show(SHOP, FORTY);
    await world.check();
    assert.deepEqual(await points(), []);
    assert.deepEqual(world.browser.requests[0]?.source.values, []);
    assert.ok(!('values' in ((await line.lastCheck())['sources'] as Row[])[0]!));
  });

  it('are told by a preview: what each reads now and of which text, or why none', async () => {
    const preview = async (...rules: object[]) => {
      const spec = { ...testSpec(), ...(rules.length > 0 ? { values: rules } : {}) };
      const request = { workspace: 'team', name: 'new', spec, judge: false };
      const result = await previewJob(request, world.deps, new AbortController().signal);
      assert.deepEqual(previewResult.parse(result), result);
      return result.sources[0]?.values;
    };
    world.browser.show(SHOP, page('Now 1.299,50 €', null));
    const stock = { name: 'stock', number: null, unit: null, found: '' } as const;
    assert.deepEqual(await preview(...values), [
      { name: 'price', number: '1299.5', unit: 'EUR', why: null, found: 'Now 1.299,50 €' },
      { ...stock, why: 'notFound' },
    ]);
    assert.equal(await preview(), undefined);
    assert.deepEqual(await points(), []);
    world.browser.show(SHOP, failure('timeout'));
    assert.deepEqual(await preview(...values.slice(1)), [{ ...stock, why: 'noPage' }]);
  });

  it('are a metric, which goes with the number', async () => {
    await world.check();
    const price = () => world.metric('mon_value', { monitor: 'shop', name: 'price' });
    assert.equal(await price(), 40);
    await world.step(page(null, '12'));
    assert.equal(await price(), 0);
    assert.equal(await world.metric('mon_values_unread_total', { why: 'notFound' }), 1);
  });
});
