import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inspect } from '../../lib/cluster/controlPlane.ts';
import { clusterFolder, readRecord } from '../../lib/cluster/folder.ts';
import { LINK } from '../../lib/cluster/node/addresses.ts';
import { GROUP, hierarchies, nodeProcesses } from '../../lib/cluster/node/groups.ts';
import { isRunning } from '../../lib/cluster/processes.ts';
import { imageCache } from '../../lib/cluster/source.ts';
import { writeArchive } from '../../lib/images/archive.ts';
import { makeRuntime, stack } from '../../lib/images/build.ts';
import { USER } from '../../lib/images/rootFolder.ts';
import { startTestNode, type TestNode } from './node.ts';

const IMAGE = 'localhost/duckmon-test:1';
const NAMESPACE = 'duckmon-test-node';
/** A busy machine; it is up in 10 s otherwise. */
const START_MS = 150_000;
const PATIENCE_MS = 30_000;
/** What is forbidden is dropped, so that the one who asks hears nothing. */
const SILENCE_MS = 1_500;

const SERVE = "require('http').createServer((_, answer) => answer.end('here')).listen(8080)";
/** Ends at once: an attempt to connect would keep the process for ten seconds more. */
const ASK = `
const tell = (words) => { console.log(words); process.exit(); };
fetch(process.argv[1], { signal: AbortSignal.timeout(${SILENCE_MS}) }).then(
  () => tell('answered'),
  (error) => tell(error.name === 'TimeoutError' ? 'silence' : String(error.cause)),
)`;

/** A pod as Pod Security demands it of everybody in the namespace. */
const podSpec = () => ({
  terminationGracePeriodSeconds: 0,
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    seccompProfile: { type: 'Localhost', localhostProfile: 'duckmon/chromium.json' },
  },
  containers: [
    {
      name: 'server',
      image: IMAGE,
      args: ['-e', SERVE],
      readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    },
  ],
});

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: podSpec() },
  },
});

const policy = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: NAMESPACE },
  spec,
});

/** To the servers from friends alone; and those may reach the servers alone. */
const POLICIES = [
  policy('servers', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
  }),
  policy('friends', {
    podSelector: { matchLabels: { app: 'friend' } },
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
  }),
];

describe('node: a whole one', function () {
  this.timeout(START_MS);
  let node: TestNode;
  let work: string;

  const kubectl = (...args: string[]): Promise<string> => node.kubectl(['-n', NAMESPACE, ...args]);
  const apply = (...items: object[]): Promise<string> =>
    node.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const remove = (...items: object[]): Promise<string> =>
    node.kubectl(['delete', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const read = (kind: string, field: string, ...args: string[]): Promise<string> =>
    kubectl('get', kind, ...args, '-o', `jsonpath={${field}}`);
  /** From this process, which is outside of the node; policies judge new connections, so each is one. */
  function askFromOutside(url: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const options = { agent: false, signal: AbortSignal.timeout(SILENCE_MS) };
    get(url, options, (answer) => answer.resume().on('end', () => resolve('answered'))).on(
      'error',
      (error) => resolve(error.name === 'AbortError' ? 'silence' : String(error)),
    );
    return promise;
  }
  const askFrom = async (app: string, url: string): Promise<string> =>
    (await kubectl('exec', `deploy/${app}`, '--', 'node', '-e', ASK, url)).trim();
  /** Policies and rules take a moment to come into force. */
  async function becomes(wanted: string, ask: () => Promise<string>): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let said = await ask(); said !== wanted; said = await ask())
      assert.ok(performance.now() < giveUpAt, `still ${said}, not ${wanted}`);
  }

  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'duckmon-node-'));
    node = await startTestNode();
    const cache = imageCache(process.env);
    const runtime = await makeRuntime(work, cache, () => {});
    const archive = path.join(work, 'image.tar');
    const config = {
      name: IMAGE,
      user: String(USER),
      workingFolder: '/',
      environment: { PATH: '/usr/local/bin' },
      entrypoint: ['node'],
      command: [],
      labels: {},
    };
    await writeArchive(archive, config, stack(runtime.base, [runtime.system.folder, runtime.node]));
    await node.load(archive);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
    await apply(deployment('web', 2), deployment('friend', 1), deployment('stranger', 1), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  });
  after(async () => {
    await node?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  it('rolls out Deployments of an image that was built here, under Pod Security restricted', async () => {
    for (const name of ['web', 'friend', 'stranger'])
      await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
    assert.equal(await read('deployment', '.status.readyReplicas', 'web'), '2');
  });

  it('gives pods names of Services, and the way to them and to the API server', async () => {
    await becomes('answered', () => askFrom('stranger', 'http://web/'));
    const certificate = await askFrom('stranger', 'https://kubernetes.default/');
    assert.match(
      certificate,
      /certificate/,
      'it answered, with a certificate that the pod does not know',
    );
    const service = await read('service', '.spec.clusterIP', 'web');
    // kube-proxy may hear of the pods a moment after they are ready.
    await becomes('answered', () => askFromOutside(`http://${service}/`));
  });

  it('drops what a NetworkPolicy forbids: from outside, from pods, and to the API server', async () => {
    const pod = await read('pod', '.items[0].status.podIP', '-l', 'app=web');
    const url = `http://${pod}:8080/`;
    const api = 'https://10.96.0.1/';
    assert.equal(await askFromOutside(url), 'answered');
    await apply(...POLICIES);
    await becomes('silence', () => askFromOutside(url));
    await becomes('silence', () => askFrom('friend', api));
    assert.deepEqual(await Promise.all([askFrom('friend', url), askFrom('stranger', url)]), [
      'answered',
      'silence',
    ]);
    assert.match(await askFrom('stranger', api), /certificate/);
    await remove(...POLICIES);
    await becomes('answered', () => askFromOutside(url));
  });

  it('forbids nothing without the rules that feed the agent', async () => {
    const pod = await read('pod', '.items[0].status.podIP', '-l', 'app=web');
    const url = `http://${pod}:8080/`;
    await apply(...POLICIES);
    await becomes('silence', () => askFromOutside(url));
    await node.stopEnforcing();
    assert.equal(await askFromOutside(url), 'answered');
    assert.equal(await askFrom('stranger', url), 'answered');
    await node.enforcePolicies();
    assert.equal(await askFromOutside(url), 'silence');
  });

  it('leaves nothing, also after a crash of all of its processes', async () => {
    const { state } = node.apiServer;
    const record = readRecord(clusterFolder(state));
    const processes = Object.values(record?.processes ?? {});
    assert.equal(processes.length, 7);
    for (const ended of processes) {
      process.kill(ended.pid, 'SIGKILL');
      while (await isRunning(ended)) await setImmediate();
    }
    const found = await inspect(state);
    assert.ok(found.kind === 'broken' && /etcd and .* and kubelet/.test(found.wrong), found.kind);
    assert.notDeepEqual(nodeProcesses(), [], 'the pods live on');
    await node.stop();
    assert.deepEqual(
      await Promise.all(processes.map(isRunning)),
      processes.map(() => false),
    );
    assert.deepEqual(nodeProcesses(), []);
    assert.equal(existsSync(state), false);
    assert.equal(existsSync(`/sys/class/net/${LINK}`), false);
    const mounts = readFileSync('/proc/mounts', 'utf8');
    assert.equal(mounts.includes(state), false);
    const groups = hierarchies(mounts).map((folder) => path.join(folder, GROUP));
    assert.deepEqual(
      groups.filter((folder) => existsSync(folder)),
      [],
    );
    assert.doesNotMatch(execFileSync('iptables-save', { encoding: 'utf8' }), /DUCKMON|KUBE/);
    const settings = Object.entries(record?.node?.kernel ?? {});
    assert.ok(settings.length > 0);
    for (const [file, value] of settings) assert.equal(readFileSync(file, 'utf8').trim(), value);
  });
});
