import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../services/core/clock.ts';
import { stopControlPlane } from './lib/cluster/controlPlane.ts';
import { makeFakePrograms } from './testing/cluster/fakePrograms.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** On standard error. */
  readonly said: string;
}

const SCRIPT = path.join(import.meta.dirname, 'cluster');

describe('./scripts/cluster', function () {
  // Each step is a process of its own, and a control plane of three more.
  this.timeout(60_000);
  let folder: string;
  let state: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-script-'));
    state = path.join(folder, 'states', 'one');
    mkdirSync(path.join(folder, 'programs'));
    makeFakePrograms(path.join(folder, 'programs'));
    env = { KUBEBUILDER_ASSETS: path.join(folder, 'programs'), DUCKMON_TEST_KUBECONFIG: '' };
  });
  afterEach(async () => {
    await stopControlPlane(state, { clock: systemClock, say: () => {} });
    rmSync(folder, { recursive: true });
  });

  async function cluster(...args: string[]): Promise<Ended> {
    const child = spawn(SCRIPT, ['--state', state, ...args], { env: { ...process.env, ...env } });
    let output = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once('close', resolve);
    const code = await promise;
    return { code, output: output.trim(), said };
  }

  it('starts, shows, hands on to kubectl, and stops without a trace', async () => {
    const up = await cluster('up');
    assert.equal(up.code, 0, up.said);
    assert.match(up.said, /answers at https:\/\/127\.0\.0\.1:\d+; stop it: .* --state \S+ down/);
    const status = await cluster('status');
    assert.equal(status.code, 0);
    assert.match(
      status.output,
      /^Kubernetes v0\.0\.1 at .* since [^]*\nkube-apiserver +process \d+/,
    );
    const { output: kubeconfig } = await cluster('kubeconfig');
    assert.equal(kubeconfig, path.join(state, 'kubeconfig'));
    assert.equal((await cluster('kubectl', 'get', '--help')).output, `${kubeconfig} get --help`);
    assert.equal((await cluster('kubectl', 'fail')).code, 7);
    assert.match((await cluster('down')).said, /stopped; nothing is left/);
    assert.deepEqual(readdirSync(path.dirname(state)), []);
  });

  it('says how to start when a command needs a cluster that is not there', async () => {
    for (const args of [['kubeconfig'], ['kubectl', 'get']]) {
      const { code, output, said } = await cluster(...args);
      assert.deepEqual([code, output], [1, '']);
      assert.match(said, /No cluster runs in .*; start it with \.\/scripts\/cluster up/);
    }
    assert.equal((await cluster('status')).code, 1);
  });

  it('says how to start a node when an image has no place to go', async () => {
    const { code, said } = await cluster('load', 'image.tar');
    assert.equal(code, 1);
    assert.match(said, /No node runs in .*; start it with \.\/scripts\/cluster up --node/);
  });

  it('uses the cluster of the tester and starts nothing', async () => {
    const kubeconfig = path.join(folder, 'theirs');
    writeFileSync(kubeconfig, '');
    env['DUCKMON_TEST_KUBECONFIG'] = kubeconfig;
    assert.match((await cluster('up')).said, /offers a cluster, which is not ours/);
    assert.equal((await cluster('kubeconfig')).output, kubeconfig);
    assert.deepEqual(readdirSync(folder), ['programs', 'theirs']);
  });

  it('ends with 2 and points to its help when the command line is wrong', async () => {
    const { code, said } = await cluster('start');
    assert.equal(code, 2);
    assert.match(said, /no command start\. See \.\/scripts\/cluster --help/);
  });
});
