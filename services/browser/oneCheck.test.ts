import assert from 'node:assert/strict';
import { HttpError } from '../core/errors.ts';
import { fakeClock, type FakeClock } from '../core/testing/clock.ts';
import { createOneCheck, FIRST_MS, SILENCE_MS, type OneCheck } from './oneCheck.ts';

const MINE = '0190c0de-0000-7000-8000-000000000001';
const OTHER = '0190c0de-0000-7000-8000-000000000002';

describe('worker for one check', () => {
  let clock: FakeClock;
  let oneCheck: OneCheck;
  beforeEach(() => {
    clock = fakeClock();
    oneCheck = createOneCheck(clock);
  });

  const isOver = async (): Promise<boolean> => {
    // What the clock woke runs before this.
    const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
    return Promise.race([oneCheck.over.then(() => true), later]);
  };
  const fetchFor = (checkId: string): Promise<string> => oneCheck.run(checkId, async () => 'page');
  const isRefused = async (checkId: string): Promise<void> =>
    assert.rejects(fetchFor(checkId), (error) => {
      assert.ok(error instanceof HttpError);
      assert.deepEqual([error.status, error.retryAfterSeconds], [429, 1]);
      return true;
    });

  it('takes every fetch of the check that asked first', async () => {
    assert.deepEqual([await fetchFor(MINE), await fetchFor(MINE)], ['page', 'page']);
  });

  it('refuses every other check with 429', async () => {
    await fetchFor(MINE);
    await isRefused(OTHER);
  });

  it('refuses another check also while the first one runs', async () => {
    const hold = Promise.withResolvers<string>();
    const running = oneCheck.run(MINE, () => hold.promise);
    await isRefused(OTHER);
    hold.resolve('page');
    await running;
  });

  it('is over when the check asked nothing for 20 s', async () => {
    await fetchFor(MINE);
    clock.advance(SILENCE_MS - 1);
    assert.equal(await isOver(), false);
    clock.advance(1);
    assert.equal(await isOver(), true);
  });

  it('counts the silence from the end of the last fetch', async () => {
    await fetchFor(MINE);
    clock.advance(SILENCE_MS - 1);
    const hold = Promise.withResolvers<string>();
    const running = oneCheck.run(MINE, () => hold.promise);
    clock.advance(SILENCE_MS * 5);
    assert.equal(await isOver(), false);
    hold.resolve('page');
    await running;
    clock.advance(SILENCE_MS - 1);
    assert.equal(await isOver(), false);
    clock.advance(1);
    assert.equal(await isOver(), true);
  });

  it('is not over as long as one of several fetches runs', async () => {
    const hold = Promise.withResolvers<string>();
    const running = oneCheck.run(MINE, () => hold.promise);
    await fetchFor(MINE);
    clock.advance(SILENCE_MS);
    assert.equal(await isOver(), false);
    hold.resolve('page');
    await running;
  });

  it('counts the silence also after a fetch that failed', async () => {
    await assert.rejects(oneCheck.run(MINE, () => Promise.reject(new Error('broken'))));
    clock.advance(SILENCE_MS);
    assert.equal(await isOver(), true);
  });

  it('takes what another check asks for no sign of life', async () => {
    await fetchFor(MINE);
    clock.advance(SILENCE_MS - 1);
    await isRefused(OTHER);
    clock.advance(1);
    assert.equal(await isOver(), true);
  });

  it('is over when nobody asked for 5 min', async () => {
    clock.advance(FIRST_MS - 1);
    assert.equal(await isOver(), false);
    clock.advance(1);
    assert.equal(await isOver(), true);
  });

  it('refuses every check once it is over', async () => {
    await fetchFor(MINE);
    clock.advance(SILENCE_MS);
    assert.equal(await isOver(), true);
    await isRefused(MINE);
  });

  it('waits for nothing once it is closed, also after a fetch that ran', async () => {
    assert.equal(clock.sleepers(), 1);
    const hold = Promise.withResolvers<string>();
    const running = oneCheck.run(MINE, () => hold.promise);
    oneCheck.close();
    hold.resolve('page');
    await running;
    assert.equal(clock.sleepers(), 0);
  });
});
