import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import { ANNOTATIONS, LABELS } from '../../names.ts';
import { browserPoolOf, LEVELS, ownPoolName } from '../../pools/binding.ts';
import { bindingOf } from '../../pools/live.ts';
import { isolated, NAMESPACE, PLATFORM, platformOf, worldOf } from './testing.ts';

const together = isolated('together', 'Namespace');
const alone = isolated('alone', 'Dedicated');
const hostile = isolated('hostile', 'Ephemeral');
const poolAt = (name: string): string => `${NAMESPACE}/${name}`;

describe('operator: passes over the pools of a namespace', () => {
  it('make what is needed once, and then ask for nothing', async () => {
    const world = worldOf([together, alone, hostile]);
    assert.deepEqual(
      (await world.pass()).toSorted(),
      [
        'apply ephemeral-browser',
        `apply ${ownPoolName(alone)}`,
        'apply namespace-browser',
      ].toSorted(),
    );
    assert.deepEqual(await world.pass(), []);
  });

  it('leave the number of pods to whoever scales, but for pods that come with their checks', async () => {
    const world = worldOf([together, hostile]);
    await world.pass();
    for (const [name, replicas] of [
      ['namespace-browser', 1],
      ['ephemeral-browser', 0],
    ] as const) {
      const pool = world.pools.get(poolAt(name)) ?? assert.fail(name);
      assert.equal(pool.spec.replicas, replicas, name);
      world.put({ ...pool, spec: { ...pool.spec, replicas: 5 } });
    }
    assert.deepEqual(await world.pass(), ['apply ephemeral-browser']);
    assert.equal(world.pools.get(poolAt('namespace-browser'))?.spec.replicas, 5);
    assert.equal(world.pools.get(poolAt('ephemeral-browser'))?.spec.replicas, 0);
  });

  it('repair what somebody changed, and what the platform changed', async () => {
    const world = worldOf([together]);
    await world.pass();
    const pool = world.pools.get(poolAt('namespace-browser')) ?? assert.fail();
    world.put({ ...pool, spec: { ...pool.spec, sandbox: 'None' } });
    assert.deepEqual(await world.pass(), ['apply namespace-browser']);
    assert.equal(world.pools.get(poolAt('namespace-browser'))?.spec.sandbox, 'RuntimeClass');
    world.setPlatform(platformOf({ slotsPerPod: 9 }));
    assert.deepEqual(await world.pass(), ['apply namespace-browser']);
    assert.equal(world.pools.get(poolAt('namespace-browser'))?.spec.slotsPerPod, 9);
    world.pools.remove(poolAt('namespace-browser'));
    assert.deepEqual(await world.pass(), ['apply namespace-browser']);
  });

  it('take a pool away with the last job that needs it', async () => {
    const beside = isolated('beside', 'Namespace');
    const world = worldOf([together, beside]);
    await world.pass();
    world.jobs.remove(poolAt('together'));
    assert.deepEqual(await world.pass(), []);
    world.jobs.put(isolated('beside', 'Shared'));
    assert.deepEqual(await world.pass(), ['delete namespace-browser']);
    assert.deepEqual(await world.pass(), []);
  });

  it('give the pool of a job that was made again to the new one', async () => {
    const world = worldOf([alone]);
    await world.pass();
    world.jobs.put(isolated('alone', 'Dedicated', undefined, { uid: 'uid-new' }));
    assert.deepEqual(await world.pass(), [`apply ${ownPoolName(alone)}`]);
    const owners = world.pools.get(poolAt(ownPoolName(alone)))?.metadata as {
      ownerReferences?: { uid: string }[];
    };
    assert.deepEqual(
      owners.ownerReferences?.map(({ uid }) => uid),
      ['uid-new'],
    );
  });

  it('never touch a pool of somebody else', async () => {
    const world = worldOf([together]);
    await world.pass();
    const { metadata, ...pool } = world.pools.get(poolAt('namespace-browser')) ?? assert.fail();
    const theirs = world.put({ ...pool, metadata: { ...metadata, labels: {} } });
    assert.deepEqual(await world.pass(), []);
    world.jobs.remove(poolAt('together'));
    assert.deepEqual(await world.pass(), []);
    assert.deepEqual(world.pools.get(poolAt('namespace-browser')), theirs);
  });

  it('tell of a dry run by Events, and write nothing', async () => {
    const world = worldOf([together, hostile]);
    const dryRun = { [ANNOTATIONS.dryRun]: 'true' };
    world.setPlatform(platformOf({}, dryRun));
    assert.deepEqual(await world.pass(), []);
    assert.deepEqual(
      world.events.map(({ reason, note }) => `${reason}: ${note}`),
      [
        'DryRun: would apply WorkerPool ephemeral-browser in the namespace team',
        'DryRun: would apply WorkerPool namespace-browser in the namespace team',
      ],
    );
    world.events.length = 0;
    world.setPlatform(platformOf());
    await world.pass();
    const pool = world.pools.get(poolAt('namespace-browser')) ?? assert.fail();
    world.put({ ...pool, metadata: { ...pool.metadata, annotations: dryRun } });
    world.jobs.remove(poolAt('together'));
    assert.deepEqual(await world.pass(), []);
    assert.deepEqual(
      world.events.map(({ note }) => note),
      ['would delete WorkerPool namespace-browser'],
    );
  });

  it('go on with the other pools when one is refused, and are tried again', async () => {
    const world = worldOf([together, hostile]);
    world.fail('ephemeral-browser', new Error('no room'));
    await assert.rejects(world.pass(), /apply WorkerPool ephemeral-browser: no room/);
    assert.ok(world.pools.get(poolAt('namespace-browser')));
    world.fail('ephemeral-browser', undefined);
    assert.deepEqual(await world.pass(), ['apply ephemeral-browser']);
  });

  it('ask nothing of a namespace that goes, and take what is gone for deleted', async () => {
    const world = worldOf([together]);
    const causes = [{ reason: 'NamespaceTerminating' }];
    world.fail('namespace-browser', new ApiError(403, { details: { causes } }, 'apply'));
    assert.deepEqual(await world.pass(), []);
    world.fail('namespace-browser', undefined);
    await world.pass();
    world.jobs.remove(poolAt('together'));
    for (const status of [404, 409]) {
      world.fail('namespace-browser', new ApiError(status, {}, 'delete'));
      assert.deepEqual(await world.pass(), []);
    }
    world.fail('namespace-browser', new ApiError(403, {}, 'delete'));
    await assert.rejects(world.pass(), /delete WorkerPool namespace-browser/);
  });

  it('lead from any namespace to one where every job has a pool of its level, and no pool is left over', async () => {
    const level = fc.constantFrom(...LEVELS);
    const turn = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), level }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
        const world = worldOf();
        for (const jobs of turns) {
          for (const key of world.jobs.keys()) world.jobs.remove(key);
          for (const job of jobs) world.jobs.put(isolated(job.name, job.level));
          await world.pass();
          assert.deepEqual(await world.pass(), [], 'a second pass changes nothing');
        }
        const own = world.jobs.all().filter(({ spec }) => spec.isolation.level !== 'Shared');
        for (const job of own)
          assert.equal(
            bindingOf(job, world.pools, PLATFORM).kind,
            'noCapacity',
            'only its pods lack',
          );
        const needed = new Set(own.map((job) => browserPoolOf(job, PLATFORM).name));
        const there = world.pools.all().map(({ metadata }) => metadata.name);
        assert.deepEqual(there.toSorted(), [...needed].toSorted());
        for (const { metadata } of world.pools.all())
          assert.ok(metadata.labels?.[LABELS.isolation]);
      }),
      { numRuns: 60 },
    );
  });
});
