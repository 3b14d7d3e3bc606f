import assert from 'node:assert/strict';
import type { Clock } from '../../core/clock.ts';
import type { UnchangedRow } from '../../store/commit.ts';
import { createPlainCommitter, type PlainCommitter } from './unchanged.ts';

/** The committer looks at the id alone. */
const row = (id: string): UnchangedRow => ({ id }) as UnchangedRow;
const idsOf = (rows: readonly UnchangedRow[]): string[] => rows.map(({ id }) => id);

describe('the committer of unchanged checks', () => {
  let now: number;
  let naps: number[];
  let batches: string[][];
  let lost: Set<string>;
  let failing: Error | undefined;
  let committer: PlainCommitter;

  beforeEach(() => {
    now = 1000;
    [naps, batches, lost, failing] = [[], [], new Set(), undefined];
    const clock: Clock = {
      now: () => new Date(now),
      monotonic: () => now,
      sleep: async (ms) => {
        naps.push(ms);
        now += ms;
      },
    };
    committer = createPlainCommitter(async (rows) => {
      batches.push(idsOf(rows));
      if (failing) throw failing;
      return new Set(idsOf(rows).filter((id) => !lost.has(id)));
    }, clock);
  });

  it('lets a single check wait for nobody', async () => {
    assert.equal(await committer.commit(row('a')), true);
    assert.deepEqual([batches, naps], [[['a']], []]);
  });

  it('commits together what comes while a commit is under way', async () => {
    await Promise.all(['a', 'b', 'c'].map((id) => committer.commit(row(id))));
    assert.deepEqual(batches, [['a'], ['b', 'c']]);
  });

  it('begins no commit within 15 ms of the last one', async () => {
    await committer.commit(row('a'));
    now += 5;
    await committer.commit(row('b'));
    assert.deepEqual(naps, [10]);
  });

  it('waits no more when the last commit is long ago', async () => {
    await committer.commit(row('a'));
    now += 15;
    await committer.commit(row('b'));
    assert.deepEqual(naps, []);
  });

  it('puts at most 200 rows into one statement', async () => {
    const ids = Array.from({ length: 402 }, (_, at) => `row-${at}`);
    await Promise.all(ids.map((id) => committer.commit(row(id))));
    assert.deepEqual(
      batches.map((batch) => batch.length),
      [1, 200, 200, 1],
    );
    assert.deepEqual(batches.flat(), ids);
  });

  it('F6 tells each check whether its own claim still held', async () => {
    lost.add('b');
    const written = await Promise.all(['a', 'b', 'c'].map((id) => committer.commit(row(id))));
    assert.deepEqual(written, [true, false, true]);
  });

  it('fails the checks of a failed commit, and goes on with the next', async () => {
    failing = new Error('connection lost');
    await assert.rejects(committer.commit(row('a')), /connection lost/);
    failing = undefined;
    assert.equal(await committer.commit(row('b')), true);
  });
});
