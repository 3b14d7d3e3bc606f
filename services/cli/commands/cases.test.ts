import assert from 'node:assert/strict';
import type { LabelledCase } from '../model.ts';
import { failure } from '../testing/api.ts';
import { page } from '../testing/answers.ts';
import { useFixture } from '../testing/fixture.ts';

const labelled = (more: Partial<LabelledCase> = {}): LabelledCase => ({
  about: { kind: 'verdict', id: 'v1' },
  monitor: 'shop',
  at: '2026-11-25T11:58:00Z',
  rating: 'down',
  why: 'only the stock changed',
  told: true,
  expected: 'no_match',
  judged: { goal: { prompt: 'a lower price' }, verdict: { verdict: 'match' } },
  ...more,
});
const gated = labelled({
  rating: 'up',
  why: '',
  told: false,
  expected: null,
  judged: { goal: null, verdict: null },
});

describe('duckmon cases', () => {
  const world = useFixture();
  const PATH = 'GET /api/v1/cases';

  it('shows what was told, what a person says of it, and what should have been said', async () => {
    world.api.script[PATH] = page(labelled(), gated);
    const { code, out, err } = await world.cli(['cases', 'shop']);
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'AGE   MONITOR   WAS           PERSON SAYS   EXPECTED   VERDICT   WHY                      GOAL',
      '2m    shop      told          wrong         no_match   match     only the stock changed   a lower price',
      '2m    shop      kept silent   right         -          -         -                        -',
    ]);
    assert.equal(world.api.seen[0]?.query['monitor'], 'shop');
  });

  it('writes all that a case is as a line, of all pages', async () => {
    world.api.script[PATH] = ({ query }) => ({
      body:
        query['cursor'] === undefined
          ? { items: [labelled()], nextCursor: 'second' }
          : { items: [gated], nextCursor: null },
    });
    const { out } = await world.cli(['cases', '-o', 'jsonl']);
    const lines = out.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [labelled(), gated],
    );
    assert.deepEqual(JSON.parse((await world.cli(['cases', '-o', 'json'])).out), {
      items: [labelled(), gated],
    });
  });

  it('ends at the limit, also as lines', async () => {
    world.api.script[PATH] = page(labelled(), gated);
    for (const format of ['jsonl', 'table'])
      assert.doesNotMatch(
        (await world.cli(['cases', '-o', format, '--limit', '1'])).out,
        /kept silent|"told":false/,
      );
    assert.equal(world.api.seen[0]?.query['limit'], '1');
  });

  it('says that there are more than it shows', async () => {
    world.api.script[PATH] = page(...Array.from({ length: 50 }, () => labelled()));
    assert.match((await world.cli(['cases'])).err, /^the newest 50; more with --limit/);
  });

  it('says what to do where nothing was rated, and where there is no such monitor', async () => {
    world.api.script[PATH] = page();
    world.api.script['GET /api/v1/monitors/shop'] = { body: {} };
    const none = await world.cli(['cases', 'shop', '-o', 'jsonl']);
    assert.deepEqual([none.code, none.out], [0, '']);
    assert.match(none.err, /^nobody has rated a finding or a silence of shop yet; /);
    world.api.script['GET /api/v1/monitors/shop'] = failure(404, 'There is no monitor "shop".');
    assert.equal((await world.cli(['cases', 'shop'])).code, 3);
  });

  it('names the formats that it has, for another one', async () => {
    const { code, err } = await world.cli(['cases', '-o', 'csv']);
    assert.equal(code, 2);
    assert.match(err, /csv.*table, json, jsonl/);
  });

  it('lets no escape code of a person reach the terminal', async () => {
    world.api.script[PATH] = page(labelled({ why: '\u001b[31mred' }));
    assert.ok(!(await world.cli(['cases'])).out.includes('\u001b'));
  });
});
