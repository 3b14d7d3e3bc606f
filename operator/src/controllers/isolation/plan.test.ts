import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { ANNOTATIONS, CONTROLLERS, LABELS, OWNED } from '../../names.ts';
import { LEVELS, ownPoolName, type Level } from '../../pools/binding.ts';
import { poolOf } from '../workerpool/testing.ts';
import { planIsolation, type IsolationInput, type Step } from './plan.ts';
import { isolated, NAMESPACE, PLATFORM, platformOf, USERS } from './testing.ts';

const inputOf = (patch: Partial<IsolationInput> = {}): IsolationInput => ({
  namespace: NAMESPACE,
  platformNamespace: PLATFORM,
  usersNamespace: USERS,
  platform: platformOf(),
  jobs: [],
  pools: [],
  ...patch,
});
const plan = (patch: Partial<IsolationInput>): readonly Step[] => planIsolation(inputOf(patch));
const said = (patch: Partial<IsolationInput>): string[] =>
  plan(patch).map((step) => {
    const { metadata } = step.kind === 'apply' ? step.wish : step.pool;
    return `${step.dryRun ? 'would ' : ''}${step.kind} ${metadata.name}`;
  });
const wishOf = (level: Level) => {
  const [step] = plan({ jobs: [isolated('shop', level)] });
  return step?.kind === 'apply' ? step.wish : assert.fail('nothing is applied');
};
const ours = (
  name: string,
  level: Level,
  metadata: Partial<WorkerPool['metadata']> = {},
): WorkerPool =>
  poolOf(
    {},
    {
      namespace: NAMESPACE,
      name,
      uid: `uid-${name}`,
      labels: { [OWNED.controller]: CONTROLLERS.Isolation, [LABELS.isolation]: level },
      ...metadata,
    },
  );
const disabled = { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } };
const dryRun = { annotations: { [ANNOTATIONS.dryRun]: 'true' } };

describe('operator: the pools of a namespace', () => {
  it('are those that its jobs need and no poolRef names', () => {
    const alone = isolated('alone', 'Dedicated');
    const jobs = [
      isolated('plain', 'Shared'),
      isolated('together', 'Namespace'),
      isolated('beside', 'Namespace'),
      alone,
      isolated('hostile', 'Ephemeral'),
      isolated('named', 'Dedicated', 'mine'),
    ];
    assert.deepEqual(said({ jobs }), [
      `apply ${ownPoolName(alone)}`,
      'apply namespace-browser',
      'apply ephemeral-browser',
    ]);
    assert.deepEqual(said({ jobs: jobs.slice(0, 1) }), []);
    assert.deepEqual(said({ jobs: [isolated('named', 'Namespace', 'mine')] }), []);
  });

  it("are as the platform's own browsers, but for their number and what those were narrowed to", () => {
    const { role, slotsPerPod, sandbox, runtimeClassName, recycle, ...rest } = wishOf('Namespace')
      .spec as WorkerPool['spec'];
    assert.deepEqual(
      { role, slotsPerPod, sandbox, runtimeClassName, recycle },
      {
        role: 'Browser',
        slotsPerPod: 3,
        sandbox: 'RuntimeClass',
        runtimeClassName: 'gvisor',
        recycle: poolOf().spec.recycle,
      },
    );
    assert.deepEqual(Object.keys(rest), ['autoscaling']);
  });

  it('follow the load as their level says', () => {
    const scaling = (level: Level) => {
      const { autoscaling, replicas } = wishOf(level).spec as WorkerPool['spec'];
      const { mode, min, max } = autoscaling;
      return { mode, min, max, replicas };
    };
    assert.deepEqual(scaling('Namespace'), {
      mode: 'Operator',
      min: 1,
      max: 20,
      replicas: undefined,
    });
    assert.deepEqual(scaling('Dedicated'), {
      mode: 'Operator',
      min: 0,
      max: 1,
      replicas: undefined,
    });
    assert.deepEqual(scaling('Ephemeral'), { mode: 'Off', min: 0, max: 20, replicas: 0 });
  });

  it('say for which level they are, and only that of one job belongs to it', () => {
    for (const level of ['Namespace', 'Dedicated', 'Ephemeral'] as const) {
      const { labels, ownerReferences } = wishOf(level).metadata;
      assert.equal(labels?.[LABELS.isolation], level);
      const owners = ownerReferences?.map(({ kind, uid }) => `${kind} ${uid}`);
      assert.deepEqual(owners, level === 'Dedicated' ? ['MonitorJob uid-shop'] : undefined);
    }
  });

  it('E10 are none for Namespace where persons share the namespace', () => {
    const at = { namespace: USERS };
    const jobs = [
      isolated('a', 'Namespace', undefined, at),
      isolated('b', 'Ephemeral', undefined, at),
    ];
    assert.deepEqual(said({ namespace: USERS, jobs }), ['apply ephemeral-browser']);
  });

  it('go when no job needs them, whatever became of the jobs', () => {
    const pools = [
      ours('namespace-browser', 'Namespace'),
      ours('ephemeral-browser', 'Ephemeral'),
      ours(ownPoolName(isolated('gone', 'Dedicated')), 'Dedicated'),
    ];
    const going = { deletionTimestamp: 'now' } as object;
    for (const jobs of [
      [],
      [isolated('gone', 'Shared')],
      [isolated('gone', 'Namespace', undefined, going)],
    ])
      assert.deepEqual(
        said({ jobs, pools }),
        pools.map(({ metadata }) => `delete ${metadata.name}`),
      );
  });

  it('leave pools of people alone, also under the names of ours', () => {
    const theirs = poolOf({}, { namespace: NAMESPACE, name: 'namespace-browser', labels: {} });
    const mine = poolOf({}, { namespace: NAMESPACE, name: 'mine', labels: {} });
    assert.deepEqual(said({ jobs: [isolated('a', 'Namespace')], pools: [theirs, mine] }), []);
    assert.deepEqual(said({ pools: [theirs, mine] }), []);
    const labelled = {
      [OWNED.controller]: CONTROLLERS.WorkerPool,
      [LABELS.isolation]: 'Namespace',
    };
    const other = poolOf({}, { namespace: NAMESPACE, name: 'namespace-browser', labels: labelled });
    assert.deepEqual(said({ jobs: [isolated('a', 'Namespace')], pools: [other] }), []);
  });

  it('are made anew when one of ours is of another level', () => {
    const wrong = ours('namespace-browser', 'Ephemeral');
    const jobs = [isolated('a', 'Namespace')];
    assert.deepEqual(said({ jobs, pools: [wrong] }), ['delete namespace-browser']);
  });

  it('are neither made nor taken away for jobs that the operator keeps its hands off', () => {
    const pools = [ours('namespace-browser', 'Namespace')];
    for (const metadata of [disabled, dryRun]) {
      const jobs = [isolated('a', 'Namespace', undefined, metadata)];
      assert.deepEqual(said({ jobs }), []);
      assert.deepEqual(said({ jobs, pools }), []);
      assert.deepEqual(said({ jobs: [...jobs, isolated('b', 'Namespace')] }), [
        'apply namespace-browser',
      ]);
    }
  });

  it('are left alone with the annotation reconcile: disabled, on them or on the platform', () => {
    const pools = [ours('namespace-browser', 'Namespace', disabled)];
    const jobs = [isolated('a', 'Namespace')];
    assert.deepEqual(said({ jobs, pools }), []);
    assert.deepEqual(said({ pools }), []);
    assert.deepEqual(said({ jobs, platform: platformOf({}, disabled.annotations) }), []);
  });

  it('are only shown under the dry-run annotation, on them or on the platform', () => {
    const pools = [ours('namespace-browser', 'Namespace', dryRun)];
    const jobs = [isolated('a', 'Namespace')];
    assert.deepEqual(said({ jobs, pools }), ['would apply namespace-browser']);
    assert.deepEqual(said({ pools }), ['would delete namespace-browser']);
    assert.deepEqual(said({ jobs, platform: platformOf({}, dryRun.annotations) }), [
      'would apply namespace-browser',
    ]);
  });

  it('wait for the platform, and for one of the same name that goes', () => {
    const jobs = [isolated('a', 'Namespace')];
    const going = ours('namespace-browser', 'Namespace', { deletionTimestamp: 'now' } as object);
    assert.deepEqual(said({ jobs, platform: undefined }), []);
    assert.deepEqual(said({ jobs, pools: [going] }), []);
    assert.deepEqual(said({ pools: [going] }), []);
  });

  it('are the same in whatever order jobs and pools come', () => {
    const jobs = Array.from({ length: 8 }, (_, index) =>
      isolated(`j${index}`, LEVELS[index % 4] ?? 'Shared'),
    );
    const pools = [ours('old', 'Dedicated'), ours('ephemeral-browser', 'Ephemeral')];
    const shuffled = <T>(all: readonly T[]) =>
      fc.shuffledSubarray([...all], { minLength: all.length });
    fc.assert(
      fc.property(shuffled(jobs), shuffled(pools), (someJobs, somePools) => {
        assert.deepEqual(
          said({ jobs: someJobs, pools: somePools }).toSorted(),
          said({ jobs, pools }).toSorted(),
        );
        const owners = (of: typeof jobs) =>
          plan({ jobs: of }).map((step) => step.kind === 'apply' && step.wish.metadata);
        assert.deepEqual(owners(someJobs), owners(jobs));
      }),
    );
  });
});
