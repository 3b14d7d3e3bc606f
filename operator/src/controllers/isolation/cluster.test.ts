/** Pools of jobs above Shared on a real API server, as the people of a namespace meet them. */
import assert from 'node:assert/strict';
import { platform, pool as poolManifest } from '../../../../crds/testing/samples.ts';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { orAbsent } from '../../../../services/core/kube/errors.ts';
import { job, type Changes } from '../../../../services/core/manifest/testing/samples.ts';
import { ANNOTATIONS, CONTROLLERS, LABELS, OWNED } from '../../names.ts';
import { browserPoolOf, ownPoolName, type Level } from '../../pools/binding.ts';
import { MONITOR_JOBS, WORKER_POOLS } from '../../resources.ts';
import { recordJobs } from '../../testing/recorder.ts';
import { until } from '../../testing/until.ts';
import { conditionOf, useWorld } from '../../testing/world.ts';
import { EGRESS_SERVICE } from '../workerpool/names.ts';

const IMAGE = `registry.example/browser@sha256:${'a'.repeat(64)}`;
const egress = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: EGRESS_SERVICE },
  spec: { ports: [{ port: 8005 }] },
};

describe('pools of isolated MonitorJobs on a real API server', function () {
  this.timeout(90_000);
  const world = useWorld();
  /** A namespace beside that of the platform. */
  let team: string;
  beforeEach(async () => {
    team = `${world().namespace}-team`;
    await world().cluster.kubectl(['create', 'namespace', team]);
  });
  afterEach(() => world().cluster.kubectl(['delete', 'namespace', team, '--wait=false']));

  const kubectl = (args: readonly string[], input?: object): Promise<string> =>
    world().cluster.kubectl(
      ['-n', team, ...args],
      input === undefined ? undefined : JSON.stringify(input),
    );
  const apply = (manifest: object): Promise<string> => kubectl(['apply', '-f', '-'], manifest);
  const isolated = (name: string, level: Level, changes: Changes = {}): object =>
    job({ 'metadata.name': name, 'spec.isolation.level': level, ...changes });
  const theJob = (name: string): Promise<MonitorJob> =>
    world().transport.get(MONITOR_JOBS, { namespace: team, name });
  const pools = async (): Promise<readonly WorkerPool[]> =>
    (await world().transport.list(WORKER_POOLS, { namespace: team })).items;
  const names = async (): Promise<string[]> =>
    (await pools()).map(({ metadata }) => metadata.name).toSorted();
  const poolIs = (name: string, is: (pool: WorkerPool) => boolean = () => true) =>
    until(`the pool ${name}`, async () => {
      const found = await orAbsent(world().transport.get(WORKER_POOLS, { namespace: team, name }));
      return found && is(found) ? found : undefined;
    });
  const poolsAre = (...wanted: readonly string[]): Promise<true> =>
    until(`the pools ${wanted.join(', ')}`, async () =>
      (await names()).join() === wanted.toSorted().join() ? true : undefined,
    );
  const says = (name: string, type: string, reason: string) =>
    until(`${name}: ${type} with the reason ${reason}`, async () => {
      const found = conditionOf(await theJob(name), type);
      return found?.reason === reason ? found : undefined;
    });
  const sent = (name: string) => world().scheduler.monitors.get(`${team}/${name}`);
  /** An operator that watches the namespace, and a platform whose pods have an image. */
  const start = async (usersNamespace?: string) => {
    await world().apply(egress, platform({ 'spec.images': { browser: IMAGE } }));
    const watchNamespaces = [world().namespace, team];
    return world().start({ pools: 'cluster', watchNamespaces, usersNamespace });
  };

  it('are made for each level, and the scheduler is told where they are', async () => {
    await start();
    await apply(isolated('together', 'Namespace'));
    await apply(isolated('alone', 'Dedicated'));
    await apply(isolated('hostile', 'Ephemeral'));
    await apply(isolated('plain', 'Shared'));
    const alone = await theJob('alone');
    const own = ownPoolName(alone);
    await poolsAre('namespace-browser', own, 'ephemeral-browser');
    const { metadata } = await poolIs(own);
    assert.equal(metadata.labels?.[LABELS.isolation], 'Dedicated');
    const { ownerReferences } = metadata as { ownerReferences?: { uid: string }[] };
    assert.deepEqual(
      ownerReferences?.map(({ uid }) => uid),
      [alone.metadata.uid],
    );
    assert.equal((await poolIs('ephemeral-browser')).spec.replicas, 0);
    for (const name of ['together', 'alone', 'hostile', 'plain']) {
      const projected = await until(
        `${name} at the scheduler`,
        () => sent(name)?.workers?.browser ?? undefined,
      );
      const bound = browserPoolOf(await theJob(name), world().namespace);
      assert.deepEqual({ namespace: projected.namespace, name: projected.name }, bound);
      const { keyring, perCheck } = projected;
      assert.equal(keyring, name === 'plain' ? 'browser' : `browser/${team}`);
      assert.equal(perCheck, name === 'hostile');
    }
  });

  it('that need no pod of their own are Scheduled at once, and others say that their pods lack', async () => {
    await start();
    await apply(isolated('hostile', 'Ephemeral'));
    await says('hostile', 'Scheduled', 'Scheduled');
    assert.deepEqual((await theJob('hostile')).status?.pool, {
      namespace: team,
      name: 'ephemeral-browser',
    });
    await apply(isolated('together', 'Namespace'));
    const { message } = await says('together', 'Scheduled', 'NoCapacity');
    assert.match(message, /describe workerpool namespace-browser says why/);
    const status = { readyReplicas: 1 };
    await world().transport.mergePatch(
      WORKER_POOLS,
      { namespace: team, name: 'namespace-browser' },
      { status },
      { subresource: 'status' },
    );
    await says('together', 'Scheduled', 'Scheduled');
  });

  it('are repaired when somebody edits or deletes them', async () => {
    await start();
    await apply(isolated('together', 'Namespace'));
    const { metadata } = await poolIs('namespace-browser');
    await kubectl([
      'patch',
      'wp',
      'namespace-browser',
      '--type=merge',
      '-p',
      '{"spec":{"sandbox":"None"}}',
    ]);
    await poolIs('namespace-browser', ({ spec }) => spec.sandbox === 'SeccompLocalhost');
    await kubectl(['delete', 'wp', 'namespace-browser', '--wait=false']);
    await poolIs('namespace-browser', (pool) => pool.metadata.uid !== metadata.uid);
  });

  it('follow the MonitorPlatform, but for the number of pods', async () => {
    await start();
    await apply(isolated('together', 'Namespace'));
    await poolIs('namespace-browser');
    await world().apply(
      platform({ 'spec.images': { browser: IMAGE }, 'spec.pools.browser.slotsPerPod': 7 }),
    );
    await poolIs('namespace-browser', ({ spec }) => spec.slotsPerPod === 7);
  });

  it('go with the last job that needs them', async () => {
    await start();
    await apply(isolated('together', 'Namespace'));
    await apply(isolated('alone', 'Dedicated'));
    await poolsAre('namespace-browser', ownPoolName(await theJob('alone')));
    await kubectl(['delete', 'mj', 'alone']);
    await poolsAre('namespace-browser');
    await apply(isolated('together', 'Shared'));
    await poolsAre();
  });

  it('leave a pool of a person alone, and the job says what to do', async () => {
    await apply(poolManifest({ 'metadata.name': 'namespace-browser', 'spec.slotsPerPod': 2 }));
    await start();
    await apply(isolated('together', 'Namespace'));
    const { message } = await says('together', 'Accepted', 'PoolNotFound');
    assert.match(message, /was not made by the operator, which leaves it alone/);
    await until('it is held', () =>
      sent('together')?.spec['suspend'] === true ? true : undefined,
    );
    assert.equal((await poolIs('namespace-browser')).spec.slotsPerPod, 2);
    await kubectl(['delete', 'wp', 'namespace-browser']);
    await poolIs('namespace-browser', ({ spec }) => spec.slotsPerPod === 4);
    await says('together', 'Accepted', 'Accepted');
    await until('it goes on', () =>
      sent('together')?.spec['suspend'] === false ? true : undefined,
    );
  });

  it('are not made where a job names one, which is waited for', async () => {
    await start();
    const poolRef = { 'spec.isolation.poolRef': { name: 'mine' } };
    await apply(isolated('named', 'Ephemeral', poolRef));
    const { message } = await says('named', 'Accepted', 'PoolNotFound');
    assert.match(message, /names the WorkerPool mine, which is not in this namespace; apply it/);
    assert.equal(conditionOf(await theJob('named'), 'Scheduled')?.reason, 'PoolNotFound');
    await apply(
      poolManifest({ 'metadata.name': 'mine', 'spec.replicas': 0, 'spec.autoscaling.mode': 'Off' }),
    );
    await says('named', 'Accepted', 'Accepted');
    assert.deepEqual(await names(), ['mine']);
  });

  it('of Dedicated jobs work for one job: both are held when two name the same', async () => {
    await start();
    const poolRef = { 'spec.isolation.poolRef': { name: 'mine' } };
    await apply(poolManifest({ 'metadata.name': 'mine' }));
    await apply(isolated('first', 'Dedicated', poolRef));
    await says('first', 'Accepted', 'Accepted');
    await apply(isolated('second', 'Dedicated', poolRef));
    for (const [name, rival] of [
      ['first', 'second'],
      ['second', 'first'],
    ] as const) {
      const { message } = await says(name, 'Accepted', 'IsolationNotAllowed');
      assert.match(message, new RegExp(`the MonitorJob ${rival} uses the same WorkerPool`));
    }
    await kubectl(['delete', 'mj', 'second']);
    await says('first', 'Accepted', 'Accepted');
  });

  it('E10 are refused for Namespace where persons share the namespace', async () => {
    await start(team);
    await apply(isolated('anna-shop', 'Namespace'));
    await apply(isolated('ben-shop', 'Dedicated'));
    const { message } = await says('anna-shop', 'Accepted', 'IsolationNotAllowed');
    assert.match(message, /use Dedicated or Ephemeral/);
    await poolsAre(ownPoolName(await theJob('ben-shop')));
  });

  it('E10 follow the spec alone: no status and no owner that a tenant writes', async () => {
    await start();
    await apply(isolated('together', 'Namespace'));
    const { uid } = (await poolIs('namespace-browser')).metadata;
    const labels = { [OWNED.controller]: CONTROLLERS.WorkerPool, [OWNED.ownerUid]: uid };
    const owner = { apiVersion: 'mon.duckerhub.com/v1alpha1', kind: 'WorkerPool', uid };
    await apply(
      poolManifest({
        'metadata.name': 'trick',
        'metadata.labels': labels,
        'metadata.annotations': { [OWNED.ownerKey]: `${world().namespace}/browser` },
        'metadata.ownerReferences': [{ ...owner, name: 'namespace-browser' }],
      }),
    );
    const spoofed = { status: { pool: { namespace: 'kube-system', name: 'trick' } } };
    await world().transport.mergePatch(
      MONITOR_JOBS,
      { namespace: team, name: 'together' },
      spoofed,
      {
        subresource: 'status',
      },
    );
    await kubectl(['annotate', 'mj', 'together', 'touched=yes']);
    await until('the status is mended', async () => {
      const { status } = await theJob('together');
      return status?.pool?.namespace === team ? status : undefined;
    });
    assert.equal(sent('together')?.workers?.browser?.name, 'namespace-browser');
    assert.deepEqual(await names(), ['namespace-browser', 'trick']);
  });

  it('are left alone while they are told to, and only shown in a dry run', async () => {
    await start();
    const dryRun = { 'metadata.annotations': { [ANNOTATIONS.dryRun]: 'true' } };
    await apply(isolated('shown', 'Ephemeral', dryRun));
    await says('shown', 'Scheduled', 'DryRun');
    assert.match((await theJob('shown')).status?.plan?.[1] ?? '', /the operator makes it/);
    await apply(isolated('together', 'Namespace'));
    await poolsAre('namespace-browser');
    const annotate = (annotation: string) =>
      kubectl(['annotate', '--overwrite', 'wp', 'namespace-browser', annotation]);
    await annotate(`${ANNOTATIONS.reconcile}=disabled`);
    await annotate(`${ANNOTATIONS.dryRun}=true`);
    await annotate(`${ANNOTATIONS.reconcile}-`);
    await kubectl(['delete', 'mj', 'together']);
    await until('an Event', async () =>
      /would delete WorkerPool namespace-browser/.test(
        await kubectl(['describe', 'wp', 'namespace-browser']),
      )
        ? true
        : undefined,
    );
    await poolsAre('namespace-browser');
    await annotate(`${ANNOTATIONS.dryRun}-`);
    await poolsAre();
  });

  it('cost no write while nothing changes', async () => {
    await world().apply(egress, platform({ 'spec.images': { browser: IMAGE } }));
    const watchNamespaces = [world().namespace, team];
    const { url } = await world().start({ pools: 'cluster', watchNamespaces, resyncMs: 300 });
    for (const level of ['Namespace', 'Dedicated', 'Ephemeral'] as const)
      await apply(isolated(level.toLowerCase(), level));
    await says('ephemeral', 'Scheduled', 'Scheduled');
    await says('namespace', 'Scheduled', 'NoCapacity');
    const generations = async (): Promise<unknown[]> =>
      (await pools()).map(({ metadata }) => [metadata.uid, metadata.generation]);
    const before = await generations();
    const recorder = await recordJobs(world().transport, team);
    const passes = async (): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => /^reconcile_total\{.*"isolation"/.test(line));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const passed = await passes();
    await until('three resyncs', async () => ((await passes()) >= passed + 3 ? true : undefined));
    await recorder.stop();
    assert.deepEqual(recorder.all(), []);
    assert.deepEqual(await generations(), before);
  });
});
