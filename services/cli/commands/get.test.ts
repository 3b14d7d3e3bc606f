import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { failure } from '../testing/api.ts';
import { channel, check, delivery, finding, monitor, page } from '../testing/answers.ts';
import { useFixture } from '../testing/fixture.ts';

describe('duckmon get', () => {
  const world = useFixture();
  const monitors = (...items: unknown[]): void => {
    world.api.script['GET /api/v1/monitors'] = page(...items);
  };

  it('shows monitors as kubectl would', async () => {
    monitors(monitor('demo-shop'));
    assert.deepEqual((await world.cli(['get', 'mj'])).out.split('\n'), [
      'NAME        SCHEDULE   READY   HEALTHY   LAST   OUTCOME   NEXT     AGE',
      'demo-shop   60s        True    True      30s    Alerted   in 30s   2d',
      '',
    ]);
  });
  it('shows the cron of a monitor that has no interval', async () => {
    monitors(monitor('a', { schedule: { cron: '0 9 * * *' } }));
    assert.match((await world.cli(['get', 'mj'])).out, /0 9 \* \* \*/);
  });
  it('shows that a monitor is paused', async () => {
    monitors(monitor('a', { suspend: true }));
    assert.match((await world.cli(['get', 'mj'])).out, /paused/);
  });
  it('shows a monitor that was never checked', async () => {
    const { status: _none, ...fresh } = monitor('a');
    monitors(fresh);
    assert.match((await world.cli(['get', 'mj'])).out, /a\s+60s\s+-\s+-\s+-\s+-\s+-\s+2d/);
  });
  it('says on standard error that there is nothing', async () => {
    monitors();
    const { code, out, err } = await world.cli(['get', 'mj']);
    assert.deepEqual([code, out, err], [0, '', 'no monitorjobs found\n']);
  });
  it('shows one object by name', async () => {
    world.api.script['GET /api/v1/monitors/demo-shop'] = { body: monitor('demo-shop') };
    assert.match((await world.cli(['get', 'mj', 'demo-shop'])).out, /\ndemo-shop /);
  });
  it('ends with 3 for an object that is not there', async () => {
    world.api.script['GET /api/v1/monitors/x'] = failure(404, 'The monitor x does not exist');
    const { code, err } = await world.cli(['get', 'mj', 'x']);
    assert.deepEqual([code, err], [3, 'duckmon: The monitor x does not exist\n']);
  });
  it("gives scripts the API's object unchanged", async () => {
    const body = monitor('demo-shop');
    world.api.script['GET /api/v1/monitors/demo-shop'] = { body };
    assert.deepEqual(
      JSON.parse((await world.cli(['get', 'mj/demo-shop', '-o', 'json'])).out),
      body,
    );
  });
  it('gives scripts a list that can be applied', async () => {
    monitors(monitor('a'));
    const list = JSON.parse((await world.cli(['get', 'mj', '-o', 'json'])).out) as object;
    assert.deepEqual(list, { apiVersion: 'v1', kind: 'List', items: [monitor('a')] });
  });
  it('writes YAML', async () => {
    monitors(monitor('a'));
    const { out } = await world.cli(['get', 'mj', '-o', 'yaml']);
    assert.deepEqual((parse(out) as { items: object[] }).items, [monitor('a')]);
  });
  it('writes an empty list as one', async () => {
    monitors();
    assert.deepEqual(JSON.parse((await world.cli(['get', 'mj', '-o', 'json'])).out), { items: [] });
  });
  it('writes names, one a line', async () => {
    monitors(monitor('a'), monitor('b'));
    assert.equal(
      (await world.cli(['get', 'mj', '-o', 'name'])).out,
      'monitorjob/a\nmonitorjob/b\n',
    );
  });
  it('shows channels', async () => {
    world.api.script['GET /api/v1/channels'] = page(channel('ops'));
    assert.match((await world.cli(['get', 'nch'])).out, /\nops {4}Webhook /);
  });
  it('shows names and keys of Secrets alone', async () => {
    world.api.script['GET /api/v1/secrets'] = page(
      { kind: 'Secret', name: 'hook', keys: ['a', 'b'] },
      { kind: 'ConfigMap', name: 'goals', keys: ['c'] },
    );
    const { out } = await world.cli(['get', 'secrets']);
    assert.deepEqual(out.split('\n').slice(1), ['hook   Secret   a, b', '']);
    assert.deepEqual(world.api.seen[0]?.query, {});
  });
  it('finds one Secret by its name', async () => {
    world.api.script['GET /api/v1/secrets'] = page({ kind: 'Secret', name: 'hook', keys: ['a'] });
    assert.equal((await world.cli(['get', 'secret', 'hook', '-o', 'name'])).out, 'secret/hook\n');
    assert.equal((await world.cli(['get', 'secret', 'other'])).code, 3);
  });
  it('shows ConfigMaps', async () => {
    world.api.script['GET /api/v1/secrets'] = page({
      kind: 'ConfigMap',
      name: 'goals',
      keys: ['c'],
    });
    assert.equal((await world.cli(['get', 'cm', '-o', 'name'])).out, 'configmap/goals\n');
  });
  it('shows deliveries of a monitor', async () => {
    world.api.script['GET /api/v1/deliveries'] = page(
      delivery({ state: 'dead', lastError: 'HTTP 500' }),
    );
    const { out } = await world.cli(['get', 'deliveries', '--monitor', 'demo-shop']);
    assert.match(out, /team-hook {3}dead {4}1 {7}HTTP 500/);
    assert.equal(world.api.seen[0]?.query['monitor'], 'demo-shop');
  });
  it('shows alerts by their title', async () => {
    world.api.script['GET /api/v1/alerts'] = page({
      id: 'a1',
      monitor: 'demo-shop',
      kind: 'finding',
      severity: 'info',
      message: { title: 'It fell' },
      createdAt: '2026-11-25T11:58:00Z',
    });
    assert.match((await world.cli(['get', 'alerts'])).out, /It fell/);
  });
  it('asks for as many as are wanted', async () => {
    world.api.script['GET /api/v1/findings'] = page();
    await world.cli(['get', 'findings', '--limit', '7']);
    assert.equal(world.api.seen[0]?.query['limit'], '7');
  });
  for (const argv of [
    ['get'],
    ['get', 'pods'],
    ['get', 'mj', '-o', 'xml'],
    ['get', 'mj', '--limit', 'many'],
    ['get', 'mj', '--limit', '0'],
    ['get', 'checks'],
    ['gett', 'mj'],
    ['get', 'mj', '--wide'],
  ])
    it(`refuses ${argv.join(' ')} as a usage error`, async () => {
      const { code, out, err } = await world.cli(argv);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /\S/);
    });
  it('cuts lines to the terminal but not for a pipe', async () => {
    const long = monitor('n'.repeat(63));
    monitors(long);
    const wide = (await world.cli(['get', 'mj'])).out.split('\n')[1] ?? '';
    const narrow = (await world.cli(['get', 'mj'], { columns: 40 })).out.split('\n')[1] ?? '';
    assert.deepEqual([narrow.length, wide.length > 63], [40, true]);
  });
});

describe('duckmon checks', () => {
  const world = useFixture();

  it('shows the last checks', async () => {
    world.api.script['GET /api/v1/checks'] = page(check({ message: 'the price fell' }));
    const { out } = await world.cli(['checks', 'demo-shop']);
    assert.match(
      out,
      /c1 {3}2m {4}demo-shop {3}Alerted {3}alerted {3}- {8}match 88 {3}the price fell/,
    );
  });
  it('asks for the monitor', async () => {
    world.api.script['GET /api/v1/checks'] = page(check());
    await world.cli(['checks', 'demo-shop', '--limit', '3']);
    assert.deepEqual(world.api.seen[0]?.query, { monitor: 'demo-shop', limit: '3' });
  });
  it('tells a monitor that was not checked yet from one that is not there', async () => {
    world.api.script['GET /api/v1/checks'] = page();
    world.api.script['GET /api/v1/monitors/new'] = { body: monitor('new') };
    assert.equal((await world.cli(['checks', 'new'])).err, 'new was not checked yet\n');
    assert.equal((await world.cli(['checks', 'gone'])).code, 3);
  });
  it('shows no relevance where nothing was judged', async () => {
    world.api.script['GET /api/v1/checks'] = page(
      check({ verdict: null, relevance: null, reason: 'sameText' }),
    );
    assert.match((await world.cli(['checks', 'demo-shop'])).out, /sameText {3}- /);
  });
  it('keeps the order of the API for scripts', async () => {
    world.api.script['GET /api/v1/checks'] = page(check({ id: 'c2' }), check({ id: 'c1' }));
    assert.equal(
      (await world.cli(['checks', 'demo-shop', '-o', 'name'])).out,
      'check/c2\ncheck/c1\n',
    );
  });
});

describe('duckmon findings', () => {
  const world = useFixture();
  const show = async (...items: unknown[]): Promise<string> => {
    world.api.script['GET /api/v1/findings'] = page(...items);
    return (await world.cli(['findings'])).out;
  };

  it('shows a finding with the quote that proves it', async () => {
    assert.deepEqual((await show(finding())).split('\n'), [
      'f1 demo-shop open warning 2m ago',
      '  The price of the duck fell',
      '  “Duck 35.00 EUR” (39.00 → 35.00)',
      '',
    ]);
  });
  it('says that a change was not judged, and why', async () => {
    const text = await show(
      finding({ claims: [], verdict: 'undetermined', why: 'model_not_configured' }),
    );
    assert.match(text, / {2}not judged: model_not_configured/);
  });
  it('says that a condition fired without a model', async () => {
    assert.match(await show(finding({ claims: [], verdict: null, why: null })), / {2}not judged\n/);
  });
  it('says how often it was seen', async () => {
    assert.match(await show(finding({ seenCount: 4 })), /2m ago, seen 4 times/);
  });
  it('does not obey what a page wrote for the terminal', async () => {
    const claims = [
      { source: 's', subject: 's', before: null, after: null, quote: '\u001b]0;owned\u0007x' },
    ];
    const text = await show(finding({ title: '\u001b[2Jcleared', claims }));
    assert.equal(text.includes('\u001b') || text.includes('\u0007'), false);
    assert.match(text, /cleared/);
  });
  it('filters by monitor and state', async () => {
    world.api.script['GET /api/v1/findings'] = page();
    const { err } = await world.cli(['findings', 'demo-shop', '--state', 'open']);
    assert.deepEqual(world.api.seen[0]?.query, {
      monitor: 'demo-shop',
      state: 'open',
      limit: '50',
    });
    assert.equal(err, 'no findings\n');
  });
  it('refuses an unknown state', async () => {
    assert.equal((await world.cli(['findings', '--state', 'new'])).code, 2);
  });
  it('gives scripts the findings of the API', async () => {
    world.api.script['GET /api/v1/findings'] = page(finding());
    const { out } = await world.cli(['findings', '-o', 'json']);
    assert.deepEqual(JSON.parse(out), { items: [finding()] });
  });
});
