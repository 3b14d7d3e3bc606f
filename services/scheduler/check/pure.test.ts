import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NOON, later, testSource, testSpec } from '../../store/testing/monitors.ts';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import { dearestPrice, estimateRequest } from './budget.ts';
import { conditionsAfter } from './conditions.ts';
import { STAGES } from '../../domain/stage.ts';
import { countOutcomes, worstStop, type Stop } from './funnel.ts';
import { isExpired, retryDelayMs } from './retry.ts';
import { timeoutsOf } from './timeouts.ts';
import { PROBE_MS, REPROBE_MS, planFetch, specHashOf, toFetchSource } from './via.ts';

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

describe('how a source is fetched', () => {
  const source = testSource({ fetch: 'Auto' });
  const state = (patch: Partial<SourceState> = {}): SourceState => ({
    source: 'page',
    specHash: specHashOf(source),
    extractor: 'http@1',
    needsJavaScript: false,
    javaScriptProbedAt: NOON,
    etag: '"e"',
    lastModified: undefined,
    textLengths: [],
    recentHashes: [],
    pending: undefined,
    consecutiveFailures: 0,
    ...patch,
  });
  const baseline = (patch: Partial<Baseline> = {}): Baseline => ({
    source: 'page',
    role: 'LastSeen',
    snapshotId: 's',
    takenAt: NOON,
    extractor: 'http@1',
    title: '',
    finalUrl: '',
    textHash: '',
    textBlob: '',
    extracted: {},
    ...patch,
  });

  it('HTTP first, with the question whether it needs JavaScript', () => {
    assert.deepEqual(planFetch(source, undefined, undefined, NOON), {
      via: 'http',
      probeJavaScript: true,
      reprobe: false,
      validators: undefined,
    });
  });

  it('asks that question once a day', () => {
    assert.equal(
      planFetch(source, state(), baseline(), later(NOON, PROBE_MS - 1)).probeJavaScript,
      false,
    );
    assert.equal(
      planFetch(source, state(), baseline(), later(NOON, PROBE_MS)).probeJavaScript,
      true,
    );
  });

  it('by the browser once it learned that it must, asked again after a week', () => {
    const known = state({ needsJavaScript: true });
    assert.deepEqual(
      [
        planFetch(source, known, baseline(), NOON).via,
        planFetch(source, known, baseline(), NOON).reprobe,
      ],
      ['browser', false],
    );
    assert.equal(planFetch(source, known, baseline(), later(NOON, REPROBE_MS)).reprobe, true);
  });

  it('a confirmation looks with the eyes that saw the change', () => {
    const known = state({
      pending: { seen: 1, looks: 1, nextAt: NOON.toISOString() },
      needsJavaScript: true,
    });
    assert.equal(planFetch(source, known, baseline(), NOON).via, 'http');
  });

  it('as the job says', () => {
    assert.equal(
      planFetch(testSource({ fetch: 'Browser' }), undefined, undefined, NOON).via,
      'browser',
    );
    assert.equal(
      planFetch(testSource({ fetch: 'Http' }), undefined, undefined, NOON).probeJavaScript,
      false,
    );
  });

  it('with the validators of a baseline that came over HTTP only', () => {
    assert.deepEqual(planFetch(source, state(), baseline(), NOON).validators, { etag: '"e"' });
    assert.equal(
      planFetch(source, state(), baseline({ extractor: 'browser@1' }), NOON).validators,
      undefined,
    );
    assert.equal(planFetch(source, state(), undefined, NOON).validators, undefined);
  });

  it('with no validators of an older spec', () => {
    assert.equal(
      planFetch(source, state({ specHash: 'other' }), baseline(), NOON).validators,
      undefined,
    );
  });

  it('the hash of a source changes with what decides its text, not with its way of fetching', () => {
    assert.notEqual(specHashOf(source), specHashOf({ ...source, select: { include: ['main'] } }));
    assert.notEqual(specHashOf(source), specHashOf({ ...source, ignore: { text: ['x'] } }));
    assert.equal(specHashOf(source), specHashOf({ ...source, fetch: 'Browser' }));
    assert.equal(specHashOf(source), specHashOf({ ...source, screenshot: 'Never' }));
  });

  it("asks for the values of number conditions by the condition's name", () => {
    const conditions = [
      {
        name: 'a',
        then: 'Alert' as const,
        number: { select: '.p', op: 'Lt' as const, value: '1' },
      },
      {
        name: 'b',
        then: 'Alert' as const,
        percentChange: { select: '.q', op: 'Gt' as const, value: '5' },
      },
      { name: 'c', then: 'Alert' as const, text: { contains: 'x', side: 'Present' as const } },
    ];
    assert.deepEqual(toFetchSource(source, conditions).values, [
      { name: 'a', select: '.p' },
      { name: 'b', select: '.q' },
    ]);
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
