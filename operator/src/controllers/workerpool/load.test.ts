import assert from 'node:assert/strict';
import type { CapacityReport } from '../../../../services/core/contracts/projection.ts';
import { testDeps } from '../../kube/testing/deps.ts';
import { createLoad, LOAD_MS, ONCE_MS } from './load.ts';
import { reportOf } from './testing.ts';

describe('operator: load of the scheduler', () => {
  const set = (answer: () => Promise<CapacityReport>) => {
    const deps = testDeps();
    let asked = 0;
    const capacity = async (): Promise<CapacityReport> => {
      asked += 1;
      return answer();
    };
    return { deps, load: createLoad({ ...deps, client: { capacity } }), asked: () => asked };
  };

  it('is asked once for all pools that want it at the same time', async () => {
    const { load, asked } = set(async () => reportOf({ slots: 9 }));
    const answers = await Promise.all([load(LOAD_MS), load(LOAD_MS), load(ONCE_MS)]);
    assert.deepEqual(
      answers.map((answer) => answer?.slots),
      [9, 9, 9],
    );
    assert.equal(asked(), 1);
  });

  it('is asked anew after 15 s, and not before', async () => {
    const { deps, load, asked } = set(async () => reportOf());
    await load(LOAD_MS);
    await deps.clock.run(LOAD_MS - 1);
    await load(LOAD_MS);
    assert.equal(asked(), 1);
    await deps.clock.run(1);
    await load(LOAD_MS);
    assert.equal(asked(), 2);
    assert.equal(LOAD_MS, 15_000);
  });

  it('is asked anew after 2 s by who makes pods for waiting checks, and the others share that', async () => {
    const { deps, load, asked } = set(async () => reportOf());
    await load(ONCE_MS);
    await deps.clock.run(ONCE_MS);
    await load(LOAD_MS);
    assert.equal(asked(), 1);
    await load(ONCE_MS);
    await load(LOAD_MS);
    assert.equal(asked(), 2);
    assert.equal(ONCE_MS, 2_000);
  });

  it('is unknown, never 0, while the scheduler cannot be asked, and says so once', async () => {
    const { deps, load, asked } = set(() => Promise.reject(new Error('away')));
    assert.equal(await load(LOAD_MS), undefined);
    await deps.clock.run(LOAD_MS);
    assert.equal(await load(LOAD_MS), undefined);
    assert.equal(asked(), 2);
    assert.equal(
      deps.captured.lines().filter((line) => JSON.stringify(line).includes('away')).length,
      1,
    );
  });
});
