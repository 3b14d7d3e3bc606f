import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NOON, later } from '../store/testing/monitors.ts';
import { createHostGate, hostOf } from './politeness.ts';
import { createTestClock } from './testing/clock.ts';

const never = new AbortController().signal;
const gateOf = (intervalMs: number, concurrency: number) => {
  const clock = createTestClock(NOON);
  return { clock, gate: createHostGate({ intervalMs, concurrency, clock }) };
};

describe('the host gate', () => {
  it('C36 keeps the least interval between two fetches of a host', async () => {
    const { clock, gate } = gateOf(1000, 10);
    const times: number[] = [];
    for (let fetch = 0; fetch < 4; fetch += 1) {
      (await gate.enter('a', never))();
      times.push(clock.now().getTime() - NOON.getTime());
    }
    assert.deepEqual(times, [0, 1000, 2000, 3000]);
  });

  it('does not make one host wait for another', async () => {
    const { clock, gate } = gateOf(1000, 10);
    (await gate.enter('a', never))();
    (await gate.enter('b', never))();
    assert.deepEqual(clock.now(), NOON);
  });

  it('C36 lets no more in at a time than the host may have', async () => {
    const { gate } = gateOf(0, 2);
    const leaves = [await gate.enter('a', never), await gate.enter('a', never)];
    let third = false;
    const enter = async (): Promise<void> => {
      const leave = await gate.enter('a', never);
      third = true;
      leave();
    };
    const waiting = enter();
    await Promise.resolve();
    assert.equal(third, false);
    leaves[0]?.();
    await waiting;
    assert.equal(third, true);
  });

  it('a place is freed once, however often it is left', async () => {
    const { gate } = gateOf(0, 1);
    const leave = await gate.enter('a', never);
    leave();
    leave();
    await gate.enter('a', never);
    assert.ok(gate.waitMs('a') >= 0);
    let second = false;
    const enter = async (): Promise<void> => {
      await gate.enter('a', never);
      second = true;
    };
    void enter();
    await Promise.resolve();
    assert.equal(second, false);
  });

  it('who gives up in the queue takes no place', async () => {
    const { gate } = gateOf(0, 1);
    const leave = await gate.enter('a', never);
    const giving = new AbortController();
    const given = gate.enter('a', giving.signal);
    giving.abort(new Error('over'));
    await assert.rejects(given, /over/);
    leave();
    await gate.enter('a', never);
  });

  it('C36 a host that asked to be left alone is left alone', async () => {
    const { clock, gate } = gateOf(0, 1);
    gate.close('a', later(NOON, 60_000));
    assert.equal(gate.waitMs('a'), 60_000);
    (await gate.enter('a', never))();
    assert.deepEqual(clock.now(), later(NOON, 60_000));
  });

  it('an earlier wish does not shorten a later one', () => {
    const { gate } = gateOf(0, 1);
    gate.close('a', later(NOON, 60_000));
    gate.close('a', later(NOON, 10_000));
    assert.equal(gate.waitMs('a'), 60_000);
  });

  it('says how long one would wait behind others that are about to come', () => {
    const { gate } = gateOf(1000, 2);
    assert.deepEqual(
      [0, 1, 2, 5].map((ahead) => gate.waitMs('a', ahead)),
      [0, 1000, 2000, 5000],
    );
  });

  it("spreads deferred claims over the host's turns", () => {
    const { gate } = gateOf(1000, 1);
    const times = [1, 2, 3].map(() => gate.deferUntil('a').getTime() - NOON.getTime());
    assert.deepEqual(times, [1000, 2000, 3000]);
  });

  it('never lets fetches of one host come closer than the interval, in any order of hosts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
        async (hosts) => {
          const { clock, gate } = gateOf(100, 3);
          const last = new Map<string, number>();
          for (const host of hosts) {
            (await gate.enter(host, never))();
            const at = clock.now().getTime();
            assert.ok(at - (last.get(host) ?? -Infinity) >= 100);
            last.set(host, at);
          }
        },
      ),
    );
  });

  it('knows the host of a page', () => {
    assert.equal(hostOf('https://shop.example:8443/p?q=1'), 'shop.example');
    assert.equal(hostOf('nonsense'), '');
  });
});
