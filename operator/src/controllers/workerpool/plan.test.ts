import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WorkerPoolSpec } from '../../../../crds/types/workerpool.ts';
import { ANNOTATIONS } from '../../names.ts';
import { planPool } from './plan.ts';
import { inputOf, NOON, poolOf, reportOf } from './testing.ts';
import { CHILD_KINDS, type Deployment, type PoolInput, type PoolPlan } from './types.ts';

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
      CHILD_KINDS,
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
    assert.match(messageOf({ image: undefined, pool: llm }), /spec\.images\.llm/);
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
