import assert from 'node:assert/strict';
import type { Clock } from '../core/clock.ts';
import { createLog } from '../core/log.ts';
import type { Sql } from '../store/pool.ts';
import { createDatabaseClock } from './clock.ts';
import { createTimer } from './timer.ts';

const log = createLog('test', 'silent');

/** A clock whose sleeps end when a test says so. */
function handClock(): Clock & { naps: number[]; ring: () => void } {
  const naps: number[] = [];
  let ring = (): void => undefined;
  return {
    naps,
    ring: () => ring(),
    now: () => new Date(0),
    monotonic: () => 0,
    sleep: (ms, signal) => {
      naps.push(ms);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ring = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      return promise;
    },
  };
}

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

describe('a timer', () => {
  const start = (job: () => Promise<number>) => {
    const clock = handClock();
    const timer = createTimer({ clock, log }, 'job', job);
    const stopping = new AbortController();
    timer.start(stopping.signal);
    return { clock, timer, stopping };
  };

  it('runs at once and again after the time that its job asks for', async () => {
    let runs = 0;
    const { clock, stopping, timer } = start(async () => {
      runs += 1;
      return 500;
    });
    await turns();
    assert.deepEqual([runs, clock.naps], [1, [500]]);
    clock.ring();
    await turns();
    assert.equal(runs, 2);
    stopping.abort();
    await timer.ended();
  });

  it('runs when it is woken', async () => {
    let runs = 0;
    const { stopping, timer } = start(async () => {
      runs += 1;
      return 60_000;
    });
    await turns();
    timer.wake();
    await turns();
    assert.equal(runs, 2);
    stopping.abort();
    await timer.ended();
  });

  it('a wake during a run makes one more, not none and not two', async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const { stopping, timer } = start(async () => {
      runs += 1;
      if (runs === 1) await gate.promise;
      return 60_000;
    });
    await turns();
    timer.wake();
    timer.wake();
    gate.resolve();
    await turns();
    assert.equal(runs, 2);
    stopping.abort();
    await timer.ended();
  });

  it('goes on after its job failed', async () => {
    let runs = 0;
    const { clock, stopping, timer } = start(async () => {
      runs += 1;
      if (runs === 1) throw new Error('database is away');
      return 10;
    });
    await turns();
    assert.deepEqual(clock.naps, [2000]);
    clock.ring();
    await turns();
    assert.equal(runs, 2);
    stopping.abort();
    await timer.ended();
  });

  it('never runs again once it was stopped', async () => {
    let runs = 0;
    const { stopping, timer } = start(async () => {
      runs += 1;
      return 10;
    });
    await turns();
    stopping.abort();
    await timer.ended();
    timer.wake();
    await turns();
    assert.equal(runs, 1);
  });
});

/** A database whose clock shows `at`. */
const answering = (at: Date): Sql => ({
  query: async () => ({ rows: [{ at }] as never[], rowCount: 1 }),
});

describe("the database's clock", () => {
  it('F9 goes by the database when this machine is an hour off', async () => {
    const machine: Clock = {
      now: () => new Date('2026-03-10T11:00:00Z'),
      monotonic: () => 0,
      sleep: async () => undefined,
    };
    const at = new Date('2026-03-10T12:00:00Z');
    const sql = answering(at);
    const clock = createDatabaseClock(sql, machine);
    await clock.adjust();
    assert.deepEqual(clock.now(), at);
  });

  it('adds half of the way there and back', async () => {
    let ticks = 0;
    const machine: Clock = {
      now: () => new Date(1000),
      monotonic: () => (ticks += 100),
      sleep: async () => undefined,
    };
    const sql = answering(new Date(2000));
    const clock = createDatabaseClock(sql, machine);
    await clock.adjust();
    assert.equal(clock.now().getTime(), 2050);
  });
});
