import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { createStore } from '../kube/store.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { bindingOf, isShared } from './binding.ts';
import { jobsOf } from './demand.ts';

const PLATFORM = 'duckmon';
const withReady = (readyReplicas: number | undefined, pool = poolOf()): WorkerPool => ({
  ...pool,
  status: readyReplicas === undefined ? {} : { readyReplicas },
});
const bound = (...pools: WorkerPool[]) => {
  const store = createStore<WorkerPool>();
  pools.forEach((pool) => store.put(pool));
  return bindingOf(store, PLATFORM);
};
const llm = (name: string, model?: string): WorkerPool =>
  poolOf(
    { role: 'LLM', ...(model === undefined ? {} : { model: { provider: 'OpenAI', name: model } }) },
    { name },
  );
const platformWith = (model: string): MonitorPlatform =>
  ({ spec: { models: { default: model, allowExternal: true } } }) as unknown as MonitorPlatform;

describe('operator: the pool of a job', () => {
  it("is the platform's browser pool, live with a ready pod and without capacity else", () => {
    const at = { namespace: PLATFORM, name: 'browser' };
    assert.deepEqual(bound(withReady(1)), { kind: 'live', ...at });
    for (const ready of [0, undefined])
      assert.deepEqual(bound(withReady(ready)), { kind: 'noCapacity', ...at });
  });

  it('is none while the pool is not there, is elsewhere, or goes', () => {
    const going = poolOf({}, { deletionTimestamp: '2026-03-10T12:00:00Z' } as object);
    const elsewhere = poolOf({}, { namespace: 'team' });
    for (const pools of [[], [withReady(1, elsewhere)], [withReady(1, going)]]) {
      const binding = bound(...pools);
      const { message } = binding.kind === 'none' ? binding : assert.fail(binding.kind);
      assert.match(
        message,
        /no WorkerPool browser in the namespace duckmon; the operator makes it/,
      );
    }
  });

  it('is none when somebody made the pool of another role', () => {
    const binding = bound(withReady(3, poolOf({ role: 'LLM' })));
    const { message } = binding.kind === 'none' ? binding : assert.fail(binding.kind);
    assert.match(message, /is of role LLM, which fetches no pages; delete it/);
  });

  it('is told from pools of the same name in the namespaces of tenants', () => {
    assert.equal(isShared(poolOf(), PLATFORM), true);
    assert.equal(isShared(poolOf({}, { namespace: 'team' }), PLATFORM), false);
    assert.equal(isShared(poolOf({}, { name: 'other' }), PLATFORM), false);
  });
});

describe('operator: the jobs of a pool', () => {
  const job = (name: string, model?: string) =>
    jobOf(
      { judge: model === undefined ? {} : { model } },
      { name, namespace: 'team', uid: `uid-${name}` },
    );
  const plain = job('plain');
  const small = job('small', 'small-1');
  const namesOf = (pool: WorkerPool, platform?: MonitorPlatform): (string | undefined)[] =>
    jobsOf(pool, [plain, small], platform, PLATFORM).map(({ metadata }) => metadata.name);

  it('are all for the shared browsers, and none for browsers of tenants', () => {
    assert.deepEqual(namesOf(poolOf()), ['plain', 'small']);
    assert.deepEqual(namesOf(poolOf({}, { namespace: 'team' })), []);
  });

  it('go to the LLM pool of their model', () => {
    assert.deepEqual(namesOf(llm('judges', 'small-1')), ['small']);
    assert.deepEqual(namesOf(llm('judges', 'big-1')), []);
  });

  it("go to the pool of the platform's model, and to the pool llm where that is not named", () => {
    assert.deepEqual(namesOf(llm('judges', 'big-1'), platformWith('big-1')), ['plain']);
    assert.deepEqual(namesOf(llm('llm', 'big-1')), ['plain']);
    assert.deepEqual(namesOf(llm('llm')), ['plain', 'small']);
    assert.deepEqual(namesOf(llm('judges')), []);
  });

  it('are the same in whatever order the jobs come', () => {
    const jobs = Array.from({ length: 12 }, (_, index) => job(`j${index}`, ['a', 'b'][index % 3]));
    const served = (of: typeof jobs) =>
      jobsOf(llm('judges', 'a'), of, undefined, PLATFORM)
        .map(({ metadata }) => metadata.name)
        .toSorted();
    const any = fc.shuffledSubarray(jobs, { minLength: jobs.length });
    fc.assert(fc.property(any, (shuffled) => assert.deepEqual(served(shuffled), served(jobs))));
  });
});
