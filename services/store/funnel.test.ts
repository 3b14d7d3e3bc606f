import assert from 'node:assert/strict';
import { funnelOf, readFunnel } from './funnel.ts';
import { at, seedCheck } from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';

describe('funnel', () => {
  const suite = useDatabase();
  before(async () => {
    await suite.db.ensureDays('2026-03-10');
    const check = (second: number, row: object) =>
      suite.scheduler((tx) => seedCheck(tx, { at: at(`10:00:0${second}`), ...row }));
    await check(0, { stage: 'fetch', reason: 'timeout', outcome: 'Failed' });
    await check(1, {});
    await check(2, {});
    await check(3, { stage: 'relevance', reason: 'belowThreshold', outcome: 'Suppressed' });
    await check(4, { stage: 'relevance', reason: 'noMatch', outcome: 'Suppressed' });
    await check(5, { monitor: 'another' });
  });
  const read = (last: number, since?: Date) =>
    suite.api((tx) => readFunnel(tx, 'team', 'shop', { last, since }));

  it('counts how far the checks of the monitor came, and why they stopped', async () => {
    const funnel = await read(100);
    assert.equal(funnel.checks, 5);
    assert.deepEqual(funnel.outcomes, { Unchanged: 2, Suppressed: 2, Failed: 1 });
    const relevance = funnel.steps.find(({ stage }) => stage === 'relevance');
    assert.equal(relevance?.stopped, 2);
    assert.deepEqual(relevance.reasons.map(({ reason }) => String(reason)).sort(), [
      'belowThreshold',
      'noMatch',
    ]);
  });

  it('counts only the last checks', async () => {
    assert.deepEqual((await read(2)).outcomes, { Suppressed: 2 });
  });

  it('counts nothing that is past the retention', async () => {
    assert.equal((await read(100, at('10:00:03'))).checks, 2);
  });

  it('is empty for a monitor without checks', () => {
    assert.deepEqual(funnelOf([]), { checks: 0, outcomes: {}, steps: [] });
  });
});
