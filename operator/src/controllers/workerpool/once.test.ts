import assert from 'node:assert/strict';
import fc from 'fast-check';
import { onceJobName } from './names.ts';
import { endOf, planOnce, type OnceInput, type OnceJob } from './once.ts';
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
    for (const state of ['starting', 'started', 'failed'] as const)
      assert.deepEqual(plan({ waiting: ['a-1'], jobs: [jobFor('a-1', state)] }).make, [], state);
  });

  it('leave their name to a new one when they are over and their check still waits', () => {
    const jobs = [jobFor('a-1', 'over'), jobFor('b-1', 'over')];
    const first = plan({ waiting: ['a-1'], jobs });
    assert.deepEqual(first, { make: [], keep: names('b-1') });
    const next = plan({ waiting: ['a-1'], jobs: [jobFor('b-1', 'over')] });
    assert.deepEqual(next, { make: ['a-1'], keep: names('a-1', 'b-1') });
  });

  it('are not made again at once for a check whose pod failed', () => {
    const jobs = [jobFor('a-1', 'failed')];
    assert.deepEqual(plan({ waiting: ['a-1'], jobs }), { make: [], keep: names('a-1') });
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
    for (const state of ['over', 'failed'] as const) {
      const ended = { pool: few(2), waiting, jobs: [jobFor('d-1', state)] };
      assert.deepEqual(plan(ended).make, ['a-1', 'b-1'], state);
    }
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

  it('have ended when the Job says so, and one that failed has failed', () => {
    const of = (...conditions: readonly { readonly type: string; readonly status: string }[]) =>
      endOf({ metadata: { name: 'x' }, status: { conditions } });
    const is = (type: string, status = 'True') => ({ type, status });
    assert.equal(of(is('Complete')), 'over');
    assert.equal(of(is('Complete', 'False'), is('Failed')), 'failed');
    assert.equal(of(is('Failed', 'False')), undefined);
    assert.equal(of(is('Suspended')), undefined);
    assert.equal(endOf({ metadata: { name: 'x' } }), undefined);
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
              .constantFrom<OnceJob['state'][]>('starting', 'started', 'over', 'failed')
              .map((state) => jobFor(id, state)),
          ),
        ),
      ),
    max: fc.integer({ min: 1, max: 6 }),
  });

  it('come to rest: once names are free and taken again, the next plan does nothing', () => {
    fc.assert(
      fc.property(inputs, ({ waiting, named, jobs, max }) => {
        const input = { pool: few(max), waiting, named };
        const after = (there: readonly OnceJob[]): readonly OnceJob[] => {
          const { make, keep } = planOnce({ ...input, jobs: there });
          return [
            ...there.filter(({ name }) => keep.includes(name)),
            ...make.map((id) => jobFor(id)),
          ];
        };
        const there = after(after(jobs));
        const keep = there.map(({ name }) => name).toSorted();
        assert.deepEqual(planOnce({ ...input, jobs: there }), { make: [], keep });
      }),
    );
  });

  it('never go once begun, and leave no check without one that could have it', () => {
    fc.assert(
      fc.property(inputs, ({ waiting, named, jobs, max }) => {
        const { make, keep } = planOnce({ pool: few(max), waiting, named, jobs });
        for (const { name, state } of jobs)
          if (state === 'started' || state === 'failed') assert.ok(keep.includes(name), name);
        const kept = jobs.filter(({ name }) => keep.includes(name));
        const open =
          kept.filter(({ state }) => state === 'starting' || state === 'started').length +
          make.length;
        const coming = kept.filter(({ state }) => state === 'starting').length + make.length;
        const without = waiting.filter((id) => !jobs.some(({ name }) => names(id).includes(name)));
        assert.ok(coming >= without.length || open >= max);
      }),
    );
  });
});
