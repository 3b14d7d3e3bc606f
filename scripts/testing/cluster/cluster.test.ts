import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { inspect, startControlPlane } from '../../lib/cluster/controlPlane.ts';
import { clusterFolder, readRecord } from '../../lib/cluster/folder.ts';
import { choosePorts } from '../../lib/cluster/ports.ts';
import { isRunning } from '../../lib/cluster/processes.ts';
import { serverPrograms } from '../../lib/cluster/programs.ts';
import type { Environment } from '../../lib/cluster/source.ts';
import { root } from '../../lib/prepare.ts';
import { startTestCluster } from './cluster.ts';
import { makeFakePrograms } from './fakePrograms.ts';
import { endCluster, useCluster, useClusterWithCrds, useNamespace } from './hooks.ts';
import { KubectlError } from './kubectl.ts';

const CLUSTER_FILE = path.join(import.meta.dirname, 'cluster.ts');
/** A test process that starts a cluster, says where it is, and lives on. */
const START = `
const { startTestCluster } = await import(process.env.CLUSTER);
const { apiServer } = await startTestCluster(process.env, () => {});
console.log(apiServer.state);
setInterval(() => {}, 60_000);
`;

const deps = { clock: systemClock, say: () => {} };
const SAMPLES = path.join(root, 'manifests', 'samples');

const names = (text: string): string[] => text.trim().split('\n').toSorted();

describe('cluster: a real API server', () => {
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  const kubectl = (...args: string[]): Promise<string> =>
    cluster().kubectl(['-n', namespace(), ...args]);

  it('takes the definitions by plain kubectl apply, and every sample', async () => {
    await kubectl('apply', '-f', SAMPLES);
    const applied = names(await kubectl('get', 'mj,nch', '-o', 'name'));
    const text = readdirSync(SAMPLES).map((file) => readFileSync(path.join(SAMPLES, file), 'utf8'));
    const written = text.join('\n').match(/^kind: (?:MonitorJob|NotificationChannel)$/gm);
    assert.equal(applied.length, written?.length);
    assert.ok(applied.includes('monitorjob.mon.duckerhub.com/demo-shop'), applied.join());
  });

  it('explains a field in our words', async () => {
    const said = await kubectl('explain', 'mj.spec.schedule.interval');
    assert.match(said, /FIELD: interval <string>/);
    const crd = readFileSync(path.join(root, 'crds', 'monitorjobs.yaml'), 'utf8');
    const description = /^ +interval:\n(?: +type: string\n)? +description: (.{20})/m.exec(crd)?.[1];
    assert.ok(description !== undefined && said.includes(description), said);
  });

  it('refuses what a definition refuses, with the field in the message', async () => {
    const wrong = {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJob',
      metadata: { name: 'wrong' },
      spec: { sources: 7 },
    };
    await assert.rejects(
      cluster().kubectl(['-n', namespace(), 'create', '-f', '-'], JSON.stringify(wrong)),
      (error) => error instanceof KubectlError && /spec\.sources/.test(error.message),
    );
  });

  it('has controllers: what belongs to a deleted object goes, and so does a namespace', async function () {
    this.timeout(40_000);
    await kubectl('create', 'configmap', 'owner');
    const uid = await kubectl('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const owned = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', ownerReferences },
    };
    await cluster().kubectl(['-n', namespace(), 'create', '-f', '-'], JSON.stringify(owned));
    await kubectl('delete', 'configmap', 'owner');
    await kubectl('wait', '--for=delete', 'configmap/owned', '--timeout=15s');
    const other = `${namespace()}-2`;
    await cluster().kubectl(['create', 'namespace', other]);
    await cluster().kubectl(['delete', 'namespace', other, '--timeout=15s']);
  });
});

describe('cluster: the end of a real API server', () => {
  const cluster = useCluster();

  it('leaves no process and no file', async function () {
    this.timeout(30_000);
    const { apiServer, kubectl } = cluster();
    await kubectl(['get', 'namespaces']);
    const folder = clusterFolder(apiServer?.state ?? '/no/folder');
    const processes = Object.values(readRecord(folder)?.processes ?? {});
    assert.equal(processes.length, apiServer ? 3 : 0);
    await endCluster();
    assert.deepEqual(
      await Promise.all(processes.map(isRunning)),
      processes.map(() => false),
    );
    assert.equal(existsSync(folder.path), false);
    assert.equal(existsSync(`${folder.path}.lock`), false);
  });
});

describe('cluster: one for a test process', () => {
  let cache: string;

  beforeEach(() => {
    cache = mkdtempSync(path.join(os.tmpdir(), 'duckmon-cache-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const tests = (): string => path.join(cache, 'cluster', 'tests');
  const fakeEnvironment = (): Environment => {
    const programs = path.join(cache, 'programs');
    mkdirSync(programs);
    makeFakePrograms(programs);
    return { DUCKMON_CACHE: cache, KUBEBUILDER_ASSETS: programs };
  };

  it('keeps everything in the cache, and nothing after its end', async () => {
    const cluster = await startTestCluster(fakeEnvironment());
    try {
      const [name = ''] = readdirSync(tests());
      assert.ok(name.startsWith(`${process.pid}-`), name);
      assert.equal(cluster.kubeconfig, path.join(tests(), name, 'kubeconfig'));
      assert.equal(await cluster.kubectl(['get', 'mj']), `${cluster.kubeconfig} get mj\n`);
      await assert.rejects(
        cluster.kubectl(['fail', 'now']),
        (error) => error instanceof KubectlError && error.code === 7,
      );
    } finally {
      await cluster.stop();
    }
    assert.deepEqual(readdirSync(tests()), []);
  });

  it('ends what a killed test process left, and lets others be', async () => {
    const env = fakeEnvironment();
    const programs = await serverPrograms(
      { kind: 'assets', folder: env['KUBEBUILDER_ASSETS'] ?? '', controllers: true },
      { ...deps, env },
    );
    const theirs = await startTestCluster(env);
    const [name = ''] = readdirSync(tests());
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const left = path.join(tests(), `${child.pid}-left`);
    await startControlPlane(left, programs, choosePorts, deps);
    const record = readRecord(clusterFolder(left));
    const said: string[] = [];
    const ours = await startTestCluster(env, (line) => said.push(line));
    try {
      assert.deepEqual(said, [`ending the cluster that the killed test process ${child.pid} left`]);
      assert.equal(existsSync(left), false);
      assert.deepEqual(await Promise.all(Object.values(record?.processes ?? {}).map(isRunning)), [
        false,
        false,
        false,
      ]);
      assert.equal((await inspect(path.join(tests(), name))).kind, 'running');
    } finally {
      await ours.stop();
      await theirs.stop();
    }
  });

  for (const signal of ['SIGKILL', 'SIGINT'] as const)
    it(`goes with a test process that ends by ${signal}`, async () => {
      const env = { ...process.env, ...fakeEnvironment(), CLUSTER: CLUSTER_FILE };
      const child = spawn(process.execPath, ['--input-type=module', '-e', START], { env });
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      const folder = clusterFolder(String(said).trim());
      const processes = Object.values(readRecord(folder)?.processes ?? {});
      assert.equal(processes.length, 3);
      child.kill(signal);
      while (existsSync(folder.path)) await setImmediate();
      assert.deepEqual(await Promise.all(processes.map(isRunning)), [false, false, false]);
    });

  it('says what to do when there is nothing to start it from', async () => {
    await assert.rejects(
      startTestCluster({ DUCKMON_CACHE: cache }),
      (error) =>
        error instanceof SetupError &&
        /etcd, .*kubectl is not built yet: run \.\/scripts\/cluster build/.test(error.message),
    );
  });
});
