import assert from 'node:assert/strict';
import { funnel, lastValue, monitor, page, series } from '../testing/answers.ts';
import { useFixture } from '../testing/fixture.ts';

const price = { name: 'price', select: '.price' };

describe('duckmon values', () => {
  const world = useFixture();
  const script = (all: readonly object[], last: readonly object[]): void => {
    world.api.script = {
      'GET /api/v1/monitors/demo-shop/values': { body: { series: all } },
      'GET /api/v1/last-values': page(...last),
    };
  };
  const run = (...flags: string[]) => world.cli(['values', 'demo-shop', ...flags]);

  it('shows the last number of each value, and between what it was', async () => {
    script([series()], [lastValue({ number: '39.5' }), lastValue({ number: '40' })]);
    assert.deepEqual((await run()).out.trimEnd().split('\n'), [
      'NAME    SOURCE   LAST       CHECKED   RANGE       READ     WHY NOT',
      'price   shop     39.5 EUR   2m ago    9.5 to 40   7 of 8   -',
    ]);
  });

  it('says why a value has no number now', async () => {
    const unread = { number: null, why: 'ambiguous', found: '49 € · 35 €' } as const;
    script([series()], [lastValue(unread)]);
    assert.match((await run()).out, /different numbers were found: "49 € · 35 €"/);
  });

  it('says what to do where there are no values', async () => {
    script([], []);
    const { out, err, code } = await run();
    assert.deepEqual([out, code], ['', 0]);
    assert.match(err, /spec\.values/);
  });

  it('gives scripts the series', async () => {
    script([series()], []);
    assert.deepEqual(JSON.parse((await run('-o', 'json')).out), { series: [series()] });
  });

  it('stand in explain: the newest number of each, or why there is none', async () => {
    const unread = { name: 'stock', number: null, why: 'notFound', found: '' } as const;
    world.api.script = {
      'GET /api/v1/monitors/demo-shop': { body: monitor('demo-shop', { values: [price] }) },
      'GET /api/v1/monitors/demo-shop/funnel': { body: funnel() },
      'GET /api/v1/findings': page(),
      'GET /api/v1/last-values': page(
        lastValue({ number: '39.5' }),
        lastValue({ number: '40' }),
        lastValue(unread),
      ),
    };
    const { out } = await world.cli(['explain', 'demo-shop']);
    assert.match(out, /Value price of shop: 39\.5 EUR \(2m ago\)\./);
    assert.doesNotMatch(out, /40 EUR/);
    assert.match(
      out,
      /Value stock of shop was not read 2m ago: nothing was found by its selector\./,
    );
  });
});
