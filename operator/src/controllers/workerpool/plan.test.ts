import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WorkerPoolSpec } from '../../../../crds/types/workerpool.ts';
import { ANNOTATIONS } from '../../names.ts';
import { onceJobName, onceName } from './names.ts';
import { planPool } from './plan.ts';
import { inputOf, NOON, poolOf, reportOf } from './testing.ts';
import {
  STANDING_KINDS,
  type Deployment,
  type OnceDemand,
  type PoolInput,
  type PoolPlan,
} from './types.ts';

const built = (plan: PoolPlan) =>
  plan.step.kind === 'build' ? plan.step.children : assert.fail(plan.step.kind);
const deploymentIn = (plan: PoolPlan): Deployment =>
  built(plan).find(({ kind }) => kind === 'Deployment')?.object ?? assert.fail('no Deployment');
const scaledBy = (mode: WorkerPoolSpec['autoscaling']['mode'], replicas = 1) =>
  poolOf({ replicas, autoscaling: { ...poolOf().spec.autoscaling, mode } });

/** Anything that decides about a pool. */
const inputs: fc.Arbitrary<PoolInput> = fc
  .record({
    mode: fc.constantFrom('Operator' as const, 'HPA' as const, 'KEDA' as const, 'Off' as const),
    replicas: fc.integer({ min: 0, max: 40 }),
    slots: fc.double({ min: 0, max: 200, noNaN: true }),
    role: fc.constantFrom('Browser' as const, 'LLM' as const),
    namespace: fc.constantFrom('duckmon', 'team'),
    known: fc.boolean(),
    isLow: fc.boolean(),
    image: fc.option(fc.constant('registry.example/x@sha256:abc'), { nil: undefined }),
    egressAddress: fc.option(fc.constant('10.96.0.40'), { nil: undefined }),
    isAskedFor: fc.boolean(),
    duties: fc.array(
      fc.record({
        isDedicated: fc.boolean(),
        suspended: fc.boolean(),
        intervalMs: fc.integer({ min: 60_000, max: 7_200_000 }),
        nextCheck: fc.option(
          fc.integer({ min: -3_600, max: 3_600 }).map((s) => new Date(+NOON + s * 1000)),
          { nil: undefined },
        ),
      }),
      { maxLength: 2 },
    ),
    once: fc.option(
      fc.record<OnceDemand>({
        waiting: fc.option(fc.shuffledSubarray(['a-1', 'b-1', 'c-1']), { nil: undefined }),
        named: fc.constant([]),
        jobs: fc.constant([]),
      }),
      { nil: undefined },
    ),
  })
  .map(({ mode, replicas, role, namespace, known, isLow, ...rest }) =>
    inputOf({
      ...rest,
      pool: poolOf({ ...scaledBy(mode, replicas).spec, role }, { namespace }),
      measured: known ? reportOf() : undefined,
      lowSince: isLow ? new Date(0) : undefined,
    }),
  );

describe('operator: plan of a WorkerPool', () => {
  it('makes one child of each kind, tied to the pool by label, annotation and owner reference', () => {
    const children = built(planPool(inputOf()));
    assert.deepEqual(
      children.map(({ kind }) => kind),
      STANDING_KINDS,
    );
    for (const { object } of children) {
      const { labels, annotations, ownerReferences, namespace } = object.metadata;
      assert.equal(labels?.['mon.duckerhub.com/owner-uid'], poolOf().metadata.uid);
      assert.equal(labels?.['mon.duckerhub.com/pool'], 'browser');
      assert.equal(annotations?.['mon.duckerhub.com/owner'], 'duckmon/browser');
      assert.equal(ownerReferences?.[0]?.uid, poolOf().metadata.uid);
      assert.equal(namespace, 'duckmon');
    }
  });

  it('gives the Deployment the pods that the pool has, whoever scales it', () => {
    for (const mode of ['HPA', 'KEDA', 'Off'] as const) {
      const plan = planPool(inputOf({ pool: scaledBy(mode, 7), slots: 500 }));
      assert.equal(plan.scaleTo, undefined, mode);
      assert.equal(deploymentIn(plan).spec?.replicas, 7, mode);
    }
  });

  it('scales pool and Deployment together in the mode Operator', () => {
    const plan = planPool(inputOf({ pool: scaledBy('Operator', 1), slots: 14 }));
    assert.deepEqual(
      [plan.scaleTo, deploymentIn(plan).spec?.replicas, plan.slotsNeeded],
      [5, 5, 14],
    );
    const there = planPool(inputOf({ pool: scaledBy('Operator', 5), slots: 14 }));
    assert.deepEqual([there.scaleTo, deploymentIn(there).spec?.replicas], [undefined, 5]);
  });

  it('makes a Service more and a Job for each waiting check where checks have pods of their own', () => {
    const { pool } = inputOf();
    const once = { waiting: ['a-1', 'b-1'], named: [], jobs: [] };
    const { step } = planPool(inputOf({ once }));
    const children = step.kind === 'build' ? step.children : assert.fail(step.kind);
    const more = children.slice(STANDING_KINDS.length);
    assert.deepEqual(
      more.map(({ kind, object }) => `${kind} ${object.metadata.name}`),
      [
        `Service ${onceName(pool)}`,
        `Job ${onceJobName(pool, 'a-1')}`,
        `Job ${onceJobName(pool, 'b-1')}`,
      ],
    );
    for (const { object } of more)
      assert.equal(object.metadata.ownerReferences?.[0]?.uid, pool.metadata.uid);
    assert.deepEqual(step.kind === 'build' && step.keepJobs, [
      onceJobName(pool, 'a-1'),
      onceJobName(pool, 'b-1'),
    ]);
  });

  it('keeps no Job of a pool in which no check has a pod of its own', () => {
    const { step } = planPool(inputOf());
    assert.deepEqual(step.kind === 'build' && step.keepJobs, []);
  });

  const seldom = {
    isDedicated: true,
    suspended: false,
    intervalMs: 1_800_000,
    nextCheck: new Date(NOON.getTime() + 1_200_000),
  };
  const alone = (replicas: number) =>
    poolOf({ replicas, autoscaling: { ...poolOf().spec.autoscaling, min: 0, max: 1 } });
  const scaledTo = (replicas: number, patch: Partial<PoolInput>) =>
    planPool(inputOf({ pool: alone(replicas), slots: 0.01, duties: [seldom], ...patch })).scaleTo;

  it('takes the pod of a job that is seldom checked after the delay, and says when it comes back', () => {
    const lowSince = new Date(NOON.getTime() - 300_000);
    assert.equal(scaledTo(1, {}), undefined);
    assert.equal(scaledTo(1, { lowSince }), 0);
    assert.equal(scaledTo(0, {}), undefined);
    const { wakeAt } = planPool(inputOf({ pool: alone(0), duties: [seldom] }));
    assert.deepEqual(wakeAt, new Date(NOON.getTime() + 1_140_000));
  });

  it('brings the pod back a minute before the check, and at once for a check that waits', () => {
    const now = new Date(NOON.getTime() + 1_140_000);
    assert.equal(scaledTo(0, { now }), 1);
    assert.equal(scaledTo(0, { isAskedFor: true }), 1);
    assert.equal(scaledTo(0, { isAskedFor: true, slots: 0 }), 1);
    assert.equal(scaledTo(0, { duties: [{ ...seldom, nextCheck: undefined }] }), 1);
  });

  it('leaves a pool awake in which somebody wants a pod, however seldom the checks', () => {
    const lowSince = new Date(0);
    assert.equal(scaledTo(1, { lowSince, pool: poolOf({ replicas: 1 }) }), undefined);
    const off = { ...alone(1).spec.autoscaling, mode: 'Off' as const };
    assert.equal(scaledTo(1, { lowSince, pool: poolOf({ autoscaling: off }) }), undefined);
  });

  it('remembers since when fewer pods would do, and takes them after the delay', () => {
    const pool = scaledBy('Operator', 5);
    const first = planPool(inputOf({ pool, slots: 2 }));
    assert.deepEqual([first.scaleTo, first.lowSince], [undefined, NOON]);
    const now = new Date(NOON.getTime() + 5 * 60_000);
    assert.equal(planPool(inputOf({ pool, slots: 2, lowSince: NOON, now })).scaleTo, 1);
  });

  it('says whole slots, rounded up', () => {
    assert.equal(planPool(inputOf({ slots: 0.01 })).slotsNeeded, 1);
  });

  it('prefers the image of the pool to that of the platform', () => {
    const imageOf = (plan: PoolPlan) => /"image":"([^"]*)"/.exec(JSON.stringify(built(plan)))?.[1];
    assert.equal(imageOf(planPool(inputOf({ image: 'b' }))), 'b');
    assert.equal(imageOf(planPool(inputOf({ image: 'b', pool: poolOf({ image: 'a' }) }))), 'a');
  });

  it('waits for what somebody else must give, and names it', () => {
    const messageOf = (patch: Partial<PoolInput>): string => {
      const { step, scaleTo } = planPool(inputOf({ slots: 50, ...patch }));
      assert.equal(scaleTo, undefined);
      return step.kind === 'wait' ? step.message : assert.fail(step.kind);
    };
    assert.match(messageOf({ image: undefined }), /spec\.images\.browser of the MonitorPlatform/);
    const llm = poolOf({ role: 'LLM' });
    assert.match(messageOf({ image: undefined, pool: llm }), /spec\.images\.llm.*LLM_IMAGE/);
    assert.match(
      messageOf({ egressAddress: undefined }),
      /duckmon-egress in the namespace duckmon/,
    );
  });

  it('F30 refuses a pool of role LLM outside of the namespace of the platform', () => {
    const pool = poolOf({ role: 'LLM' }, { namespace: 'team' });
    const { step } = planPool(inputOf({ pool }));
    assert.equal(step.kind, 'refuse');
    assert.equal(planPool(inputOf({ pool: poolOf({ role: 'LLM' }) })).step.kind, 'build');
    assert.equal(planPool(inputOf({ pool: poolOf({}, { namespace: 'team' }) })).step.kind, 'build');
  });

  it('keeps its hands off a pool with the pause annotation', () => {
    const pool = poolOf({}, { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } });
    const plan = planPool(inputOf({ pool, slots: 50 }));
    assert.deepEqual([plan.step, plan.scaleTo], [{ kind: 'leave' }, undefined]);
  });

  it('comes to rest: what it leads to asks for nothing more', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const first = planPool(input);
        const pool = poolOf(
          { ...input.pool.spec, replicas: first.scaleTo ?? input.pool.spec.replicas },
          input.pool.metadata,
        );
        const next = planPool({ ...input, pool, lowSince: first.lowSince });
        assert.equal(next.scaleTo, undefined);
        assert.deepEqual(next.step, first.step);
      }),
    );
  });

  it('takes no number from anybody but the pool itself outside of the mode Operator', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const plan = planPool(input);
        const { replicas, autoscaling } = input.pool.spec;
        if (autoscaling.mode === 'Operator' || plan.step.kind !== 'build') return;
        assert.equal(plan.scaleTo, undefined);
        assert.equal(deploymentIn(plan).spec?.replicas, replicas);
      }),
    );
  });

  it('B14 puts nothing of the annotations of a pool into its children', () => {
    const canary = 'canary-7f3a';
    fc.assert(
      fc.property(inputs, (input) => {
        const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': canary };
        const pool = { ...input.pool, metadata: { ...input.pool.metadata, annotations } };
        assert.ok(!JSON.stringify(planPool({ ...input, pool })).includes(canary));
      }),
    );
  });
});
