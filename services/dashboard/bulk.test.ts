import assert from 'node:assert/strict';
import { doWithEach, toggled, type BulkVerb } from './web/src/parts/bulk.ts';

const items = (count: number) =>
  Array.from({ length: count }, (_none, index) => ({ id: `${index}`, title: `Thing ${index}` }));
const verb = (act: BulkVerb['act'] = () => Promise.resolve()): BulkVerb => ({
  button: 'Paint',
  doing: (what) => `Painting ${what} …`,
  done: (what) => `${what} painted.`,
  act,
});

describe('doing the same with several things', () => {
  it('tries each of them once, whatever becomes of the others', async () => {
    const tried: string[] = [];
    const act = async (id: string): Promise<void> => {
      tried.push(id);
      if (id === '2') throw new Error('it is wet');
    };
    const { done, problems } = await doWithEach(verb(act), items(7));
    assert.deepEqual(tried.toSorted(), ['0', '1', '2', '3', '4', '5', '6']);
    assert.equal(done.length, 6);
    assert.deepEqual(problems, [{ id: '2', title: 'Thing 2', message: 'it is wet' }]);
  });

  it('does four at a time at most', async () => {
    let [now, most] = [0, 0];
    const act = async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
    };
    await doWithEach(verb(act), items(20));
    assert.equal(most, 4);
  });

  it('selects and leaves again', () => {
    const one = toggled(new Set(['a']), 'b');
    assert.deepEqual([...one], ['a', 'b']);
    assert.deepEqual([...toggled(one, 'a')], ['b']);
  });
});
