import assert from 'node:assert/strict';
import type { WorkerPool } from '../../../../../crds/types/workerpool.ts';
import { testSource } from '../../../../../services/core/testing/specs.ts';
import { jobOf, jobSpec } from '../../monitorjob/testing.ts';
import { onceJobName } from '../names.ts';
import { poolOf, reportOf } from '../testing.ts';
import { worldOf } from '../testing/world.ts';

const withImage = (spec: Partial<WorkerPool['spec']> = {}): WorkerPool =>
  poolOf({ image: 'registry.example/x@sha256:abc', ...spec });
const autoscaling = poolOf().spec.autoscaling;

describe('operator: a pass over a WorkerPool of jobs above Shared', () => {
  describe('for jobs that sign in', () => {
    const signsIn = (name: string) =>
      jobOf(
        {
          sources: [
            testSource({ steps: [{ type: { selector: '#p', fromSecretKey: 'password' } }] }),
          ],
          session: { credentialsSecretRef: { name: `duckmon-login-${name}` }, persist: false },
          isolation: { level: 'Namespace', poolRef: { name: 'browser' } },
        },
        { namespace: 'duckmon', name },
      );
    const mounted = (writes: readonly string[]): readonly string[] =>
      writes
        .filter((write) => write.startsWith('apply Deployment'))
        .flatMap((write) => [...write.matchAll(/"secretName":"(duckmon-login-[^"]*)"/g)])
        .map(([, name = '']) => name);

    it('mounts their logins, writes nothing for the same in another order, and rolls with one more', async () => {
      const world = worldOf(withImage(), [signsIn('b'), signsIn('a')]);
      world.move('platform');
      assert.deepEqual(mounted(await world.pass()), ['duckmon-login-a', 'duckmon-login-b']);
      world.bind([signsIn('a'), signsIn('b')]);
      assert.deepEqual(await world.pass(), []);
      world.bind([signsIn('a'), signsIn('b'), signsIn('c')]);
      assert.equal(mounted(await world.pass()).length, 3);
      world.bind([]);
      const writes = await world.pass();
      assert.deepEqual(mounted(writes), []);
      assert.ok(writes.some((write) => write.startsWith('apply Deployment')));
    });

    it('E10 mounts none where the browsers are of all namespaces', async () => {
      const world = worldOf(withImage(), [signsIn('a')]);
      const writes = await world.pass();
      assert.ok(writes.some((write) => write.startsWith('apply Deployment')));
      assert.deepEqual(mounted(writes), []);
    });
  });

  describe('for jobs with a pod for each check', () => {
    const hostile = jobOf(
      { isolation: { level: 'Ephemeral', poolRef: { name: 'browser' } } },
      { namespace: 'duckmon', uid: 'aaaa' },
    );
    const off = withImage({ replicas: 0, autoscaling: { ...autoscaling, mode: 'Off', min: 0 } });
    const waits = (...ids: readonly string[]) =>
      reportOf({ waiting: ids.map((id) => ({ namespace: 'duckmon', pool: 'browser', id })) });
    const jobsIn = (world: ReturnType<typeof worldOf>): string[] =>
      world.children.Job.all().map(({ metadata }) => metadata.name ?? '');

    it('looks every 2 s, makes one Job for each waiting check, and none for the same report', async () => {
      const world = worldOf(off, [hostile]);
      assert.deepEqual(await world.result(), { requeueAfterMs: 2_000 });
      world.report.now = waits('aaaa-1', 'aaaa-2');
      await world.pass();
      assert.deepEqual(
        jobsIn(world).toSorted(),
        [onceJobName(off, 'aaaa-1'), onceJobName(off, 'aaaa-2')].toSorted(),
      );
      await world.pass();
      assert.deepEqual(await world.pass(), []);
    });

    it('makes one for a preview, whose id names no monitor, and no pod that stays', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('preview-1');
      await world.pass();
      assert.deepEqual(jobsIn(world), [onceJobName(off, 'preview-1')]);
      assert.equal(world.pool().spec.replicas, 0);
    });

    it('makes both for a preview where another job has pods that stay', async () => {
      const near = jobOf(
        { isolation: { level: 'Namespace', poolRef: { name: 'browser' } } },
        { namespace: 'duckmon', name: 'near', uid: 'bbbb' },
      );
      const suspended = { ...near, spec: { ...near.spec, suspend: true } };
      const pool = withImage({ replicas: 0, autoscaling: { ...autoscaling, min: 0 } });
      const world = worldOf(pool, [hostile, suspended]);
      world.report.now = waits('preview-1');
      await world.pass();
      assert.deepEqual(jobsIn(world), [onceJobName(pool, 'preview-1')]);
      assert.equal(world.pool().spec.replicas, 1);
    });

    it('makes another when the first is over, having served another check', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      const [job] = world.children.Job.all();
      assert.ok(job);
      const conditions = [{ type: 'Complete', status: 'True' }];
      world.children.Job.put({ ...job, status: { conditions } } as typeof job);
      await world.pass();
      assert.deepEqual(jobsIn(world), []);
      await world.pass();
      assert.deepEqual(jobsIn(world), [job.metadata.name]);
    });

    it('makes none for checks of other pools, and of other jobs of this one', async () => {
      const world = worldOf(off, [hostile]);
      const [one] = waits('aaaa-1').waiting;
      assert.ok(one);
      world.report.now = reportOf({
        waiting: [
          { ...one, pool: 'other' },
          { ...one, namespace: 'other' },
          { ...one, id: 'bbbb-1' },
        ],
      });
      await world.pass();
      assert.deepEqual(jobsIn(world), []);
    });

    it('changes nothing of a Job that is there, for it cannot be changed', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      const pool = world.pool();
      world.put({ ...pool, spec: { ...pool.spec, image: 'registry.example/x@sha256:new' } });
      const writes = await world.pass();
      assert.ok(writes.some((write) => write.startsWith('apply Deployment')));
      assert.ok(!writes.some((write) => write.startsWith('apply Job')));
    });

    it('leaves a Job whose pod has begun, and takes it away with the last such job', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      const [name] = jobsIn(world);
      world.pods.put({
        metadata: {
          namespace: 'duckmon',
          name: 'x',
          labels: {
            'mon.duckerhub.com/pool': 'browser',
            'batch.kubernetes.io/job-name': name ?? '',
          },
        },
        isPending: false,
      });
      world.report.now = reportOf();
      await world.pass();
      assert.deepEqual(jobsIn(world), [name]);
      world.bind([]);
      const kinds = (await world.pass()).map((write) => write.split(' {')[0]);
      assert.deepEqual(kinds.slice(0, 2), ['delete Service', 'delete Job']);
    });

    it('counts no Job that is over, however it ended', async () => {
      const one = { ...autoscaling, mode: 'Off' as const, min: 0, max: 1 };
      const world = worldOf(withImage({ replicas: 0, autoscaling: one }), [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      world.report.now = waits('aaaa-2');
      await world.pass();
      assert.equal(jobsIn(world).length, 1);
      const [job] = world.children.Job.all();
      assert.ok(job);
      const conditions = [{ type: 'Failed', status: 'True' }];
      world.children.Job.put({ ...job, status: { conditions } } as typeof job);
      await world.pass();
      assert.equal(jobsIn(world).length, 2);
    });

    it('takes a Job away that has not begun 20 s after the last report that wanted it', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      world.report.now = reportOf();
      await world.clock.run(19_000);
      await world.pass();
      assert.equal(jobsIn(world).length, 1);
      await world.clock.run(1_000);
      await world.pass();
      assert.deepEqual(jobsIn(world), []);
    });

    it('does nothing to Jobs while the scheduler cannot be asked', async () => {
      const world = worldOf(off, [hostile]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      world.report.now = undefined;
      await world.clock.run(120_000);
      await world.pass();
      assert.equal(jobsIn(world).length, 1);
    });

    it('wants no pods that stay for them', async () => {
      const world = worldOf(withImage({ replicas: 0, autoscaling: { ...autoscaling, min: 0 } }), [
        hostile,
      ]);
      world.report.now = waits('aaaa-1');
      await world.pass();
      assert.equal(world.pool().spec.replicas, 0);
    });
  });

  describe('for one job that is seldom checked', () => {
    const rare = jobOf(
      {
        isolation: { level: 'Dedicated', poolRef: { name: 'browser' } },
        schedule: { ...jobSpec().schedule, interval: '1h' },
      },
      { namespace: 'duckmon' },
    );
    const alone = (replicas: number) =>
      withImage({ replicas, autoscaling: { ...autoscaling, min: 0, max: 1 } });

    it('has no pod between checks, and looks again when it must be back', async () => {
      const world = worldOf(alone(1), [rare]);
      const start = world.clock.now().getTime();
      world.next.set('shop', new Date(start + 1_800_000));
      await world.pass();
      await world.clock.run(300_000);
      await world.pass();
      assert.equal(world.pool().spec.replicas, 0);
      await world.clock.run(1_430_000);
      assert.deepEqual(await world.result(), { requeueAfterMs: 10_000 });
      await world.clock.run(10_000);
      await world.pass();
      assert.equal(world.pool().spec.replicas, 1);
    });

    it('has one while nobody says when its next check is', async () => {
      const world = worldOf(alone(0), [rare]);
      await world.pass();
      assert.equal(world.pool().spec.replicas, 1);
    });

    it('has one as soon as a check waits for it', async () => {
      const world = worldOf(alone(0), [rare]);
      world.next.set('shop', new Date(world.clock.now().getTime() + 1_800_000));
      await world.pass();
      assert.equal(world.pool().spec.replicas, 0);
      const id = `${rare.metadata.uid}-1`;
      world.report.now = reportOf({ waiting: [{ namespace: 'duckmon', pool: 'browser', id }] });
      await world.pass();
      assert.equal(world.pool().spec.replicas, 1);
    });
  });
});
