import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { browserPoolOf, isBoundTo, isShared, judgePoolOf, LEVELS, type Level } from './binding.ts';

const PLATFORM = 'duckmon';
const at = (level: Level, poolRef?: string, metadata = {}) =>
  jobOf(
    { isolation: { level, ...(poolRef === undefined ? {} : { poolRef: { name: poolRef } }) } },
    metadata,
  );
const poolOfJob = (...args: Parameters<typeof at>): string => {
  const { namespace, name } = browserPoolOf(at(...args), PLATFORM);
  return `${namespace}/${name}`;
};

describe('operator: the browser pool of a job', () => {
  it('is that of the platform, of the namespace, of the job, or of its checks, by its level', () => {
    assert.equal(poolOfJob('Shared'), 'duckmon/browser');
    assert.equal(poolOfJob('Namespace'), 'team/namespace-browser');
    assert.match(poolOfJob('Dedicated'), /^team\/job-shop-[0-9a-f]{8}$/);
    assert.equal(poolOfJob('Ephemeral'), 'team/ephemeral-browser');
  });

  it("is the one that poolRef names, in the job's own namespace", () => {
    for (const level of ['Namespace', 'Dedicated', 'Ephemeral'] as const)
      assert.equal(poolOfJob(level, 'mine'), 'team/mine', level);
  });

  it('of a Dedicated job is no other job’s, however long or alike the names are', () => {
    const long = 'a'.repeat(63);
    const names = [long, `${long.slice(0, 62)}b`, 'a'].map((name) =>
      poolOfJob('Dedicated', undefined, { name }),
    );
    const elsewhere = poolOfJob('Dedicated', undefined, { name: long, namespace: 'other' });
    assert.equal(new Set([...names, elsewhere].map((name) => name.split('/')[1])).size, 4);
    for (const name of names) assert.ok((name.split('/')[1] ?? '').length <= 63);
  });

  it('E10 is never one of another namespace, but for the shared one', () => {
    for (const level of LEVELS)
      for (const ref of [undefined, 'browser', 'namespace-browser']) {
        const bound = poolOfJob(level, level === 'Shared' ? undefined : ref);
        assert.equal(bound.split('/')[0], level === 'Shared' ? PLATFORM : 'team', bound);
      }
  });

  it('works for a job exactly when the job is bound to it', () => {
    const shared = { namespace: PLATFORM, name: 'browser' };
    const mine = { namespace: 'team', name: 'mine' };
    assert.ok(isBoundTo(at('Shared'), shared, PLATFORM));
    assert.ok(isBoundTo(at('Namespace', 'mine'), mine, PLATFORM));
    assert.ok(!isBoundTo(at('Namespace'), mine, PLATFORM));
    assert.ok(!isBoundTo(at('Namespace', 'browser'), shared, PLATFORM));
    assert.ok(isBoundTo(at('Namespace', 'browser', { namespace: PLATFORM }), shared, PLATFORM));
    assert.ok(!isBoundTo(at('Namespace', 'mine', { namespace: 'other' }), mine, PLATFORM));
  });

  it('is told from pools of the same name in the namespaces of tenants', () => {
    assert.equal(isShared(poolOf(), PLATFORM), true);
    assert.equal(isShared(poolOf({}, { namespace: 'team' }), PLATFORM), false);
    assert.equal(isShared(poolOf({}, { name: 'other' }), PLATFORM), false);
  });
});

describe('operator: the pool that judges a job', () => {
  const llm = (name: string, model?: string, metadata: object = {}): WorkerPool =>
    poolOf(
      {
        role: 'LLM',
        ...(model === undefined ? {} : { model: { provider: 'OpenAI', name: model } }),
      },
      { name, ...metadata },
    );
  const platformWith = (model: string): MonitorPlatform =>
    ({ spec: { models: { default: model, allowExternal: true } } }) as unknown as MonitorPlatform;
  const judge = (model: string | undefined, pools: WorkerPool[], platform?: MonitorPlatform) => {
    const job = jobOf({ judge: model === undefined ? {} : { model } });
    const { namespace, name } = judgePoolOf(job, platform, pools, PLATFORM);
    assert.equal(namespace, PLATFORM);
    return name;
  };

  it("is that of its model, else that of the platform's model", () => {
    const pools = [llm('llm'), llm('small', 'small-1'), llm('big', 'big-1')];
    assert.equal(judge('small-1', pools), 'small');
    assert.equal(judge(undefined, pools, platformWith('big-1')), 'big');
    assert.equal(judge('small-1', pools, platformWith('big-1')), 'small');
  });

  it('is the pool llm where no model is named, or no pool has it', () => {
    assert.equal(judge(undefined, [llm('small', 'small-1')]), 'llm');
    assert.equal(judge('huge-1', [llm('small', 'small-1')]), 'llm');
    assert.equal(judge('huge-1', []), 'llm');
  });

  it('is the same whichever of several with the model comes first', () => {
    const [a, b, main] = [llm('a', 'm'), llm('b', 'm'), llm('llm', 'm')];
    assert.equal(judge('m', [b, a]), 'a');
    assert.equal(judge('m', [a, b]), 'a');
    assert.equal(judge('m', [b, a, main]), 'llm');
  });

  it('is none of a tenant, none of browsers, and none that goes', () => {
    const going = llm('b', 'm', { deletionTimestamp: '2026-03-10T12:00:00Z' });
    const browser = poolOf({ model: { provider: 'OpenAI', name: 'm' } }, { name: 'c' });
    assert.equal(judge('m', [llm('a', 'm', { namespace: 'team' }), going, browser]), 'llm');
  });
});
