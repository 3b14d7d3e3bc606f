import assert from 'node:assert/strict';
import { systemClock } from '../../core/clock.ts';
import { FETCH_PATH, fetchResult, type FetchResult } from '../../core/contracts/browser.ts';
import { InternalCallError } from '../../core/internal/client.ts';
import { testKeys } from '../../core/testing/keys.ts';
import { CHECK_ID, fetchRequestOf } from '../testing/fetchRequest.ts';
import {
  BREAK,
  BUSY,
  once,
  startPods,
  withTenant,
  type TestPod,
  type TestPods,
} from '../testing/pods.ts';
import { until } from '../testing/until.ts';
import { NoPodError } from './errors.ts';
import { createPlaces, type Places } from './places.ts';
import { createPods, type Pods } from '../../core/internal/pods.ts';
import { sharedSeat, singleSeat, type Seat } from './seat.ts';

const ONE = '127.0.0.2';
const TWO = '127.0.0.3';
const OTHER_CHECK = CHECK_ID.replace('1', '2');

describe('the seat of a check', () => {
  const [own, tenant] = [testKeys(), testKeys()];
  let team: TestPods;
  let pods: Pods;
  let places: Places;
  let now: number;
  let here: readonly string[];
  beforeEach(async () => {
    [now, here] = [0, [ONE, TWO]];
    team = await startPods(here, tenant);
    const clock = { ...systemClock, monotonic: () => now };
    places = createPlaces(clock);
    const { url } = team.pool;
    const keys = withTenant(own, tenant);
    pods = createPods({
      caller: 'scheduler',
      callee: 'browser',
      keyring: team.pool.keyring,
      baseUrl: url,
      keys,
      clock,
      resolve: async () => here,
    });
  });
  afterEach(async () => {
    await pods.close();
    await team.stop();
  });
  const pod = (address: string): TestPod =>
    team.pods.find((each) => each.address === address) ?? assert.fail(address);
  const single = (): Seat => singleSeat(team.pool, pods, places);
  const shared = (): Seat => sharedSeat(team.pool, pods);
  const fetchFrom = (seat: Seat, checkId = CHECK_ID): Promise<FetchResult> =>
    seat.browser.post(FETCH_PATH, fetchRequestOf({ checkId }), fetchResult);
  const served = (): number[] => team.pods.map(({ requests }) => requests.length);
  const gone = (addresses: readonly string[]): void => {
    here = addresses;
    now += 10_000;
  };
  const fails = (kind: InternalCallError['problem']['kind']) => (error: unknown) =>
    error instanceof InternalCallError && error.problem.kind === kind;

  describe('in a pool with a pod for each check', () => {
    it('keeps all fetches of the check on one pod', async () => {
      const seat = single();
      await Promise.all([fetchFrom(seat), fetchFrom(seat), fetchFrom(seat)]);
      await fetchFrom(seat);
      assert.deepEqual(served(), [4, 0]);
    });

    it('is one for each pod, and none for a check more', async () => {
      const seats = [single(), single(), single()];
      const reserved = await Promise.all(seats.map((seat) => seat.reserve()));
      assert.deepEqual(reserved, [true, true, false]);
      await Promise.all([fetchFrom(seats[0] ?? single()), fetchFrom(seats[1] ?? single())]);
      assert.deepEqual(served(), [1, 1]);
    });

    it('is no place for another check when this one has ended', async () => {
      here = [ONE];
      const seat = single();
      await fetchFrom(seat);
      seat.leave();
      assert.equal(await single().reserve(), false);
    });

    it('is free for another check when this one fetched nothing', async () => {
      here = [ONE];
      const seat = single();
      await seat.reserve();
      seat.leave();
      assert.equal(await single().reserve(), true);
    });

    it('is at another pod when the first one has another check', async () => {
      pod(ONE).reply(once('Shop'));
      await pods.callAt(ONE, (client) =>
        client.post(FETCH_PATH, fetchRequestOf({ checkId: OTHER_CHECK }), fetchResult),
      );
      const seat = single();
      await Promise.all([fetchFrom(seat), fetchFrom(seat)]).catch(() => fetchFrom(seat));
      assert.equal(pod(ONE).requests.filter(({ checkId }) => checkId === CHECK_ID).length, 0);
      assert.ok(pod(TWO).requests.length > 0);
    });

    it('stays where it is when its pod has no slot for one fetch more', async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      let calls = 0;
      pod(ONE).reply(() => ((calls += 1) === 1 ? promise : BUSY));
      const seat = single();
      const first = fetchFrom(seat);
      await until('a call', () => pod(ONE).calls() === 1);
      await assert.rejects(fetchFrom(seat), fails('busy'));
      resolve('Shop');
      await first;
      await assert.rejects(fetchFrom(seat), fails('busy'));
      assert.equal(pod(TWO).calls(), 0);
    });

    it('is there no more when every pod has another check: nothing of this one was taken', async () => {
      team.pods.forEach(({ reply }) => reply(() => BUSY));
      await assert.rejects(fetchFrom(single()), NoPodError);
    });

    it('tells a pod that went with the check on it', async () => {
      here = [ONE];
      const seat = single();
      await fetchFrom(seat);
      await pod(ONE).stop();
      await assert.rejects(fetchFrom(seat), fails('unreachable'));
    });
  });

  describe('in a pool that checks share', () => {
    it('is at any pod of it', async () => {
      const seat = shared();
      await fetchFrom(seat);
      await fetchFrom(seat);
      assert.deepEqual(served(), [1, 1]);
    });

    it('is there when one pod is', async () => {
      gone([TWO]);
      assert.equal(await shared().reserve(), true);
      gone([]);
      assert.equal(await shared().reserve(), false);
    });

    it('was never taken when no pod is reached', async () => {
      await team.stop();
      await assert.rejects(fetchFrom(shared()), NoPodError);
    });

    it('waits in its place while all are busy', async () => {
      team.pods.forEach(({ reply }) => reply(() => BUSY));
      await assert.rejects(fetchFrom(shared()), fails('busy'));
    });

    it('waits as well when its pods are exchanged in the middle of the check', async () => {
      const seat = shared();
      await fetchFrom(seat);
      gone([]);
      await assert.rejects(fetchFrom(seat), fails('busy'));
      gone([TWO]);
      assert.equal((await fetchFrom(seat)).kind, 'page');
    });

    it('is taken by a pod that broke off: the page may have been asked', async () => {
      team.pods.forEach(({ reply }) => reply(() => BREAK));
      await assert.rejects(fetchFrom(shared()), fails('unreachable'));
    });
  });
});
