import assert from 'node:assert/strict';
import fc from 'fast-check';
import { STAGES } from '../../domain/stage.ts';
import { NOON, later, testSpec } from '../../store/testing/monitors.ts';
import { dearestPrice, estimateRequest } from './budget.ts';
import { conditionsAfter } from './conditions.ts';
import { countOutcomes, worstStop, type Stop } from './funnel.ts';
import { isExpired, retryDelayMs } from './retry.ts';
import { timeoutsOf } from './timeouts.ts';

const stop = (
  outcome: Stop['outcome'],
  stage: Stop['stage'] = 'valid',
  reason: string | null = null,
): Stop => ({ outcome, stage, reason });

describe('the funnel', () => {
  it('names its stages in the order of the line', () => {
    assert.deepEqual(STAGES.slice(0, 5), ['fetched', 'valid', 'changed', 'conditions', 'diffed']);
    assert.equal(STAGES.at(-1), 'delivered');
  });

  it('a check has the worst outcome of its sources', () => {
    assert.equal(worstStop([stop('Alerted'), stop('Failed'), stop('Unchanged')]).outcome, 'Failed');
    assert.equal(worstStop([stop('Unchanged'), stop('Suppressed')]).outcome, 'Suppressed');
  });

  it('among equals the one that came furthest stands for the check', () => {
    assert.equal(
      worstStop([stop('Suppressed', 'diffed', 'noise'), stop('Suppressed', 'evidence', 'noMatch')])
        .reason,
      'noMatch',
    );
  });

  it('the worst does not depend on the order of the sources', () => {
    const stops = fc.array(
      fc.constantFrom(
        stop('Unchanged'),
        stop('Suppressed'),
        stop('Alerted'),
        stop('NotJudgeable'),
        stop('Failed'),
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(stops, (list) => assert.deepEqual(worstStop(list), worstStop(list.toReversed()))),
    );
  });

  it('counts several sources in words, worst first', () => {
    assert.equal(
      countOutcomes([stop('Unchanged'), stop('Failed'), stop('Unchanged')]),
      '3 sources: 1 failed, 2 unchanged',
    );
    assert.equal(countOutcomes([stop('Failed')]), null);
  });
});

describe('timeouts', () => {
  it('are 45 s and 2 min for slow schedules', () => {
    assert.deepEqual(timeoutsOf(testSpec()), { pageMs: 45_000, totalMs: 120_000 });
  });

  it('are half and nine tenths of a short interval', () => {
    const schedule = { ...testSpec().schedule, interval: '1m' };
    assert.deepEqual(timeoutsOf({ schedule }), { pageMs: 30_000, totalMs: 54_000 });
  });

  it("are the job's own where it has them, and no page longer than all", () => {
    assert.deepEqual(timeoutsOf({ ...testSpec(), timeouts: { page: '90s', total: '60s' } }), {
      pageMs: 60_000,
      totalMs: 60_000,
    });
  });
});

describe('trying a judgement again', () => {
  it('waits a minute, doubling to an hour', () => {
    assert.deepEqual(
      [1, 2, 3, 7, 50].map((attempts) => retryDelayMs(attempts) / 60_000),
      [1, 2, 4, 60, 60],
    );
  });

  it('is over after a day', () => {
    assert.equal(isExpired({ createdAt: NOON }, later(NOON, 24 * 3_600_000 - 1)), false);
    assert.equal(isExpired({ createdAt: NOON }, later(NOON, 24 * 3_600_000)), true);
  });
});

describe('the estimate of a judgement', () => {
  const request = (text: string) => ({
    workspace: 'team',
    monitor: 'shop',
    goal: { prompt: 'p', kind: 'Change' as const, language: 'en' },
    pages: [],
    hunks: [
      {
        id: 'h1',
        source: 'page',
        kind: 'added' as const,
        section: '',
        before: '',
        after: text,
        context: { above: '', below: '' },
      },
    ],
    previousFindings: [],
    models: [],
    deadlineMs: 1000,
  });

  it('is above what all bytes of the request, asked twice, could be in tokens', () => {
    const text = 'x'.repeat(100_000);
    assert.ok(estimateRequest(request(text), undefined).tokens > 200_000);
  });

  it('has no money where no price is known', () => {
    assert.equal(estimateRequest(request('x'), undefined).microUsd, null);
  });

  it('takes the dearest price of a chain, and none when one is unknown', () => {
    const prices = {
      a: { input: '1', cached: '1', output: '2' },
      b: { input: '1', cached: '1', output: '9' },
    };
    assert.equal(dearestPrice(['a', 'b'], prices)?.output, '9');
    assert.equal(dearestPrice(['a', 'c'], prices), undefined);
    assert.equal(dearestPrice([], prices), undefined);
  });
});

describe('conditions of a monitor', () => {
  const facts = { problem: undefined, failed: undefined, budget: undefined };

  it('move their transition time only with their status', () => {
    const before = conditionsAfter({ conditions: [], generation: 1 }, NOON, facts);
    const after = conditionsAfter({ conditions: before, generation: 2 }, later(NOON, 1000), facts);
    assert.deepEqual(
      after.map((condition) => condition.lastTransitionTime),
      before.map((condition) => condition.lastTransitionTime),
    );
    const failed = conditionsAfter({ conditions: before, generation: 2 }, later(NOON, 1000), {
      ...facts,
      failed: stop('Failed', 'fetched', 'timeout'),
    });
    const healthy = failed.find((condition) => condition.type === 'Healthy');
    assert.deepEqual(
      [healthy?.reason, healthy?.lastTransitionTime],
      ['Timeout', later(NOON, 1000).toISOString()],
    );
  });

  it('keep BudgetOK when nothing was judged', () => {
    const before = conditionsAfter({ conditions: [], generation: 1 }, NOON, {
      ...facts,
      budget: 'exceeded',
    });
    const after = conditionsAfter({ conditions: before, generation: 1 }, NOON, facts);
    assert.equal(after.find((condition) => condition.type === 'BudgetOK')?.status, 'False');
  });

  it('keep the health that they had while a source fails that was not looked at', () => {
    const before = conditionsAfter({ conditions: [], generation: 1 }, NOON, {
      ...facts,
      failed: stop('Failed', 'fetched', 'timeout'),
    });
    const after = conditionsAfter({ conditions: before, generation: 1 }, NOON, {
      ...facts,
      failed: 'elsewhere',
    });
    const health = after.filter((condition) => condition.type === 'Healthy');
    assert.deepEqual(
      health.map(({ status, reason }) => [status, reason]),
      [['False', 'Timeout']],
    );
  });

  it('keep those that others decide', () => {
    const accepted = {
      type: 'Accepted',
      status: 'True' as const,
      reason: 'x',
      lastTransitionTime: NOON.toISOString(),
    };
    assert.ok(
      conditionsAfter({ conditions: [accepted], generation: 1 }, NOON, facts).includes(accepted),
    );
  });
});
