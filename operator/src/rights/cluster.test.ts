/** The operator under exactly its rights, on a real API server. */
import assert from 'node:assert/strict';
import { pool as poolManifest } from '../../../crds/testing/samples.ts';
import { transportOf } from '../../../crds/testing/server.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { isForbidden, orAbsent } from '../../../services/core/kube/errors.ts';
import { defineResource, type KubeObject } from '../../../services/core/kube/types.ts';
import { channel, job } from '../../../services/core/manifest/testing/samples.ts';
import { policiesFor } from '../admission/testing/install.ts';
import {
  CANARY_POD,
  NETWORK_POLICY,
  RESOURCE_QUOTA,
  SECRET,
} from '../controllers/monitorplatform/kinds.ts';
import { until, usePlatformWorld } from '../controllers/monitorplatform/testing/world.ts';
import { MONITOR_JOBS, MONITOR_PLATFORMS, WORKER_POOLS } from '../resources.ts';
import { LABELS } from '../names.ts';
import { everyTenantBinding, operatorRights, tenantBinding } from './manifest.ts';
import { grantsOf, KUBERNETES_RULES, PLATFORM_RULES, TENANT_RULES, type Rule } from './rules.ts';
import { FORBIDDEN } from './testing/forbidden.ts';
import { recordRights } from './testing/record.ts';

const IMAGE = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;
const EGRESS = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'duckmon-egress' },
  spec: { ports: [{ port: 8005 }] },
};

interface Review extends KubeObject {
  readonly status?: {
    readonly resourceRules: readonly {
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
      readonly resourceNames?: readonly string[];
      readonly verbs: readonly string[];
    }[];
  };
}

const RULES_REVIEW = defineResource<Review & { readonly spec: object }>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  namespaced: false,
});

const ACCESS_REVIEW = defineResource<
  KubeObject & { readonly spec: object; readonly status?: { readonly allowed: boolean } }
>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
});

const JOB = defineResource({ group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs' });

/** What any account may do: ask what it may do. */
const EVERYBODYS = /selfsubject(access|rules)?reviews?/;

/** Rights for what happens seldom: nothing in an ordinary day asks for it. */
const SELDOM =
  /^(delete (serviceaccounts|services|deployments\.apps|poddisruptionbudgets\.policy|networkpolicies\.networking\.k8s\.io|resourcequotas)|patch events|create leases)/;

/** One of everything that people make. */
function worksIn(namespace: string): readonly object[] {
  const promptFrom = { configMapKeyRef: { name: 'goals', key: 'one' } };
  const at = (name: string) => ({ 'metadata.name': name, 'metadata.namespace': namespace });
  const autoscaling = { mode: 'Operator', min: 2 };
  return [
    poolManifest({ ...at('web'), 'spec.image': IMAGE, 'spec.autoscaling': autoscaling }),
    channel({ ...at('ops') }),
    job({ ...at('one'), 'spec.goal': { promptFrom } }),
    job({ ...at('together'), 'spec.isolation.level': 'Namespace' }),
    job({ ...at('hostile'), 'spec.isolation.level': 'Ephemeral' }),
  ];
}

const list = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describe("rights of the operator's account on a real API server", function () {
  this.timeout(120_000);
  const world = usePlatformWorld();
  let tenant: string;
  let own: Transport;

  beforeEach(async () => {
    const { cluster, namespace } = world();
    tenant = `${namespace}-t`;
    await cluster.kubectl(['create', 'namespace', tenant]);
    const rights = [...operatorRights(namespace), tenantBinding(namespace, tenant)];
    await cluster.kubectl(['apply', '-f', '-'], list(rights));
    own = transportOf(cluster, `system:serviceaccount:${namespace}:duckmon-operator`);
  });
  afterEach(async () => {
    const { cluster, namespace } = world();
    own.close();
    await cluster.kubectl(['delete', 'namespace', tenant, '--wait=false']);
    const kubernetes = `duckmon-operator-kubernetes-${namespace}`;
    await cluster.kubectl(['-n', 'default', 'delete', 'role,rolebinding', kubernetes]);
  });

  const refused = async (what: string, call: Promise<unknown>): Promise<void> => {
    await assert.rejects(call, (error) => isForbidden(error), what);
  };

  const secretIn =
    (namespace: string) =>
    (name: string, type: string): KubeObject =>
      ({ metadata: { namespace, name }, type }) as KubeObject;

  /** While the admission policies are in force, which refuse a Secret of another type. */
  const underPolicies = async <T>(work: () => Promise<T>): Promise<T> => {
    const { namespace, cluster } = world();
    const policies = list(JSON.parse(policiesFor(namespace)) as object[]);
    const other = secretIn(namespace)('duckmon-keys-api', 'example.com/other');
    await cluster.kubectl(['apply', '-f', '-'], policies);
    try {
      // The server needs a moment to know a policy.
      await until('the policy holds', async () => {
        const how = { fieldManager: 'test', force: true, dryRun: true };
        const outcome = await own.apply(SECRET, other, how).catch((error: unknown) => error);
        return isForbidden(outcome) ? true : undefined;
      });
      return await work();
    } finally {
      await cluster.kubectl(['delete', '-f', '-'], policies);
    }
  };

  /** What the server says that the account may do in a namespace. */
  const held = async (namespace: string): Promise<string[]> => {
    const review = await own.create(RULES_REVIEW, { metadata: {}, spec: { namespace } });
    const found = (review.status?.resourceRules ?? []).map(
      ({ apiGroups, resources, resourceNames, verbs }): Rule => ({
        group: apiGroups?.[0] ?? '',
        resources: resources ?? [],
        verbs,
        ...(resourceNames ? { names: resourceNames } : {}),
      }),
    );
    const grants = grantsOf(found).filter((one) => !EVERYBODYS.test(one));
    return [...new Set(grants)].toSorted();
  };
  const written = (rules: readonly Rule[]): string[] => [...new Set(grantsOf(rules))].toSorted();

  it('G9 are exactly those that it has, and none more', async () => {
    assert.deepEqual(await held(world().namespace), written(PLATFORM_RULES));
    assert.deepEqual(await held(tenant), written(TENANT_RULES));
    assert.deepEqual(await held('kube-system'), []);
  });

  it('G9 hold in every namespace, where monitors may be in all of them, and are the same', async () => {
    const { namespace, cluster, start, kubectl, transport } = world();
    const all = list([everyTenantBinding(namespace)]);
    await cluster.kubectl(['apply', '-f', '-'], all);
    try {
      await until('the binding', async () => (await held('kube-system')).length > 0 || undefined);
      assert.deepEqual(await held('kube-system'), written(TENANT_RULES));
      assert.deepEqual(
        await held(namespace),
        [...new Set([...written(PLATFORM_RULES), ...written(TENANT_RULES)])].toSorted(),
      );
      await cluster.kubectl(['-n', tenant, 'delete', 'rolebinding', 'duckmon-operator-tenant']);
      await kubectl(['apply', '-f', '-'], list([EGRESS]));
      await start({ watchNamespaces: [], canaryImage: IMAGE }, { transport: own });
      const together = { 'metadata.name': 'together', 'spec.isolation.level': 'Namespace' };
      await kubectl(['-n', tenant, 'apply', '-f', '-'], JSON.stringify(job(together)));
      const at = { namespace: tenant, name: 'namespace-browser' };
      await until('its pool', () => orAbsent(transport.get(WORKER_POOLS, at)));
      const keys = { namespace: tenant, name: 'duckmon-keys-browser' };
      await until('its keys', () => orAbsent(transport.get(SECRET, keys)));
      await refused('a list of Secrets', own.list(SECRET));
    } finally {
      await cluster.kubectl(['delete', '-f', '-'], all);
    }
  });

  it('G9 allow none of what leads to others, by any verb, in any namespace', async () => {
    const asked = FORBIDDEN.flatMap(([group, resource, verbs]) =>
      verbs.map((verb) => ({ group, resource, verb })),
    );
    assert.ok(asked.length >= 60, `${asked.length}`);
    const { namespace: platformNamespace } = world();
    for (const namespace of [platformNamespace, tenant, 'kube-system', ''])
      for (const { group, resource: whole, verb } of asked) {
        const [resource, subresource] = whole.split('/');
        const resourceAttributes = { namespace, group, resource, subresource, verb };
        const review = await own.create(ACCESS_REVIEW, {
          metadata: {},
          spec: { resourceAttributes },
        });
        assert.equal(review.status?.allowed, false, `${verb} ${whole}.${group} in ${namespace}`);
      }
  });

  it('G10 let it see no Secret but its own, and none by a list', async () => {
    const { namespace, kubectl } = world();
    await kubectl(['create', 'secret', 'generic', 'theirs', '--from-literal=a=b']);
    await kubectl(['-n', tenant, 'create', 'secret', 'generic', 'theirs', '--from-literal=a=b']);
    for (const where of [namespace, tenant, 'kube-system', undefined]) {
      await refused(`list in ${where}`, own.list(SECRET, { namespace: where }));
      const name = 'metadata.name=theirs';
      await refused(
        `by name in ${where}`,
        own.list(SECRET, { namespace: where, fieldSelector: name }),
      );
    }
    await refused('get', own.get(SECRET, { namespace, name: 'theirs' }));
    await refused('tenant', own.get(SECRET, { namespace: tenant, name: 'theirs' }));
    await refused(
      'its roots elsewhere',
      own.get(SECRET, { namespace: tenant, name: 'duckmon-jwt-secret' }),
    );
  });

  it('G10 let it make no Secret under another name, and none of another type', async () => {
    const { namespace } = world();
    const how = { fieldManager: 'test', force: true };
    const wish = secretIn(namespace);
    await refused('apply', own.apply(SECRET, wish('duckmon-other', 'Opaque'), how));
    await refused('create', own.create(SECRET, wish('duckmon-keys-api', 'Opaque')));
    await underPolicies(() => own.apply(SECRET, wish('duckmon-keys-api', 'Opaque'), how));
  });

  it('E10 let it write to nobody else: no namespace, spec, role or webhook', async () => {
    const { namespace } = world();
    const object = (name: string): KubeObject => ({ metadata: { namespace, name } });
    const how = { fieldManager: 'test', force: true };
    const kinds = [
      ['rbac.authorization.k8s.io', 'Role', 'roles'],
      ['rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings'],
      ['', 'ConfigMap', 'configmaps'],
      ['batch', 'CronJob', 'cronjobs'],
      ['apps', 'StatefulSet', 'statefulsets'],
    ] as const;
    for (const [group, kind, plural] of kinds) {
      const resource = defineResource({ group, version: 'v1', kind, plural });
      await refused(plural, own.apply(resource, object('x'), how));
    }
    await refused('a job', own.apply(MONITOR_JOBS, object('x'), how));
    await refused('a pod', own.apply(CANARY_POD, object('x'), how));
    await refused('a policy', own.apply(NETWORK_POLICY, object('theirs'), how));
    const foreign = { metadata: { namespace: 'default', name: 'duckmon-canary' } };
    await refused('elsewhere', own.apply(CANARY_POD, foreign, how));
  });

  it('G9 suffice for everything that it does, admission policies included, and are all needed', () =>
    underPolicies(async () => {
      const { transport, namespace, start, condition, kubectl, scheduler } = world();
      const { transport: recorded, asked } = recordRights(own);
      const config = { watchNamespaces: [namespace, tenant], canaryImage: IMAGE };
      const platform = (patch: object): Promise<unknown> =>
        transport.mergePatch(MONITOR_PLATFORMS, { namespace, name: 'default' }, patch);
      await kubectl(['apply', '-f', '-'], list([EGRESS]));
      await start(config, { transport: recorded });
      await condition('SchedulerReachable', 'Reachable');
      const monitoring = { namespaceSelector: { matchLabels: { name: 'monitoring' } } };
      const limits = { monitorsPerNamespace: 9 };
      await platform({ spec: { images: { browser: IMAGE, llm: IMAGE }, limits, monitoring } });
      for (const where of [namespace, tenant]) {
        await kubectl(['-n', where, 'create', 'configmap', 'goals', '--from-literal=one=Tell me']);
        // A quota that is not counted yet refuses what is made meanwhile.
        await until('what people make', () =>
          kubectl(['-n', where, 'apply', '-f', '-'], list(worksIn(where))).catch(() => undefined),
        );
        await until('the monitor at the scheduler', () => scheduler.monitors.get(`${where}/one`));
        await until('the status of the monitor', async () => {
          const { status } = await transport.get(MONITOR_JOBS, { namespace: where, name: 'one' });
          return status?.conditions;
        });
        await until('the number of pods', async () => {
          const { spec } = await transport.get(WORKER_POOLS, { namespace: where, name: 'web' });
          return spec.replicas === 2 || undefined;
        });
        const quota = { namespace: where, name: 'duckmon-monitors' };
        await until('the quota', () => orAbsent(transport.get(RESOURCE_QUOTA, quota)));
      }
      /** Pods for checks come and go, and with the last job its pool. */
      const isolate = async (): Promise<void> => {
        const waiting = [];
        for (const where of [namespace, tenant]) {
          const { metadata } = await transport.get(MONITOR_JOBS, {
            namespace: where,
            name: 'hostile',
          });
          waiting.push({ namespace: where, pool: 'ephemeral-browser', id: `${metadata.uid}-1` });
        }
        const are = (count: number) =>
          until(`${count} Jobs`, async () => {
            const of = [namespace, tenant].map((where) =>
              transport.list(JOB, { namespace: where }),
            );
            const there = (await Promise.all(of)).flatMap(({ items }) => items);
            return there.length === count || undefined;
          });
        scheduler.measure({ waiting });
        await are(2);
        scheduler.measure({ waiting: [] });
        await are(0);
        for (const where of [namespace, tenant]) {
          await kubectl(['-n', where, 'delete', 'mj', 'together', 'hostile']);
          await until('no pool of ours', async () => {
            const { items } = await transport.list(WORKER_POOLS, { namespace: where });
            const ours = items.filter(({ metadata }) => metadata.labels?.[LABELS.isolation]);
            return ours.length === 0 || undefined;
          });
        }
      };
      const foreign = { metadata: { namespace: tenant, name: 'default' }, spec: {} };
      await transport.apply(MONITOR_PLATFORMS, foreign, { fieldManager: 'test' });
      const canary = await until('the canary', () =>
        orAbsent(transport.get(CANARY_POD, { namespace, name: 'duckmon-canary' })),
      );
      const terminated = {
        exitCode: 0,
        message: '{"allowed":true,"forbidden":false}',
        finishedAt: '2026-01-01T00:00:00Z',
      };
      const ended = {
        name: 'canary',
        image: IMAGE,
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated },
      };
      await transport.mergePatch(
        CANARY_POD,
        { namespace, name: 'duckmon-canary' },
        { status: { containerStatuses: [ended] } },
        { subresource: 'status' },
      );
      await condition('NetworkPolicyEnforced', 'Enforced');
      await until('the next canary', async () => {
        const now = await orAbsent(
          transport.get(CANARY_POD, { namespace, name: 'duckmon-canary' }),
        );
        return now && now.metadata.uid !== canary.metadata.uid ? now : undefined;
      });
      await until('a key for the tenant', () =>
        orAbsent(transport.get(SECRET, { namespace: tenant, name: 'duckmon-keys-browser' })),
      );
      await isolate();
      await transport.delete(WORKER_POOLS, { namespace: tenant, name: 'web' });
      await until('no key for the tenant', async () => {
        const ref = { namespace: tenant, name: 'duckmon-keys-browser' };
        const there = await orAbsent(transport.get(SECRET, ref));
        return there === undefined || undefined;
      });
      const { status } = await world().platform();
      assert.deepEqual(
        status?.conditions?.filter(({ message }) => /is forbidden: |: 403 /.test(message ?? '')),
        [],
      );
      for (const [where, rules] of [
        [namespace, PLATFORM_RULES],
        [tenant, TENANT_RULES],
        ['default', KUBERNETES_RULES],
      ] as const) {
        const used = asked.get(where) ?? new Set<string>();
        const isUsed = (one: string): boolean => isNeeded(one, used);
        const idle = grantsOf(rules).filter((one) => !isUsed(one) && !SELDOM.test(one));
        assert.deepEqual(idle, [], `rights in ${where} that nothing asked for`);
      }
    }));
});

/** Whoever patches an absent object creates it; a right on any name is used with one. */
function isNeeded(one: string, used: ReadonlySet<string>): boolean {
  const [verb = '', ...rest] = one.split(' ');
  const isNamed = one.endsWith('"');
  return [...used].some((seen) => {
    const asPatch = verb === 'create' ? ['create', 'patch'] : [verb];
    return asPatch.some((word) => {
      const wanted = [word, ...rest].join(' ');
      return isNamed ? seen === wanted : seen === wanted || seen.startsWith(`${wanted} "`);
    });
  });
}
