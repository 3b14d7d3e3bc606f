import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { browserPoolOf, type Level } from './binding.ts';
import { jobsOf } from './demand.ts';

const PLATFORM = 'duckmon';
const job = (name: string, spec: Parameters<typeof jobOf>[0] = {}, namespace = 'team') =>
  jobOf(spec, { name, namespace, uid: `uid-${namespace}-${name}` });
const isolated = (name: string, level: Level, namespace = 'team', poolRef?: string) =>
  job(name, { isolation: { level, ...(poolRef && { poolRef: { name: poolRef } }) } }, namespace);
const namesOf = (of: readonly ReturnType<typeof job>[]): string[] =>
  of.map(({ metadata }) => metadata.name);

describe('operator: the jobs of a browser pool', () => {
  const jobs = [
    job('plain'),
    job('other', {}, 'elsewhere'),
    isolated('together', 'Namespace'),
    isolated('apart', 'Namespace', 'elsewhere'),
    isolated('alone', 'Dedicated'),
    isolated('hostile', 'Ephemeral'),
    isolated('named', 'Ephemeral', 'team', 'mine'),
  ];
  const of = (namespace: string, name: string): string[] =>
    namesOf(jobsOf(poolOf({}, { namespace, name }), jobs, undefined, PLATFORM));

  it('are all that ask for no isolation, for the shared one', () => {
    assert.deepEqual(of(PLATFORM, 'browser'), ['plain', 'other']);
  });

  it('are those of the namespace and level, for one that the operator made', () => {
    assert.deepEqual(of('team', 'namespace-browser'), ['together']);
    assert.deepEqual(of('elsewhere', 'namespace-browser'), ['apart']);
    assert.deepEqual(of('team', 'ephemeral-browser'), ['hostile']);
    const [alone] = jobs.filter(({ metadata }) => metadata.name === 'alone');
    assert.deepEqual(of('team', browserPoolOf(alone ?? assert.fail(), PLATFORM).name), ['alone']);
  });

  it('are those that name it, for one of a person', () => {
    assert.deepEqual(of('team', 'mine'), ['named']);
    assert.deepEqual(of('elsewhere', 'mine'), []);
    assert.deepEqual(of('team', 'browser'), []);
  });

  it('come to exactly one pool each', () => {
    const level = fc.constantFrom<Level[]>('Shared', 'Namespace', 'Dedicated', 'Ephemeral');
    const shape = fc.record({
      level,
      namespace: fc.constantFrom('team', 'elsewhere', PLATFORM),
      ref: fc.option(fc.constantFrom('mine', 'browser', 'namespace-browser')),
    });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 8 }), (shapes) => {
        const some = shapes.map(({ level: at, namespace, ref }, index) =>
          isolated(`j${index}`, at, namespace, at === 'Shared' ? undefined : (ref ?? undefined)),
        );
        const refs = new Map(
          some.map((one) => {
            const ref = browserPoolOf(one, PLATFORM);
            return [`${ref.namespace}/${ref.name}`, ref];
          }),
        );
        const served = [...refs.values()].flatMap((ref) =>
          namesOf(jobsOf(poolOf({}, ref), some, undefined, PLATFORM)),
        );
        assert.deepEqual(served.toSorted(), namesOf(some).toSorted());
      }),
    );
  });
});

describe('operator: the jobs of an LLM pool', () => {
  const llm = (name: string, model?: string, namespace = PLATFORM): WorkerPool =>
    poolOf(
      {
        role: 'LLM',
        ...(model === undefined ? {} : { model: { provider: 'OpenAI', name: model } }),
      },
      { name, namespace },
    );
  const platformWith = (model: string): MonitorPlatform =>
    ({ spec: { models: { default: model, allowExternal: true } } }) as unknown as MonitorPlatform;
  const jobs = [job('plain'), job('small', { judge: { model: 'small-1' } })];
  const of = (pool: WorkerPool, pools: WorkerPool[], platform?: MonitorPlatform): string[] =>
    namesOf(jobsOf(pool, jobs, platform, PLATFORM, [pool, ...pools]));

  it('are those of its model, whatever their isolation', () => {
    const small = llm('judges', 'small-1');
    assert.deepEqual(of(small, [llm('llm')]), ['small']);
    const far = job('far', { judge: { model: 'small-1' }, isolation: { level: 'Ephemeral' } });
    assert.deepEqual(namesOf(jobsOf(small, [far], undefined, PLATFORM)), ['far']);
    assert.deepEqual(of(llm('judges', 'big-1'), [llm('llm')]), []);
  });

  it("are those without a model for the pool of the platform's, and for llm where none is named", () => {
    assert.deepEqual(of(llm('judges', 'big-1'), [], platformWith('big-1')), ['plain']);
    assert.deepEqual(of(llm('llm', 'big-1'), [llm('judges', 'small-1')]), ['plain']);
    assert.deepEqual(of(llm('llm'), []), ['plain', 'small']);
    assert.deepEqual(of(llm('judges'), []), []);
  });

  it('are none for a pool of a tenant, which judges nothing', () => {
    assert.deepEqual(of(llm('llm', 'small-1', 'team'), []), []);
  });

  it('come to exactly one pool each', () => {
    const models = fc.array(fc.constantFrom('small-1', 'big-1', 'other'), { maxLength: 4 });
    fc.assert(
      fc.property(models, (names) => {
        const pools = [llm('llm'), ...names.map((model, index) => llm(`p${index}`, model))];
        const served = pools.flatMap((pool) =>
          namesOf(jobsOf(pool, jobs, platformWith('big-1'), PLATFORM, pools)),
        );
        assert.deepEqual(served.toSorted(), ['plain', 'small']);
      }),
    );
  });

  it('are the same in whatever order the jobs come', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      job(`j${index}`, { judge: { model: ['a', 'b', 'c'][index % 3] ?? '' } }),
    );
    const served = (some: typeof many) =>
      namesOf(jobsOf(llm('judges', 'a'), some, undefined, PLATFORM)).toSorted();
    const any = fc.shuffledSubarray(many, { minLength: many.length });
    fc.assert(fc.property(any, (shuffled) => assert.deepEqual(served(shuffled), served(many))));
  });
});
