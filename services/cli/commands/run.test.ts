import assert from 'node:assert/strict';
import { failure, type Seen } from '../testing/api.ts';
import { check, delivery, page } from '../testing/answers.ts';
import { useFixture } from '../testing/fixture.ts';
import { resultLine } from './run.ts';

describe('duckmon run', () => {
  const world = useFixture();
  beforeEach(() => {
    world.api.script['POST /api/v1/monitors/demo-shop/run'] = {
      status: 202,
      body: { runRequestId: 'r1', requestedAt: '2026-11-25T12:00:00Z' },
    };
    world.api.script['GET /api/v1/checks'] = page(check());
    world.api.script['GET /api/v1/deliveries'] = page(delivery());
  });
  /** Answers the first times with the first pages and then always with the last. */
  const inTurn = (...pages: ReturnType<typeof page>[]) => {
    let turn = 0;
    return (_seen: Seen) => pages[Math.min(turn++, pages.length - 1)] ?? page();
  };
  const asked = (path: string): Seen[] => world.api.seen.filter((seen) => seen.path === path);
  const wait = (...more: string[]) => world.cli(['run', 'demo-shop', '--wait', ...more]);

  it('asks for a check and returns at once', async () => {
    const { code, out } = await world.cli(['run', 'demo-shop']);
    assert.deepEqual([code, out], [0, 'demo-shop: a check was asked for (r1)\n']);
    assert.equal(world.api.seen.length, 1);
  });
  it('ends with 3 when there is no such monitor', async () => {
    world.api.script['POST /api/v1/monitors/x/run'] = failure(404, 'The monitor x does not exist');
    assert.equal((await world.cli(['run', 'x', '--wait'])).code, 3);
  });
  it('says in one line what became of the check', async () => {
    const { code, out } = await wait();
    assert.deepEqual([code, out], [0, 'demo-shop: Alerted; sent to team-hook\n']);
  });
  it('waits for the check of its own request', async () => {
    await wait();
    assert.deepEqual(asked('/api/v1/checks')[0]?.query, {
      monitor: 'demo-shop',
      runRequestId: 'r1',
    });
  });
  it('waits until the check has ended', async () => {
    world.api.script['GET /api/v1/checks'] = inTurn(page(), page(), page(check()));
    assert.equal((await wait()).code, 0);
    assert.equal(asked('/api/v1/checks').length, 3);
  });
  it('waits until the deliveries of this check were tried', async () => {
    const waiting = page(delivery({ state: 'pending', attempts: 0 }));
    const sending = page(delivery({ state: 'sending', attempts: 1 }));
    world.api.script['GET /api/v1/deliveries'] = inTurn(waiting, sending, page(delivery()));
    assert.equal((await wait()).out, 'demo-shop: Alerted; sent to team-hook\n');
    assert.deepEqual(
      asked('/api/v1/deliveries').map(({ query }) => query['checkId']),
      ['c1', 'c1', 'c1'],
    );
  });
  it('does not wait for the second try of a delivery', async () => {
    const failed = delivery({ state: 'pending', attempts: 1, lastError: 'HTTP 503' });
    world.api.script['GET /api/v1/deliveries'] = page(failed);
    const { code, out } = await wait();
    assert.deepEqual([code, out], [0, 'demo-shop: Alerted; not sent yet to team-hook: HTTP 503\n']);
  });
  it('needs no delivery when nobody was told', async () => {
    world.api.script['GET /api/v1/checks'] = page(
      check({ outcome: 'Unchanged', reason: 'sameText' }),
    );
    world.api.script['GET /api/v1/deliveries'] = page();
    assert.deepEqual((await wait()).out, 'demo-shop: Unchanged (sameText)\n');
  });
  it('ends with 1 when the check failed', async () => {
    world.api.script['GET /api/v1/checks'] = page(
      check({ outcome: 'Failed', message: 'no such host' }),
    );
    world.api.script['GET /api/v1/deliveries'] = page();
    const { code, out } = await wait();
    assert.deepEqual([code, out], [1, 'demo-shop: Failed (no such host)\n']);
  });
  it('ends with 0 when the page was not judgeable', async () => {
    world.api.script['GET /api/v1/checks'] = page(
      check({ outcome: 'NotJudgeable', reason: 'captcha' }),
    );
    assert.equal((await wait()).code, 0);
  });
  it('gives up in time when the check does not end', async () => {
    world.api.script['GET /api/v1/checks'] = page();
    const { code, err } = await wait('--timeout', '2s');
    assert.equal(code, 1);
    assert.match(err, /the check did not end within 2s; wait longer with --timeout/);
    assert.equal(asked('/api/v1/checks').length, 5);
  });
  it('gives up in time when a delivery is not tried', async () => {
    world.api.script['GET /api/v1/deliveries'] = page(delivery({ state: 'pending', attempts: 0 }));
    const { code, err } = await wait('--timeout', '1s');
    assert.equal(code, 1);
    assert.match(err, /its deliveries were not all tried within 1s/);
  });
  it('refuses a timeout that is no duration', async () => {
    const { code, err } = await wait('--timeout', '5');
    assert.deepEqual(
      [code, err],
      [2, 'duckmon: --timeout 5: must be a duration such as 90s, 15m or 4h\n'],
    );
  });
});

describe('the line about a check', () => {
  it('prefers the sentence to the reason', () => {
    assert.equal(
      resultLine(check({ reason: 'noMatch', message: 'only the footer changed' }), []),
      'demo-shop: Alerted (only the footer changed)',
    );
  });
  it('names every channel', () => {
    const all = [
      delivery({ channel: 'a' }),
      delivery({ channel: 'b', state: 'accepted' }),
      delivery({ channel: 'c', state: 'dead' }),
    ];
    assert.equal(
      resultLine(check(), all),
      'demo-shop: Alerted; sent to a, b; not sent yet to c: dead',
    );
  });
});
