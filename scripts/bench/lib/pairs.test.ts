import assert from 'node:assert/strict';
import { perCpuSecond, perSecond, runPairs, sumOf } from './pairs.ts';

describe('bench: pairs', () => {
  it('takes turns, and never starts one before the other has ended', async () => {
    const events: string[] = [];
    const turn = (name: string) => async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      return name;
    };
    await runPairs(2, turn('ours'), turn('theirs'));
    const once = ['ours begins', 'ours ends', 'theirs begins', 'theirs ends'];
    assert.deepEqual(events, [...once, ...once]);
  });

  it('keeps the two of a turn together', async () => {
    let count = 0;
    const next = async (): Promise<number> => (count += 1);
    assert.deepEqual(await runPairs(2, next, next), [
      { ours: 1, theirs: 2 },
      { ours: 3, theirs: 4 },
    ]);
  });

  it('tells of each pair when it is there', async () => {
    const told: unknown[] = [];
    const one = async (): Promise<number> => 1;
    await runPairs(2, one, one, (pair, number) => told.push([number, pair.ours]));
    assert.deepEqual(told, [
      [1, 1],
      [2, 1],
    ]);
  });

  it('stops at the first turn that fails', async () => {
    let turns = 0;
    const failing = async (): Promise<never> => {
      throw new Error('wrong content');
    };
    await assert.rejects(
      runPairs(3, async () => (turns += 1), failing),
      /wrong content/,
    );
    assert.equal(turns, 1);
  });

  it('counts by the second and by the CPU second', () => {
    const turn = { operations: 100, seconds: 2, cpuSeconds: 4 };
    assert.deepEqual([perSecond(turn), perCpuSecond(turn)], [50, 25]);
  });

  it('adds several turns to one', () => {
    const turn = { operations: 100, seconds: 2, cpuSeconds: 4 };
    assert.deepEqual(sumOf([turn, turn]), { operations: 200, seconds: 4, cpuSeconds: 8 });
    assert.equal(sumOf([]).operations, 0);
  });
});
