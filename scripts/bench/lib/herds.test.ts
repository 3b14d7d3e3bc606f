import assert from 'node:assert/strict';
import { runHerds } from './herds.ts';

describe('bench: herds', () => {
  it('runs one herd when one takes long enough', async () => {
    const turn = await runHerds({ seconds: 1, size: 200, cpu: () => 0, herd: async () => 1 });
    assert.deepEqual([turn.operations, turn.seconds], [200, 1]);
  });

  it('runs more until enough time was measured', async () => {
    const turn = await runHerds({ seconds: 5, size: 200, cpu: () => 0, herd: async () => 2 });
    assert.deepEqual([turn.operations, turn.seconds], [600, 6]);
  });

  it('counts the CPU time of the turn alone', async () => {
    let cpu = 100;
    const herd = async (): Promise<number> => {
      cpu += 3;
      return 1;
    };
    assert.equal((await runHerds({ seconds: 2, size: 1, cpu: () => cpu, herd })).cpuSeconds, 6);
  });
});
