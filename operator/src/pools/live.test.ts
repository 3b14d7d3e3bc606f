import assert from 'node:assert/strict';
import type { WorkerPool, WorkerPoolSpec } from '../../../crds/types/workerpool.ts';
import { jobOf } from '../controllers/monitorjob/testing.ts';
import { poolOf } from '../controllers/workerpool/testing.ts';
import { createStore } from '../kube/store.ts';
import { CONTROLLERS, LABELS, OWNED } from '../names.ts';
import { browserPoolOf, type Level } from './binding.ts';
import { bindingOf, isLive, isOtherForJobs } from './live.ts';

const PLATFORM = 'duckmon';
const scaled = (mode: WorkerPoolSpec['autoscaling']['mode'], min: number) => ({
  autoscaling: { ...poolOf().spec.autoscaling, mode, min },
});
const withStatus = (pool: WorkerPool, readyReplicas?: number, ready?: string): WorkerPool => ({
  ...pool,
  status: {
    ...(readyReplicas === undefined ? {} : { readyReplicas }),
    ...(ready === undefined
      ? {}
      : {
          conditions: [
            { type: 'Ready', status: ready as 'True', reason: 'x', lastTransitionTime: '' },
          ],
        }),
  },
});
const job = (level: Level, poolRef?: string) =>
  jobOf({ isolation: { level, ...(poolRef && { poolRef: { name: poolRef } }) } });
const made = (level: Level, name: string, spec: Partial<WorkerPoolSpec> = {}): WorkerPool =>
  poolOf(spec, {
    namespace: 'team',
    name,
    labels: { [OWNED.controller]: CONTROLLERS.Isolation, [LABELS.isolation]: level },
  });
const told = (of: ReturnType<typeof job>, ...pools: WorkerPool[]) => {
  const store = createStore<WorkerPool>();
  pools.forEach((pool) => store.put(pool));
  return bindingOf(of, store, PLATFORM);
};
const saying = (of: ReturnType<typeof job>, ...pools: WorkerPool[]): string => {
  const binding = told(of, ...pools);
  return 'message' in binding ? `${binding.kind}: ${binding.message}` : binding.kind;
};

describe('operator: what a job is told of its pool', () => {
  it('is that it is live with a ready pod, and without capacity else', () => {
    const at = { namespace: PLATFORM, name: 'browser' };
    assert.deepEqual(told(job('Shared'), withStatus(poolOf(), 1)), { kind: 'live', ...at });
    for (const ready of [0, undefined])
      assert.deepEqual(told(job('Shared'), withStatus(poolOf(), ready)), {
        kind: 'noCapacity',
        ...at,
      });
  });

  it('is that the shared pool is not there, is elsewhere, or goes', () => {
    const going = poolOf({}, { deletionTimestamp: '2026-03-10T12:00:00Z' } as object);
    const elsewhere = withStatus(poolOf({}, { namespace: 'team' }), 1);
    for (const pools of [[], [elsewhere], [withStatus(going, 1)]])
      assert.match(
        saying(job('Shared'), ...pools),
        /^none: .*no WorkerPool browser in the namespace duckmon; the operator makes it/,
      );
  });

  it('is that a pool of its level is made, or what to do about one that poolRef names', () => {
    assert.match(
      saying(job('Namespace')),
      /^none: There is no WorkerPool namespace-browser in this namespace yet; the operator makes it/,
    );
    assert.match(
      saying(job('Namespace', 'mine')),
      /^none: spec\.isolation\.poolRef names the WorkerPool mine, which is not in this namespace; apply it, or leave poolRef out/,
    );
  });

  it('is that somebody made a pool of another role', () => {
    const llm = (name: string, namespace: string) => poolOf({ role: 'LLM' }, { name, namespace });
    assert.match(
      saying(job('Shared'), llm('browser', PLATFORM)),
      /^unfit: .* is of role LLM, which fetches no pages; delete it/,
    );
    assert.match(
      saying(job('Ephemeral', 'mine'), llm('mine', 'team')),
      /^unfit: spec\.isolation\.poolRef names .* role LLM and fetches no pages; name one of role Browser/,
    );
  });

  it('is that a pool of a person has the name of the one that the operator would make', () => {
    const theirs = withStatus(poolOf({}, { namespace: 'team', name: 'namespace-browser' }), 1);
    assert.match(
      saying(job('Namespace'), theirs),
      /^unfit: .*was not made by the operator, which leaves it alone: name it in spec\.isolation\.poolRef/,
    );
    assert.equal(saying(job('Namespace', 'namespace-browser'), theirs), 'live');
    const ours = withStatus(made('Namespace', 'namespace-browser'), 1);
    assert.equal(saying(job('Namespace'), ours), 'live');
    const ofOthers = withStatus(made('Ephemeral', 'namespace-browser'), 1);
    assert.match(saying(job('Namespace'), ofOthers), /^unfit/);
  });

  it('is that the pool of a Dedicated job is live while it sleeps, and only where it is woken', () => {
    const { name } = browserPoolOf(job('Dedicated'), PLATFORM);
    const asleep = made('Dedicated', name, scaled('Operator', 0));
    assert.equal(saying(job('Dedicated'), withStatus(asleep, 0, 'True')), 'live');
    assert.equal(saying(job('Dedicated'), withStatus(asleep, 0, 'False')), 'noCapacity');
    assert.equal(saying(job('Dedicated'), withStatus(asleep, 0)), 'noCapacity');
    const off = made('Dedicated', name, scaled('Off', 0));
    assert.equal(saying(job('Dedicated'), withStatus(off, 0, 'True')), 'noCapacity');
    assert.equal(saying(job('Dedicated'), withStatus(off, 1, 'True')), 'live');
  });

  it('is that an Ephemeral pool is live when it can make pods, though it has none', () => {
    const pool = made('Ephemeral', 'ephemeral-browser', scaled('Off', 0));
    assert.equal(saying(job('Ephemeral'), withStatus(pool, 0, 'True')), 'live');
    for (const ready of ['False', 'Unknown', undefined])
      assert.equal(saying(job('Ephemeral'), withStatus(pool, 0, ready)), 'noCapacity', ready);
  });
});

describe('operator: updates of a pool', () => {
  it('matter to its jobs when it gets or loses its pods, its model or its maker, and not by its numbers', () => {
    const pool = withStatus(made('Namespace', 'namespace-browser'), 2, 'True');
    const same = { ...pool, status: { ...pool.status, readyReplicas: 3, slots: 12 } };
    assert.equal(isOtherForJobs(pool, same), false);
    const others: WorkerPool[] = [
      withStatus(pool, 0, 'True'),
      withStatus(pool, 2, 'False'),
      { ...pool, metadata: { ...pool.metadata, labels: {} } },
      { ...pool, metadata: { ...pool.metadata, deletionTimestamp: 'now' } as never },
      { ...pool, spec: { ...pool.spec, model: { provider: 'OpenAI', name: 'm' } } },
      { ...pool, spec: { ...pool.spec, ...scaled('Operator', 0) } },
    ];
    for (const other of others) assert.equal(isOtherForJobs(pool, other), true);
  });

  it('that change what a job is told are among those that matter', () => {
    const levels = ['Shared', 'Namespace', 'Dedicated', 'Ephemeral'] as const;
    const pools = [0, 1].flatMap((pods) =>
      ['True', 'False'].flatMap((ready) =>
        [0, 1].map((min) =>
          withStatus(made('Namespace', 'x', scaled('Operator', min)), pods, ready),
        ),
      ),
    );
    for (const before of pools)
      for (const after of pools)
        if (levels.some((level) => isLive(before, level) !== isLive(after, level)))
          assert.ok(isOtherForJobs(before, after));
  });
});
