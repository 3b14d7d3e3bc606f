/** The MonitorPlatform on a real API server, and the quota of MonitorJobs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../../services/core/clock.ts';
import { ApiError } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { defineResource } from '../../../../services/core/kube/types.ts';
import { job } from '../../../../services/core/manifest/testing/samples.ts';
import { serverOf, transportOf } from '../../../../crds/testing/server.ts';
import { useClusterWithCrds, useNamespace } from '../../../../scripts/testing/cluster/hooks.ts';
import { EVENTS } from '../../kube/eventObject.ts';
import { ANNOTATIONS, CONDITIONS, EGRESS_ALLOW } from '../../names.ts';
import type { NetworkPolicy } from '../../policies/types.ts';
import { CONFIG_MAPS, MONITOR_PLATFORMS, WORKER_POOLS } from '../../resources.ts';
import { NETWORK_POLICY } from './kinds.ts';
import { until, usePlatformWorld } from './testing/world.ts';
import { orAbsent } from '../../../../services/core/kube/errors.ts';
import {
  isStuck,
  monitorQuotas,
  QUOTA_NAME,
  type ResourceQuota,
  type StoredQuota,
} from './quota.ts';

/** The server begins to count objects of a new kind within 30 s. */
const IN_FORCE_MS = 60_000;
const TIMEOUT_MS = 90_000;

const QUOTA = defineResource<ResourceQuota & StoredQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
});

describe('quota of MonitorJobs on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  let transport: Transport;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());

  it('refuses the monitor that is one too many, and is made again until the server counts', async () => {
    const [quota = assert.fail('no quota')] = monitorQuotas({ monitorsPerNamespace: 2 }, [
      namespace(),
    ]);
    const ref = { namespace: namespace(), name: QUOTA_NAME };
    const end = systemClock.monotonic() + IN_FORCE_MS;
    await transport.create(QUOTA, quota);
    for (;;) {
      const stored = await transport.get(QUOTA, ref);
      if (stored.status?.used && Object.keys(stored.status.used).length > 0) break;
      assert.ok(systemClock.monotonic() < end, 'the quota did not come into force');
      await systemClock.sleep(100);
      if (!isStuck(stored, systemClock.now())) continue;
      await transport.delete(QUOTA, ref);
      await transport.create(QUOTA, quota);
    }
    const server = serverOf(transport, namespace());
    await server.keep(job({ 'metadata.name': 'one' }));
    await server.keep(job({ 'metadata.name': 'two' }));
    await assert.rejects(
      server.keep(job({ 'metadata.name': 'three' })),
      (error) =>
        error instanceof ApiError && error.status === 403 && /exceeded quota/.test(error.message),
    );
  });
});

describe('MonitorPlatform on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const world = usePlatformWorld();

  const policies = async (): Promise<readonly NetworkPolicy[]> => {
    const { transport, namespace } = world();
    return (await transport.list(NETWORK_POLICY, { namespace })).items;
  };
  const policy = (name: string): Promise<NetworkPolicy> => {
    const { transport, namespace } = world();
    return transport.get(NETWORK_POLICY, { namespace, name });
  };
  const edit = (patch: object): Promise<unknown> => {
    const { transport, namespace } = world();
    return transport.mergePatch(MONITOR_PLATFORMS, { namespace, name: 'default' }, patch);
  };
  const apply = (...objects: readonly object[]): Promise<string> =>
    world().kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    );
  const defaults = (text: string): Promise<string> =>
    apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'duckmon-defaults' },
      data: { 'platform.yaml': text },
    });

  it('is made at the first start, with pools, policies and every condition', async () => {
    const { start, condition, platform, transport, namespace } = world();
    await start();
    await condition('Ready', 'Ready');
    const { status, metadata } = await platform();
    const types = status?.conditions?.map(({ type }) => type).toSorted();
    assert.deepEqual(types, Object.keys(CONDITIONS.MonitorPlatform).toSorted());
    for (const { observedGeneration } of status?.conditions ?? [])
      assert.equal(observedGeneration, metadata.generation);
    const pools = (await transport.list(WORKER_POOLS, { namespace })).items;
    assert.deepEqual(
      pools.map(({ metadata: { name }, spec: { role } }) => `${name} ${role}`).toSorted(),
      ['browser Browser', 'llm LLM'],
    );
    assert.ok((await policies()).length > 10);
    const canary = await condition('NetworkPolicyEnforced', 'CanaryPending');
    assert.equal(canary.status, 'Unknown');
  });

  it('writes nothing in a steady state', async () => {
    const { start, condition, platform } = world();
    await start({}, { resyncMs: 500 });
    await condition('Ready', 'Ready');
    const seen = await until('a status that stays', async () => {
      const { metadata } = await platform();
      await systemClock.sleep(1_500);
      const after = await platform();
      return after.metadata.resourceVersion === metadata.resourceVersion ? metadata : undefined;
    });
    await systemClock.sleep(1_500);
    assert.equal((await platform()).metadata.resourceVersion, seen.resourceVersion);
  });

  it('is filled in from the chart, and what a person sets wins and stays', async () => {
    const { start, condition, platform } = world();
    await defaults(
      'publicUrl: https://chart.example\nkeys: {rotateEvery: 240h}\nlimits: {maxSourcesPerJob: 7}',
    );
    await start();
    await condition('Ready', 'Ready');
    assert.equal((await platform()).spec.publicUrl, 'https://chart.example');
    await world().kubectl([
      'patch',
      'mplat',
      'default',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { publicUrl: 'https://mine.example' } }),
    ]);
    await defaults('publicUrl: https://other.example\nkeys: {rotateEvery: 480h}');
    const { spec } = await until('the new defaults', async () => {
      const now = await platform();
      return now.spec.keys.rotateEvery === '480h' ? now : undefined;
    });
    assert.equal(spec.publicUrl, 'https://mine.example');
    assert.equal(spec.limits, undefined);
  });

  it('goes on without values of the chart that are refused, says so, and takes them when they are right', async () => {
    const { start, condition, platform, secret } = world();
    await defaults('publicUrl: https://chart.example\nlimits: {minInterval: 10s}');
    await start();
    const refused = await condition('Ready', 'NotReady');
    assert.match(refused.message, /values under platform are not in force.*minInterval/);
    assert.ok(await secret('duckmon-internal-key'));
    assert.ok(await secret('duckmon-keys-browser'));
    await defaults('publicUrl: https://chart.example\nlimits: {minInterval: 2m}');
    await condition('Ready', 'Ready');
    assert.equal((await platform()).spec.limits?.minInterval, '2m');
    await defaults('publicUrl: {');
    const unread = await condition('Ready', 'NotReady');
    assert.match(unread.message, /platform\.yaml of the ConfigMap duckmon-defaults is no YAML/);
    assert.equal((await platform()).spec.publicUrl, 'https://chart.example');
  });

  it('is made again when it is deleted', async () => {
    const { start, condition, platform, transport, namespace } = world();
    await start();
    await condition('Ready', 'Ready');
    const { uid } = (await platform()).metadata;
    await transport.delete(MONITOR_PLATFORMS, { namespace, name: 'default' });
    await until('another MonitorPlatform', async () => {
      const now = await orAbsent(platform());
      return now && now.metadata.uid !== uid ? now : undefined;
    });
    await condition('Ready', 'Ready');
  });

  it('in another namespace is told that it does not count', async () => {
    const { start, cluster, transport, namespace, condition } = world();
    const elsewhere = `${namespace}-other`;
    await cluster.kubectl(['create', 'namespace', elsewhere]);
    try {
      await start({ watchNamespaces: [namespace, elsewhere] });
      await condition('SchedulerReachable', 'Reachable');
      const foreign = { metadata: { namespace: elsewhere, name: 'default' }, spec: {} };
      await transport.apply(MONITOR_PLATFORMS, foreign, { fieldManager: 'test' });
      const refused = await until('NotTheOne', async () => {
        const ref = { namespace: elsewhere, name: 'default' };
        const { status } = await transport.get(MONITOR_PLATFORMS, ref);
        return status?.conditions?.find(({ reason }) => reason === 'NotTheOne');
      });
      assert.equal(refused.status, 'False');
      assert.match(refused.message ?? '', new RegExp(namespace));
    } finally {
      await cluster.kubectl(['delete', 'namespace', elsewhere, '--wait=false']);
    }
  });

  it('repairs NetworkPolicies that somebody deleted, widened, or narrowed to nothing', async () => {
    const { start, condition, transport, namespace } = world();
    await start();
    await condition('Ready', 'Ready');
    const names = ['duckmon-default-deny', 'duckmon-egress', 'duckmon-browser'] as const;
    const before = new Map((await policies()).map((one) => [one.metadata.name, one.spec]));
    await transport.delete(NETWORK_POLICY, { namespace, name: names[0] });
    await until('the deleted policy', () => orAbsent(policy(names[0])));
    const widened = { spec: { egress: [{}] } };
    await transport.mergePatch(NETWORK_POLICY, { namespace, name: names[1] }, widened);
    const narrowed = { spec: { podSelector: { matchLabels: { nobody: 'here' } } } };
    await transport.mergePatch(NETWORK_POLICY, { namespace, name: names[0] }, narrowed);
    await transport.mergePatch(NETWORK_POLICY, { namespace, name: names[2] }, narrowed);
    for (const name of names)
      await until(`${name} as it was`, async () => {
        const { spec } = await policy(name);
        return JSON.stringify(spec) === JSON.stringify(before.get(name)) || undefined;
      });
  });

  it('has its policies follow the spec', async () => {
    const { start, condition } = world();
    await start();
    await condition('Ready', 'Ready');
    await edit({ spec: { egress: { denyCIDRs: ['203.0.114.0/24'] } } });
    await until(
      'the new block',
      async () =>
        JSON.stringify((await policy('duckmon-egress')).spec).includes('203.0.114.0/24') ||
        undefined,
    );
  });

  it('C18 has the list of the egress proxy follow the spec, and repairs what somebody wrote into it', async () => {
    const { start, condition, transport, namespace } = world();
    const at = { namespace, name: EGRESS_ALLOW };
    const becomes = (text: string): Promise<unknown> =>
      until(`the list ${JSON.stringify(text)}`, async () => {
        const { data } = await transport.get(CONFIG_MAPS, at);
        return data?.['allow'] === text || undefined;
      });
    await start();
    await condition('Ready', 'Ready');
    await becomes('');
    const entry = { cidr: '10.1.2.3/32', namespaces: ['team-a'], ports: [443] };
    await edit({ spec: { egress: { allow: [entry] } } });
    await becomes('team-a=10.1.2.3/32:443\n');
    await transport.mergePatch(CONFIG_MAPS, at, { data: { allow: '0.0.0.0/0:443\n' } });
    await becomes('team-a=10.1.2.3/32:443\n');
    await transport.delete(CONFIG_MAPS, at);
    await until('the list again', () => orAbsent(transport.get(CONFIG_MAPS, at)));
    await edit({ spec: { egress: null } });
    await becomes('');
  });

  it('freezes and resumes, also when the scheduler answers late', async () => {
    const { start, condition, scheduler } = world();
    await start();
    await condition('Frozen', 'NotFrozen');
    scheduler.behave({ kind: 'down' });
    await edit({ spec: { suspend: true } });
    await until('an unanswered freeze', async () => {
      const one = await condition('Frozen', 'Suspended');
      return one.status === 'Unknown' || undefined;
    });
    scheduler.behave({ kind: 'well' });
    await until('the freeze', () => scheduler.frozen() || undefined);
    await until('Frozen', async () => {
      const one = await condition('Frozen', 'Suspended');
      return one.status === 'True' || undefined;
    });
    await edit({ spec: { suspend: false } });
    await condition('Frozen', 'NotFrozen');
    assert.equal(scheduler.frozen(), false);
  });

  it('answers kubectl monitor freeze, resume and rotate', async () => {
    const { start, condition, scheduler, cluster, namespace, platform } = world();
    await start();
    await condition('Frozen', 'NotFrozen');
    const script = path.resolve(import.meta.dirname, '../../../../scripts/kubectl-monitor.mjs');
    const where = ['--kubeconfig', cluster.kubeconfig, '--platform', namespace];
    const monitor = async (...args: readonly string[]): Promise<string> =>
      (await promisify(execFile)(process.execPath, [script, ...args, ...where])).stdout;
    assert.match(await monitor('freeze'), /^Frozen: /);
    assert.equal(scheduler.frozen(), true);
    assert.match(await monitor('resume'), /^Resumed: /);
    assert.equal(scheduler.frozen(), false);
    assert.match(await monitor('rotate'), /New keys are published/);
    await until('a next key', async () =>
      (await platform()).status?.keys?.find(
        ({ ring, state }) => ring === 'Jwt' && state === 'Next',
      ),
    );
  });

  it('keeps its hands off while it is told to, and says so', async () => {
    const { start, condition } = world();
    await start();
    await condition('Ready', 'Ready');
    await edit({ metadata: { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } } });
    await condition('Paused', 'ReconcileDisabled');
    const { transport, namespace } = world();
    await transport.delete(NETWORK_POLICY, { namespace, name: 'duckmon-dns' });
    await systemClock.sleep(1_000);
    assert.equal(await orAbsent(policy('duckmon-dns')), undefined);
    await edit({ metadata: { annotations: { [ANNOTATIONS.reconcile]: null } } });
    await until('the policy again', () => orAbsent(policy('duckmon-dns')));
  });

  const notes = async (): Promise<readonly string[]> => {
    const { transport, namespace } = world();
    const { items } = await transport.list(EVENTS, { namespace });
    return items.filter(({ reason }) => reason === 'DryRun').map(({ note }) => note ?? '');
  };
  const note = (text: RegExp): Promise<string> =>
    until(`an Event ${text}`, async () => (await notes()).find((one) => text.test(one)));
  const dryRun = (is: string | null) => ({
    metadata: { annotations: { [ANNOTATIONS.dryRun]: is } },
  });

  it('shows in Events what it would do under the dry-run annotation, and writes nothing but status', async () => {
    const { start, condition, platform, secret, transport, namespace } = world();
    await defaults('publicUrl: https://chart.example\nlimits: {monitorsPerNamespace: 3}');
    const annotations = { [ANNOTATIONS.dryRun]: 'true' };
    const asked = { metadata: { namespace, name: 'default', annotations }, spec: {} };
    await transport.apply(MONITOR_PLATFORMS, asked, { fieldManager: 'test' });
    await serverOf(transport, namespace).keep(job({ 'metadata.name': 'one' }));
    const canaryImage = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;
    const running = await start({ canaryImage });
    await condition('Frozen', 'NotFrozen');
    await running.stop();
    const said = (await notes()).join('\n');
    for (const [what, name] of [
      ['fill in fields from the ConfigMap', 'duckmon-defaults'],
      ['apply Secret', 'duckmon-internal-key'],
      ['apply Secret', 'duckmon-keys-browser'],
      ['apply NetworkPolicy', 'duckmon-default-deny'],
      ['apply WorkerPool', 'browser'],
      ['apply Pod', 'duckmon-canary'],
    ] as const)
      assert.match(said, new RegExp(`^would ${what} .*\\b${name}\\b`, 'm'));
    for (const name of ['duckmon-internal-key', 'duckmon-data-key', 'duckmon-keys-browser'])
      assert.equal(await secret(name), undefined);
    assert.deepEqual(await policies(), []);
    assert.deepEqual((await transport.list(WORKER_POOLS, { namespace })).items, []);
    const { spec, status } = await platform();
    assert.equal(spec.publicUrl, undefined);
    assert.equal(status?.keys, undefined);
    await edit(dryRun(null));
    await start({ canaryImage });
    await condition('Ready', 'Ready');
    assert.ok(await secret('duckmon-internal-key'));
    assert.equal((await platform()).spec.publicUrl, 'https://chart.example');
  });

  it('tells the scheduler of no freeze under the dry-run annotation', async () => {
    const { start, condition, scheduler } = world();
    await start();
    await condition('Ready', 'Ready');
    await edit({ ...dryRun('true'), spec: { suspend: true } });
    await note(/^would freeze the scheduler$/);
    await condition('Frozen', 'Suspended');
    assert.equal(scheduler.frozen(), false);
    await edit(dryRun(null));
    await until('the freeze', () => scheduler.frozen() || undefined);
  });

  it('B13 says how old the keys are that are in use', async () => {
    const { start, condition, ring } = world();
    const { url } = await start();
    await condition('Ready', 'Ready');
    const [key] = await ring('duckmon-internal-key');
    const text = await until('the metric', async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return metrics.includes('key_age_seconds{') ? metrics : undefined;
    });
    const age = Number(/key_age_seconds\{[^}]*ring="internal"[^}]*\} (\S+)/.exec(text)?.[1]);
    const expected = (Date.now() - Date.parse(key?.created ?? '')) / 1000;
    assert.ok(Math.abs(age - expected) < 5, `${age} and not ${expected}`);
  });

  it('gives a namespace with monitors its quota, and takes it away with the limit', async () => {
    const { start, condition, transport, namespace } = world();
    await start();
    await condition('Ready', 'Ready');
    await serverOf(transport, namespace).keep(job({ 'metadata.name': 'one' }));
    await edit({ spec: { limits: { monitorsPerNamespace: 3 } } });
    const ref = { namespace, name: QUOTA_NAME };
    await until('the quota', () => orAbsent(transport.get(QUOTA, ref)));
    await edit({ spec: { limits: null } });
    await until('no quota', async () => {
      const there = await orAbsent(transport.get(QUOTA, ref));
      return there === undefined ? true : undefined;
    });
  });

  it('on a laptop has no keys, policies and pools of its own, and says why', async () => {
    const { start, condition, namespace, transport, ring } = world();
    await start({ pools: 'local' });
    const keys = await condition('KeysCurrent', 'Adopted');
    assert.match(keys.message, /data folder/);
    assert.deepEqual(await ring('duckmon-internal-key'), []);
    assert.deepEqual(await policies(), []);
    assert.deepEqual((await transport.list(WORKER_POOLS, { namespace })).items, []);
    assert.deepEqual((await transport.list(EVENTS, { namespace })).items, []);
  });
});
