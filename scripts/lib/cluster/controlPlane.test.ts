import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { makeFakePrograms, type FakePrograms } from '../../testing/cluster/fakePrograms.ts';
import {
  inspect,
  startApiServer,
  startControlPlane,
  stopApiServer,
  stopControlPlane,
} from './controlPlane.ts';
import { clusterFolder, readRecord, writeRecord, type ClusterRecord } from './folder.ts';
import { choosePorts } from './ports.ts';
import { isRunning, type ProcessRecord } from './processes.ts';
import type { ServerPrograms } from './programs.ts';

describe('cluster: the control plane', function () {
  // Stand-ins are six processes in some of the tests.
  this.timeout(60_000);
  let folder: string;
  let state: string;
  let fake: FakePrograms;
  const said: string[] = [];
  const deps = { clock: systemClock, say: (line: string) => said.push(line) };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-plane-'));
    state = path.join(folder, 'states', 'one');
    mkdirSync(path.join(folder, 'programs'));
    fake = makeFakePrograms(path.join(folder, 'programs'));
    said.length = 0;
  });
  afterEach(async () => {
    await stopControlPlane(state, deps);
    rmSync(folder, { recursive: true });
  });

  const start = (programs: ServerPrograms = fake.programs): Promise<ClusterRecord> =>
    startControlPlane(state, programs, choosePorts, deps);
  const processOf = (record: ClusterRecord, name: keyof ClusterRecord['processes']) =>
    record.processes[name] ?? assert.fail(`no ${name}`);
  const running = (record: ClusterRecord): Promise<boolean[]> =>
    Promise.all(Object.values(record.processes).map(isRunning));
  const kill = async (record: ProcessRecord): Promise<void> => {
    process.kill(record.pid, 'SIGKILL');
    while (await isRunning(record)) await new Promise((resolve) => setImmediate(resolve));
  };
  const failsWith = (work: Promise<unknown>, message: RegExp): Promise<void> =>
    assert.rejects(work, (error) => error instanceof SetupError && message.test(error.message));

  it('starts three servers and writes a kubeconfig for this user alone', async () => {
    const record = await start();
    assert.deepEqual(await running(record), [true, true, true]);
    assert.equal(record.version, 'v0.0.1');
    const { kubeconfig, path: own } = clusterFolder(state);
    assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
    assert.equal(statSync(own).mode & 0o777, 0o700);
    const text = readFileSync(kubeconfig, 'utf8');
    assert.ok(text.includes(`"https://127.0.0.1:${record.ports.api}"`), text);
    assert.deepEqual(await inspect(state), { kind: 'running', record });
  });

  it('does nothing when it runs', async () => {
    const first = await start();
    assert.deepEqual(await start(), first);
    assert.deepEqual(said, []);
  });

  it('stops the API server before etcd, and leaves no process and no file', async () => {
    const record = await start();
    assert.equal(await stopControlPlane(state, deps), true);
    assert.deepEqual(fake.endings(), ['kube-controller-manager', 'kube-apiserver', 'etcd']);
    assert.deepEqual(await running(record), [false, false, false]);
    assert.deepEqual(readdirSync(path.dirname(state)), []);
    assert.deepEqual(await inspect(state), { kind: 'absent' });
  });

  it('has nothing to stop where nothing runs, and makes no folder', async () => {
    assert.equal(await stopControlPlane(state, deps), false);
    assert.deepEqual(readdirSync(folder), ['programs']);
  });

  it('names the server that crashed, and cleans up the others at the next start', async () => {
    const first = await start();
    await kill(processOf(first, 'etcd'));
    const found = await inspect(state);
    assert.equal(found.kind === 'broken' && found.wrong, 'etcd ended');
    const second = await start();
    assert.deepEqual(await running(first), [false, false, false]);
    assert.deepEqual(await running(second), [true, true, true]);
    assert.match(said.join('\n'), /etcd ended; cleaning up/);
  });

  it('cleans up a start that was broken off', async () => {
    const { version, ...halfway } = await start();
    assert.ok(version);
    writeRecord(clusterFolder(state), halfway);
    const found = await inspect(state);
    assert.equal(found.kind === 'broken' && found.wrong, 'its start was broken off');
    await start();
    assert.deepEqual(await running(halfway), [false, false, false]);
  });

  it('stops what is left after a crash', async () => {
    const record = await start();
    await kill(processOf(record, 'kube-apiserver'));
    await stopControlPlane(state, deps);
    assert.deepEqual(await running(record), [false, false, false]);
    assert.deepEqual(readdirSync(path.dirname(state)), []);
  });

  it('shows the last words of a server that ends at its start, and leaves nothing', async () => {
    fake.breakProgram('kube-controller-manager', 'no such flag');
    await failsWith(start(), /kube-controller-manager ended at its start[^]*no such flag/);
    assert.deepEqual(readdirSync(path.dirname(state)), []);
    assert.deepEqual(fake.endings(), ['kube-apiserver', 'etcd']);
  });

  it('names the port that is in use and the flag that chooses another', async () => {
    fake.breakProgram('kube-apiserver', 'listen tcp 127.0.0.1:1: bind: address already in use');
    await failsWith(start(), /port \d+ on 127\.0\.0\.1 is in use; choose another with --port/);
    fake.breakProgram('etcd', 'bind: address already in use');
    await failsWith(start(), /port \d+ or \d+ on .*--etcd-port/);
  });

  it('refuses a folder with other things in it, and does not touch them', async () => {
    mkdirSync(state, { recursive: true });
    writeFileSync(path.join(state, 'kubeconfig'), 'mine');
    await failsWith(start(), /holds other things, such as kubeconfig.*--state/);
    await stopControlPlane(state, deps);
    assert.equal(readFileSync(path.join(state, 'kubeconfig'), 'utf8'), 'mine');
  });

  it('removes only what it made', async () => {
    await start();
    writeFileSync(path.join(state, 'notes'), 'mine');
    await stopControlPlane(state, deps);
    assert.deepEqual(readdirSync(state), ['notes']);
  });

  it('runs without a controller manager when there is none', async () => {
    const record = await start({ ...fake.programs, controllerManager: undefined });
    assert.deepEqual(Object.keys(record.processes), ['etcd', 'kube-apiserver']);
    assert.equal((await inspect(state)).kind, 'running');
  });

  it('runs beside another one', async () => {
    const other = path.join(folder, 'states', 'two');
    try {
      const [one, two] = [
        await start(),
        await startControlPlane(other, fake.programs, choosePorts, deps),
      ];
      assert.equal(new Set([...Object.values(one.ports), ...Object.values(two.ports)]).size, 6);
      await stopControlPlane(state, deps);
      assert.equal((await inspect(other)).kind, 'running');
    } finally {
      await stopControlPlane(other, deps);
    }
  });

  it('takes the API server away and gives it back on its port', async () => {
    const before = await start();
    await stopApiServer(state, deps);
    const found = await inspect(state);
    assert.equal(found.kind === 'broken' && found.wrong, 'kube-apiserver ended');
    await startApiServer(state, deps);
    const after = await inspect(state);
    assert.ok(after.kind === 'running');
    assert.equal(after.record.ports.api, before.ports.api);
    assert.equal(processOf(after.record, 'etcd').pid, processOf(before, 'etcd').pid);
  });

  it('says what to do about a record that is damaged', async () => {
    mkdirSync(state, { recursive: true });
    const file = clusterFolder(state).record;
    for (const text of ['', '{}', '{"ports":']) {
      writeFileSync(file, text);
      assert.throws(() => readRecord(clusterFolder(state)), /cluster\.json is damaged; .* delete/);
    }
    rmSync(file);
  });
});
