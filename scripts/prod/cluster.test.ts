/** The words of production on a real API server. No pod ever runs there. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../services/core/clock.ts';
import { SetupError } from '../../services/core/errors.ts';
import { IMAGES } from '../lib/images/build.ts';
import { accountFile } from '../testing/helm/accounts.ts';
import { useRelease } from '../testing/helm/release.ts';
import { imagesFile, parseProd } from './arguments.ts';
import type { ProdDeps } from './deps.ts';
import { writeImages, type KnownImages } from './images.ts';
import { systemPrograms } from './programs.ts';
import { runProd } from './run.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const NAMESPACE = 'prod';

interface Ended {
  readonly code: number;
  readonly printed: string;
  readonly said: string;
}

describe('prod: on a real API server', function () {
  this.timeout(120_000);
  const release = useRelease();
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-prod-'));
    const images = Object.fromEntries(
      IMAGES.map((image) => [image, { repository: `reg.example.org/${image}`, digest }]),
    ) as KnownImages['images'];
    writeImages(imagesFile(folder), { place: 'registry', images });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a word as from the command line; its message when it fails. */
  async function prod(...args: string[]): Promise<Ended> {
    const printed: string[] = [];
    const said: string[] = [];
    const kubeconfig = release().cluster.kubeconfig;
    // Nothing of this machine's own: neither its kubeconfig nor its helm's memory.
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, KUBECACHEDIR: folder };
    const say = (line: string): void => void said.push(line);
    const deps: ProdDeps = {
      env,
      clock: systemClock,
      programs: systemPrograms({ env, clock: systemClock, say }),
      say,
      print: (line) => void printed.push(line),
      ask: undefined,
      randomBytes,
      columns: undefined,
      state: path.join(folder, 'no-cluster'),
    };
    const code = await runProd(parseProd(args), deps).catch((error: unknown) => {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
      return 1;
    });
    return { code, printed: printed.join('\n'), said: said.join('\n') };
  }
  const inProd = (...args: string[]): Promise<Ended> => prod(...args, `--namespace=${NAMESPACE}`);
  const look = (what: string, at: string): Promise<string> =>
    release().cluster.kubectl(['-n', NAMESPACE, 'get', what, '-o', `jsonpath=${at}`]);
  const up = (...args: string[]): Promise<Ended> =>
    inProd('prod-up', `--images=${imagesFile(folder)}`, '--timeout=1s', ...args);

  it('shows what it would do, and does nothing', async () => {
    const { code, printed, said } = await up('--dry-run');
    assert.equal(code, 0);
    assert.match(said, /context duckmon \(https:\/\/127\.0\.0\.1:\d+\), namespace prod/);
    assert.match(printed, /^kubectl --context=duckmon -n=prod apply /m);
    assert.match(printed, new RegExp(`"repository": "reg.example.org/duckmon-browser"`));
    await assert.rejects(look('namespace/prod', '{.metadata.name}'), /NotFound/);
    const health = await inProd('prod-health');
    assert.equal(health.code, 1);
    assert.match(health.said, /There is no release duckmon in the namespace prod; npm run prod-up/);
  });

  it('makes two keys before the first start, and never others in their place', async () => {
    assert.match((await inProd('generate-keys', '--cluster', '--dry-run')).printed, /made when/);
    const { code, printed, said } = await inProd('generate-keys', '--cluster');
    assert.equal(code, 0, said);
    assert.equal(printed, 'secret/duckmon-internal-key\nsecret/duckmon-jwt-secret');
    const key = await look('secret/duckmon-jwt-secret', '{.data.JWT_SECRET}');
    assert.equal(Buffer.from(Buffer.from(key, 'base64').toString(), 'base64').length, 32);
    const again = await inProd('generate-keys', '--cluster');
    assert.equal(again.code, 1);
    assert.match(again.said, /secret\/duckmon-internal-key and secret\/duckmon-jwt-secret already/);
    assert.equal(await look('secret/duckmon-jwt-secret', '{.data.JWT_SECRET}'), key);
  });

  it('installs the built images into a restricted namespace, and says what is not ready', async () => {
    const values = path.join(folder, 'values.yaml');
    writeFileSync(values, 'logLevel: debug\n');
    const { code, said } = await up(`--values=${values}`, '--set=HOSTNAME=mon.example.org');
    assert.equal(code, 1);
    assert.match(said, /^ {2}duckmon-api: 0 of 2 ready: /m);
    assert.match(said, /^ {2}MonitorPlatform: the operator has not made it yet$/m);
    assert.match(said, /Not ready after 1s: .*duckmon-api.*npm run prod-health/);
    const label = String.raw`{.metadata.labels.pod-security\.kubernetes\.io/enforce}`;
    assert.equal(await look('namespace/prod', label), 'restricted');
    const container = '{.spec.template.spec.containers[0]';
    assert.equal(
      await look('deployment/duckmon-api', `${container}.image}`),
      `reg.example.org/duckmon@${digest}`,
    );
    assert.match(await look('deployment/duckmon-api', `${container}.env}`), /mon\.example\.org/);
    const revision = await look(
      'secret',
      '{.items[?(@.type=="helm.sh/release.v1")].metadata.name}',
    );
    assert.equal(revision, 'sh.helm.release.v1.duckmon.v1');
  });

  it('tells of everything in one table, and what to do', async () => {
    const { code, printed } = await inProd('prod-health');
    assert.equal(code, 1);
    assert.match(printed, /^release +ok +rev 1 +duckmon-/m);
    assert.match(printed, /^duckmon-operator +bad +0\/2 +/m);
    assert.match(printed, /^MonitorPlatform +bad/m);
    assert.match(printed, /^backup +note .*none yet/m);
    assert.match(printed, /^Next, in the namespace prod:\n {2}duckmon-api: npm run prod-logs/m);
    const { rows, healthy } = JSON.parse((await inProd('prod-health', '--json')).printed) as {
      healthy: boolean;
      rows: { part: string }[];
    };
    assert.equal(healthy, false);
    assert.equal(rows.length, printed.split('\n').indexOf('') - 1);
  });

  it('makes Jobs of the templates of the chart that the API server takes', async () => {
    const backup = await inProd('backup', '--cluster', '--dry-run');
    assert.equal(backup.code, 0, backup.said);
    const restore = await inProd('restore', '--cluster', 'duckmon-x.backup', '--dry-run');
    assert.equal(restore.code, 0, restore.said);
    for (const { printed } of [backup, restore]) {
      const job = /create --filename=- -o=name <<'EOF'\n([^]*?)\nEOF/.exec(printed)?.[1] ?? '';
      const create = ['-n', NAMESPACE, 'create', '--dry-run=server', '-o', 'json', '-f', '-'];
      const made = JSON.parse(await release().cluster.kubectl(create, job)) as {
        spec: { template: { spec: { containers: { args: string[] }[] } } };
      };
      const args = made.spec.template.spec.containers[0]?.args;
      const wanted =
        printed === backup.printed ? ['run'] : ['restore', 'duckmon-x.backup', '--force'];
      assert.deepEqual(args, wanted);
    }
    assert.match(restore.printed, /^kubectl .* scale deployment\/duckmon-scheduler --replicas=0$/m);
    assert.match(restore.printed, /^kubectl .* scale deployment\/duckmon-scheduler --replicas=2$/m);
  });

  it('names the right that is missing, and the API server that does not answer', async () => {
    const account = await accountFile(release(), 'default');
    try {
      const flag = `--kubeconfig=${account.kubeconfig}`;
      const { code, said } = await up(flag);
      assert.equal(code, 1);
      assert.match(said, /may not label the namespace prod: an administrator .*--keep-namespace/);
      assert.match((await up(flag, '--keep-namespace')).said, /You lack a right, .*secrets is/);
      assert.match((await inProd('prod-health', flag)).said, /You lack a right/);
    } finally {
      account.remove();
    }
    const nobody = path.join(folder, 'nobody');
    const cluster = { name: 'far', cluster: { server: 'https://127.0.0.1:1' } };
    const contexts = [{ name: 'far', context: { cluster: 'far' } }];
    const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts };
    writeFileSync(nobody, JSON.stringify(config));
    const { said } = await prod('prod-down', `--kubeconfig=${nobody}`, '--context=far', '--yes');
    assert.match(
      said,
      /The API server https:\/\/127\.0\.0\.1:1 of the context far does not answer/,
    );
    const other = await prod('prod-health', `--kubeconfig=${nobody}`, '--context=near');
    assert.match(other.said, /There is no context near; kubectl config get-contexts lists them/);
    assert.match((await prod('prod-health', `--kubeconfig=${nobody}`)).said, /no kube context/);
  });

  it('asks before it uninstalls, and tells how what stays is removed', async () => {
    const refused = await inProd('prod-down');
    assert.equal(refused.code, 1);
    assert.match(refused.said, /volume of Postgres.*[^]*no terminal to ask: repeat it with --yes/);
    assert.notEqual(await look('deployment/duckmon-api', '{.metadata.uid}'), '');
    const { kubectl } = release().cluster;
    const ended = inProd('prod-down', '--yes');
    // the hook's pod, which no node runs here
    await kubectl(['-n', NAMESPACE, 'wait', '--for=create', 'job/duckmon-uninstall']);
    const pods = ['-n', NAMESPACE, '-l', 'app.kubernetes.io/name=duckmon-uninstall'];
    await kubectl(['wait', '--for=create', 'pods', ...pods]);
    const phase = '{"status":{"phase":"Succeeded"}}';
    const names = (await kubectl(['get', 'pods', ...pods, '-o', 'name'])).trim().split('\n');
    await kubectl(['-n', NAMESPACE, 'patch', ...names, '--subresource=status', '-p', phase]);
    const { code, said, printed } = await ended;
    assert.equal(code, 0, said);
    const [ours, definitions] = printed.split('\n');
    assert.match(
      ours ?? '',
      /delete .*persistentvolumeclaim\/duckmon-backups .*secret\/duckmon-pos/,
    );
    assert.match(definitions ?? '', /monitorjobs\.mon\.duckerhub\.com/);
    assert.doesNotMatch(printed, /helm\.release/);
    for (const line of printed.split('\n'))
      await kubectl([...line.split(' ').slice(1), '--wait=false']);
    await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });
});
