import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { keyOf } from '../../kube/keys.ts';
import { ANNOTATIONS } from '../../names.ts';
import { jobOf, jobSpec } from '../monitorjob/testing.ts';
import { poolOf } from './testing.ts';
import { worldOf } from './testing/world.ts';
import { CHILD_KINDS, STANDING_KINDS } from './types.ts';

const withImage = (spec: Partial<WorkerPool['spec']> = {}, metadata = {}): WorkerPool =>
  poolOf({ image: 'registry.example/x@sha256:abc', ...spec }, metadata);
const jobs = (count: number): MonitorJob[] =>
  Array.from({ length: count }, (_, index) =>
    jobOf(
      { schedule: { ...jobSpec().schedule, interval: `${60 + index}s` } },
      { name: `job-${index}`, uid: `uid-${index}` },
    ),
  );
const autoscaling = poolOf().spec.autoscaling;

describe('operator: a pass over a WorkerPool', () => {
  it('comes to rest: after its own writes it has nothing more to write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Operator' as const, 'HPA' as const, 'Off' as const),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 80 }),
        fc.constantFrom('Browser' as const, 'LLM' as const),
        async (mode, replicas, count, role) => {
          const pool = withImage({ role, replicas, autoscaling: { ...autoscaling, mode } });
          const world = worldOf(pool, jobs(count));
          await world.pass();
          // the status answers the generation that the scaling made
          await world.pass();
          assert.deepEqual(await world.pass(), []);
          assert.deepEqual(await world.pass(), []);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('writes the same in whatever order the jobs come', async () => {
    const all = jobs(60);
    const small = withImage({ slotsPerPod: 1 });
    const expected = await worldOf(small, all).pass();
    assert.match(expected.join(), /patch scale/);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (shuffled) => {
        assert.deepEqual(await worldOf(small, shuffled).pass(), expected);
      }),
      { numRuns: 30 },
    );
  });

  it('B14 writes nothing of what jobs hold', async () => {
    const canary = 'canary-5c1e';
    const [source] = jobSpec().sources;
    assert.ok(source);
    const secretive = jobOf(
      {
        sources: [{ ...source, name: canary, url: `https://x.example/?token=${canary}` }],
        goal: { ...jobSpec().goal, prompt: canary },
      },
      { name: canary, labels: { [canary]: canary }, annotations: { [canary]: canary } },
    );
    const world = worldOf(withImage({}, { annotations: { note: canary } }), [secretive]);
    const said = [...(await world.pass()), JSON.stringify(world.events)].join();
    assert.match(said, /apply Deployment/);
    assert.ok(!said.includes(canary));
  });

  it('scales the pool before it makes its pods, with nothing but the number', async () => {
    const world = worldOf(withImage({ slotsPerPod: 1 }), jobs(60));
    const [first = '', ...others] = await world.pass();
    assert.match(first, /^patch scale \{"metadata":\{"uid":"[-0-9]+"\},"spec":\{"replicas":3\}\}$/);
    assert.equal(others.filter((write) => write.startsWith('apply')).length, 5);
    assert.deepEqual(world.children.Deployment.all().length, 1);
  });

  it('takes pods away only after they were too many for the whole delay', async () => {
    const world = worldOf(withImage({ replicas: 6 }));
    await world.pass();
    await world.clock.run(299_000);
    await world.pass();
    assert.equal(world.pool().spec.replicas, 6);
    await world.clock.run(1_000);
    await world.pass();
    assert.equal(world.pool().spec.replicas, 1);
  });

  it('takes no pod away while the scheduler cannot be asked', async () => {
    const world = worldOf(withImage({ replicas: 6 }));
    world.report.now = undefined;
    for (let passes = 0; passes < 5; passes += 1) {
      await world.pass();
      await world.clock.run(300_000);
    }
    assert.equal(world.pool().spec.replicas, 6);
  });

  it('looks again with each report of the load, and more rarely where others scale', async () => {
    assert.deepEqual(await worldOf(withImage()).result(), { requeueAfterMs: 15_000 });
    const others = withImage({ autoscaling: { ...autoscaling, mode: 'KEDA' } });
    assert.deepEqual(await worldOf(others).result(), { requeueAfterMs: 300_000 });
  });

  it('removes children that are no longer wanted, and those of no other pool', async () => {
    const world = worldOf(withImage());
    await world.pass();
    const [made] = world.children.Service.all();
    assert.ok(made);
    const stray = { ...made, metadata: { ...made.metadata, name: 'stray' } };
    const foreign = {
      ...made,
      metadata: {
        ...made.metadata,
        name: 'foreign',
        labels: { 'mon.duckerhub.com/owner-uid': 'x' },
      },
    };
    world.children.Service.put(stray);
    world.children.Service.put(foreign);
    assert.deepEqual(
      (await world.pass()).map((write) => write.slice(0, 'delete Service'.length)),
      ['delete Service'],
    );
    assert.deepEqual(
      world.children.Service.keys().toSorted(),
      [keyOf(foreign), keyOf(made)].toSorted(),
    );
  });

  it('F30 removes what an LLM pool outside of the namespace of the platform has', async () => {
    const world = worldOf(withImage());
    await world.pass();
    const pool = world.pool();
    world.put({ ...pool, spec: { ...pool.spec, role: 'LLM' } });
    world.move('elsewhere');
    const deleted = (await world.pass()).filter((write) => write.startsWith('delete'));
    assert.equal(deleted.length, STANDING_KINDS.length);
  });

  it('leaves everything as it is under the pause annotation, and says so', async () => {
    const world = worldOf(withImage());
    await world.pass();
    const pool = world.pool();
    const annotations = { [ANNOTATIONS.reconcile]: 'disabled' };
    world.put({
      ...pool,
      metadata: { ...pool.metadata, annotations },
      spec: { ...pool.spec, slotsPerPod: 9 },
    });
    for (const kind of CHILD_KINDS)
      world.children[kind].all().forEach((one) => world.children[kind].remove(keyOf(one)));
    const writes = await world.pass();
    assert.equal(writes.length, 1);
    assert.match(writes[0] ?? '', /^apply WorkerPool status .*ReconcileDisabled/);
  });

  it('only tells what it would do under the dry-run annotation', async () => {
    const world = worldOf(
      withImage({ slotsPerPod: 1 }, { annotations: { [ANNOTATIONS.dryRun]: 'true' } }),
      jobs(60),
    );
    const writes = await world.pass();
    assert.deepEqual(
      writes.map((write) => write.split(' {')[0]),
      ['apply WorkerPool status'],
    );
    const notes = world.events.map(({ note }) => note.split(' ').slice(0, 3).join(' '));
    assert.deepEqual(notes, [
      'would scale from',
      ...STANDING_KINDS.map((kind) => `would apply ${kind}`),
    ]);
  });

  it('does nothing about a pool that is gone or goes', async () => {
    const world = worldOf(withImage({}, { deletionTimestamp: '2026-03-10T12:00:00Z' }));
    assert.deepEqual(await world.pass(), []);
    world.remove();
    assert.deepEqual(await world.result(), {});
  });
});
