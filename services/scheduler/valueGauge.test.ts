import assert from 'node:assert/strict';
import { Counter, Registry } from 'prom-client';
import { NOON, later } from '../store/testing/monitors.ts';
import { createValueGauge, MAX_SHOWN, type ValueGauge } from './valueGauge.ts';

const MINUTE = 60_000;

describe('the metric of values', () => {
  let registry: Registry;
  let gauge: ValueGauge;
  beforeEach(() => {
    registry = new Registry();
    const unread = new Counter({
      name: 'unread',
      help: '-',
      labelNames: ['why'],
      registers: [registry],
    });
    gauge = createValueGauge(registry, unread);
  });
  const note = (monitor: string, number: string | null, now = NOON, intervalMs = 5 * MINUTE) =>
    gauge.note({
      workspace: 'team',
      monitor,
      points: [
        {
          source: 'page',
          name: 'price',
          number,
          unit: null,
          why: number === null ? 'notFound' : null,
          found: '',
        },
      ],
      now,
      next: later(now, intervalMs),
    });
  const shown = async (): Promise<string[]> =>
    ((await registry.getSingleMetric('mon_value')?.get())?.values ?? []).map(
      ({ labels, value }) => `${labels['monitor']} ${value}`,
    );

  it('shows the last number of each', async () => {
    note('a', '40.5');
    note('b', '7');
    note('a', '39');
    assert.deepEqual((await shown()).toSorted(), ['a 39', 'b 7']);
  });

  it('shows no number where there is none now', async () => {
    note('a', '40');
    note('a', null);
    assert.deepEqual(await shown(), []);
  });

  it('stays for two intervals and goes when nobody reads it any more', async () => {
    note('a', '40', NOON, 60 * MINUTE);
    note('b', '7', later(NOON, 119 * MINUTE));
    assert.deepEqual(await shown(), ['a 40', 'b 7']);
    note('b', '7', later(NOON, 121 * MINUTE));
    assert.deepEqual(await shown(), ['b 7']);
  });

  it('shows no more than its bound; what was read longest ago goes first', async () => {
    for (let index = 0; index <= MAX_SHOWN; index += 1) note(`m${index}`, '1');
    const all = await shown();
    assert.equal(all.length, MAX_SHOWN);
    assert.ok(!all.includes('m0 1') && all.includes(`m${MAX_SHOWN} 1`));
  });
});
