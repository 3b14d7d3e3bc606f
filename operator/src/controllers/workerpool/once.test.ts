import assert from 'node:assert/strict';
import fc from 'fast-check';
import { onceJobName } from './names.ts';
import { isOver, planOnce, type OnceInput, type OnceJob } from './once.ts';
import { poolOf } from './testing.ts';

const IDS = ['a-1', 'b-1', 'c-1', 'd-1', 'e-1'];
const pool = poolOf();
const few = (max: number) => poolOf({ autoscaling: { ...pool.spec.autoscaling, max } });
const jobFor = (id: string, state: OnceJob['state'] = 'starting'): OnceJob => ({
  name: onceJobName(pool, id),
  state,
});
const plan = (patch: Partial<OnceInput> = {}) =>
  planOnce({ pool, waiting: [], named: [], jobs: [], ...patch });
const names = (...ids: readonly string[]): readonly string[] =>
  ids.map((id) => onceJobName(pool, id)).toSorted();

describe('operator: pods for one check', () => {
  it('are made for each check that waits, in the order in which the scheduler tells', () => {
    const { make, keep } = plan({ waiting: ['b-1', 'a-1'] });
    assert.deepEqual(make, ['b-1', 'a-1']);
    assert.deepEqual(keep, names('a-1', 'b-1'));
  });

  it('are made once: a report that says the same again makes no second Job', () => {
    for (const state of ['starting', 'started', 'over'] as const)
      assert.deepEqual(plan({ waiting: ['a-1'], jobs: [jobFor('a-1', state)] }).make, [], state);
  });

  it('stay when their check waits no more: it may have begun there, or another one', () => {
    const jobs = [jobFor('a-1', 'started'), jobFor('b-1', 'over')];
    assert.deepEqual(plan({ jobs }).keep, names('a-1', 'b-1'));
  });

  it('are not made for a check that can have one that is to come', () => {
    const jobs = [jobFor('a-1')];
    assert.deepEqual(plan({ waiting: ['b-1'], jobs }), { make: [], keep: names('a-1') });
    assert.deepEqual(plan({ waiting: ['b-1', 'c-1'], jobs }).make, ['b-1']);
  });

  it('go when they have not begun and more of them come than checks wait', () => {
    const jobs = [jobFor('a-1'), jobFor('b-1'), jobFor('c-1')];
    assert.deepEqual(plan({ waiting: ['b-1'], jobs }).keep, names('b-1'));
    assert.deepEqual(plan({ waiting: [], jobs }).keep, []);
  });

  it('stay for checks that another scheduler named a moment ago, and are made beside theirs', () => {
    const jobs = [jobFor('a-1'), jobFor('b-1')];
    const named = ['a-1', 'b-1'];
    assert.deepEqual(plan({ named, jobs }).keep, names('a-1', 'b-1'));
    assert.deepEqual(plan({ waiting: ['c-1'], named, jobs }).make, ['c-1']);
    assert.deepEqual(plan({ named }).make, []);
  });

  it('stay for a check whose own pod another check has taken', () => {
    const jobs = [jobFor('a-1', 'started'), jobFor('b-1')];
    assert.deepEqual(plan({ waiting: ['a-1'], jobs }), { make: [], keep: names('a-1', 'b-1') });
  });

  it('are not more at a time than the pool may have pods, without those that are over', () => {
    const waiting = ['a-1', 'b-1', 'c-1'];
    assert.deepEqual(plan({ pool: few(2), waiting }).make, ['a-1', 'b-1']);
    const one = { pool: few(2), waiting, jobs: [jobFor('c-1', 'started')] };
    assert.deepEqual(plan(one).make, ['a-1']);
    const over = { pool: few(2), waiting, jobs: [jobFor('d-1', 'over')] };
    assert.deepEqual(plan(over).make, ['a-1', 'b-1']);
    assert.deepEqual(
      plan({ pool: few(1), waiting, jobs: [jobFor('a-1'), jobFor('b-1')] }).make,
      [],
    );
  });

  it('are neither made nor taken away while the scheduler does not say', () => {
    const jobs = [jobFor('a-1'), jobFor('b-1', 'started')];
    const { make, keep } = plan({ waiting: undefined, jobs });
    assert.deepEqual([make, keep.toSorted()], [[], names('a-1', 'b-1')]);
  });

  it('are over when the Job says so, whichever way it ended', () => {
    const of = (type: string, status = 'True') =>
      isOver({ metadata: { name: 'x' }, status: { conditions: [{ type, status }] } });
    assert.deepEqual(
      [of('Complete'), of('Failed'), of('Failed', 'False'), of('Suspended')],
      [true, true, false, false],
    );
    assert.equal(isOver({ metadata: { name: 'x' } }), false);
  });

  const inputs = fc.record({
    waiting: fc.shuffledSubarray(IDS),
    named: fc.shuffledSubarray(IDS),
    jobs: fc
      .shuffledSubarray(IDS)
      .chain((ids) =>
        fc.tuple(
          ...ids.map((id) =>
            fc
              .constantFrom('starting' as const, 'started' as const, 'over' as const)
              .map((state) => jobFor(id, state)),
          ),
        ),
      ),
    max: fc.integer({ min: 1, max: 6 }),
  });

  it('come to rest: after what a plan does, the next one does nothing', () => {
    fc.assert(
      fc.property(inputs, ({ waiting, named, jobs, max }) => {
        const first = planOnce({ pool: few(max), waiting, named, jobs });
        const there = [
          ...jobs.filter(({ name }) => first.keep.includes(name)),
          ...first.make.map((id) => jobFor(id)),
        ];
        const next = planOnce({ pool: few(max), waiting, named, jobs: there });
        assert.deepEqual(next, { make: [], keep: first.keep });
      }),
    );
  });

  it('never go once begun, and leave no check without one that could have it', () => {
    fc.assert(
      fc.property(inputs, ({ waiting, named, jobs, max }) => {
        const { make, keep } = planOnce({ pool: few(max), waiting, named, jobs });
        for (const { name, state } of jobs)
          if (state !== 'starting') assert.ok(keep.includes(name), name);
        const kept = jobs.filter(({ name }) => keep.includes(name));
        const open = kept.filter(({ state }) => state !== 'over').length + make.length;
        const coming = kept.filter(({ state }) => state === 'starting').length + make.length;
        const without = waiting.filter((id) => !jobs.some(({ name }) => names(id).includes(name)));
        assert.ok(coming >= without.length || open >= max);
      }),
    );
  });
});
