import assert from 'node:assert/strict';
import type { MonitorState, StatusFeed } from '../../../services/core/contracts/projection.ts';
import { createLog } from '../../../services/core/log.ts';
import { stateOf } from '../controllers/monitorjob/testing.ts';
import { createFeed, type Feed } from './feed.ts';

type Page = StatusFeed | Error;

describe('operator: status feed', () => {
  let asked: (string | undefined)[] = [];
  let slept: number[] = [];
  let told: string[] = [];
  let turns: string[] = [];
  let feed: Feed;

  /** Runs until all pages were given out. */
  const follow = async (...pages: Page[]): Promise<void> => {
    const stop = new AbortController();
    feed = createFeed(
      {
        onState: ({ name }, isNews) => told.push(isNews ? `${name} anew` : name),
        onReachability: ({ kind }) => turns.push(kind),
      },
      {
        client: {
          feed: (after) => {
            asked.push(after);
            const page = pages.shift();
            if (page instanceof Error) return Promise.reject(page);
            return Promise.resolve(page ?? { monitors: [], after: 'end', more: false });
          },
        },
        clock: {
          now: () => new Date(0),
          monotonic: () => 0,
          sleep: (ms) => {
            slept.push(ms);
            if (pages.length === 0) stop.abort();
            return Promise.resolve();
          },
        },
        log: createLog('operator', 'silent'),
      },
    );
    await feed.run(stop.signal);
  };
  const page = (after: string, more: boolean, ...monitors: MonitorState[]): StatusFeed => ({
    monitors,
    after,
    more,
  });
  beforeEach(() => {
    asked = [];
    slept = [];
    told = [];
    turns = [];
  });

  it('begins with everything and goes on from where it was', async () => {
    await follow(page('1', true, stateOf()), page('2', false), page('3', false));
    assert.deepEqual(asked, [undefined, '1', '2']);
    assert.deepEqual(told, ['shop']);
  });

  it('tells what was there before from what came to be since', async () => {
    await follow(
      page('1', true, stateOf({ name: 'a' })),
      page('2', false, stateOf({ name: 'b' })),
      page('3', false, stateOf({ name: 'c' })),
    );
    assert.deepEqual(told, ['a', 'b', 'c anew']);
  });

  it('reads a page that has another behind it without a rest', async () => {
    await follow(page('1', true), page('2', true), page('3', false));
    assert.equal(slept.length, 1);
  });

  it('remembers the newest state, of this very object only', async () => {
    await follow(
      page('1', false, stateOf({ openFindings: 1 })),
      page('2', false, stateOf({ openFindings: 2 })),
    );
    const { uid } = stateOf();
    assert.equal(feed.state('team', 'shop', uid)?.openFindings, 2);
    assert.equal(feed.state('team', 'shop', '22222222-2222-4222-8222-222222222222'), undefined);
    assert.equal(feed.state('other', 'shop', uid), undefined);
    feed.forget('team', 'shop');
    assert.equal(feed.state('team', 'shop', uid), undefined);
  });

  it('keeps what several monitors say in the same words once', async () => {
    const lastCheck = (): MonitorState['lastCheck'] => structuredClone(stateOf().lastCheck);
    const [one, other] = ['a', 'b'].map((name) => stateOf({ name, lastCheck: lastCheck() }));
    await follow(page('1', false, ...[one, other].filter((state) => state !== undefined)));
    const { uid } = stateOf();
    assert.equal(feed.state('team', 'a', uid)?.lastCheck, feed.state('team', 'b', uid)?.lastCheck);
  });

  it('asks again for the same page after a failure, ever more slowly', async () => {
    await follow(
      page('1', false),
      new Error('away'),
      new Error('away'),
      new Error('away'),
      page('2', false),
    );
    assert.deepEqual(asked, [undefined, '1', '1', '1', '1']);
    assert.deepEqual(slept, [1000, 1000, 2000, 4000, 1000]);
  });

  it('waits five seconds at the most', async () => {
    await follow(...Array.from({ length: 8 }, () => new Error('away')));
    assert.equal(Math.max(...slept), 5_000);
  });

  it('says when the scheduler is away and when it is back, once each', async () => {
    await follow(
      page('1', false),
      new Error('away'),
      new Error('away'),
      page('2', false),
      page('3', false),
    );
    assert.deepEqual(turns, ['reached', 'unreachable', 'reached']);
  });
});
