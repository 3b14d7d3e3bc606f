import assert from 'node:assert/strict';
import { testDeps } from '../../kube/testing/deps.ts';
import { jobSpec } from '../monitorjob/testing.ts';
import { createIntervals } from './intervals.ts';

const every = (interval: string) => ({ ...jobSpec().schedule, interval });
const cron = (text: string) => {
  const { interval: _none, ...rest } = jobSpec().schedule;
  return { ...rest, cron: text };
};
const { signal } = new AbortController();

describe('operator: remembered intervals', () => {
  it('are those of interval and cron', async () => {
    const schedules = [every('15m'), cron('*/10 * * * *')];
    const intervalOf = await createIntervals(testDeps().clock).learn(schedules, signal);
    assert.deepEqual(schedules.map(intervalOf), [900_000, 600_000]);
  });

  it('let the process have its turn between crons that are new, and not between known ones', async () => {
    const { clock } = testDeps();
    let turns = 0;
    const sleep = async (): Promise<void> => void (turns += 1);
    const intervals = createIntervals({ ...clock, sleep });
    const schedules = Array.from({ length: 50 }, (_, minute) => cron(`${minute} * * * *`));
    await intervals.learn(schedules, signal);
    assert.equal(turns, 5);
    await intervals.learn(schedules, signal);
    assert.equal(turns, 5);
  });

  it('stop with the pass', async () => {
    const schedules = Array.from({ length: 50 }, (_, minute) => cron(`${minute} * * * *`));
    const learning = createIntervals(testDeps().clock).learn(schedules, AbortSignal.abort());
    await assert.rejects(learning, { name: 'AbortError' });
  });

  it('are reckoned anew after a day', async () => {
    const { clock } = testDeps();
    let asked = 0;
    const now = (): Date => {
      asked += 1;
      return clock.now();
    };
    const intervals = createIntervals({ ...clock, now });
    await intervals.learn([cron('0 8 * * *')], signal);
    await clock.run(23 * 3_600_000);
    await intervals.learn([cron('0 8 * * *')], signal);
    assert.equal(asked, 1);
    await clock.run(3_600_000);
    await intervals.learn([cron('0 8 * * *')], signal);
    assert.equal(asked, 2);
  });
});
