/** WorkerPools on a real API server with its own controllers; only the kubelet is missing. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { V1DeploymentSpec } from '@kubernetes/client-node';
import { llmPool } from '../../../../crds/testing/samples.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import { job } from '../../../../services/core/manifest/testing/samples.ts';
import { LABELS } from '../../names.ts';
import { PLATFORM_POOLS } from '../../pools/binding.ts';
import { until } from '../../testing/until.ts';
import { useWorld } from '../../testing/world.ts';
import { CHILD_RESOURCES, DEPLOYMENTS } from './children.ts';
import { LOAD_MS } from './load.ts';
import {
  egress,
  IMAGE,
  isReady,
  NAME,
  platformOf,
  PODS,
  poolOf,
  poolsIn,
  scaledBy,
} from './testing/onServer.ts';
import { STANDING_KINDS, type StandingKind } from './types.ts';

/** The platform's own, which its controller makes. */
const SHARED = PLATFORM_POOLS.browser;
/** The garbage collector looks for new kinds every 30 s. */
const COLLECTED_MS = 75_000;

describe('WorkerPools on a real API server', function () {
  this.timeout(120_000);
  const world = useWorld();
  const { at, thePool, childAt, child, made, wait, deploymentHas, build, aPod, kubelet } =
    poolsIn(world);
  /** Before the pool would look at its children anyway. */
  const soon: typeof until = (what, look) => until(what, look, LOAD_MS / 2);

  it('become an account, a Service, a budget and a Deployment that belong to them', async () => {
    await build();
    const { uid } = (await thePool()).metadata;
    for (const kind of STANDING_KINDS) {
      const { metadata } = await made(kind);
      assert.deepEqual(
        metadata.ownerReferences?.map((owner) => [owner.kind, owner.uid, owner.controller]),
        [['WorkerPool', uid, true]],
      );
    }
  });

  it('have pods that a namespace with Pod Security "restricted" takes', async () => {
    const label = 'pod-security.kubernetes.io/enforce=restricted';
    await world().cluster.kubectl(['label', 'namespace', world().namespace, label]);
    await build();
    const pod = await aPod();
    const { spec } = await world().transport.get(PODS, at(pod.metadata.name));
    assert.equal(spec?.serviceAccountName, childAt('ServiceAccount').name);
  });

  it('repair children that somebody edited', async () => {
    await build();
    const edits: Readonly<Record<StandingKind, object>> = {
      ServiceAccount: { automountServiceAccountToken: true },
      Service: { spec: { selector: { [LABELS.pool]: 'another' } } },
      PodDisruptionBudget: { spec: { maxUnavailable: 5 } },
      Deployment: {
        spec: { template: { spec: { automountServiceAccountToken: true } }, replicas: 7 },
      },
    };
    for (const kind of STANDING_KINDS) {
      const before = await made(kind);
      const ref = childAt(kind);
      const edited = await world().transport.mergePatch(CHILD_RESOURCES[kind], ref, edits[kind]);
      assert.notDeepEqual(essence(edited), essence(before));
      await soon(`the ${kind} as it was`, async () => {
        const now = await child(kind);
        return now && essence(now) === essence(before) ? now : undefined;
      });
    }
  });

  it('make deleted children anew', async () => {
    await build();
    for (const kind of STANDING_KINDS) {
      const { uid } = (await made(kind)).metadata;
      await world().transport.delete(CHILD_RESOURCES[kind], childAt(kind));
      await soon(`another ${kind}`, async () => {
        const now = await child(kind);
        return now && now.metadata.uid !== uid ? now : undefined;
      });
    }
  });

  it('follow kubectl scale, and write nothing into replicas that others scale', async () => {
    await build(scaledBy('HPA'));
    await world().kubectl('scale', `workerpool/${NAME}`, '--replicas=4');
    await deploymentHas(4);
    await wait('jsonpath={.status.replicas}=4');
    const { spec, metadata } = await thePool();
    assert.equal(spec.replicas, 4);
    assert.equal(metadata.generation, 2);
    const scale = await world().kubectl('get', '--raw', scalePath(world().namespace));
    assert.deepEqual((JSON.parse(scale) as { status: object }).status, {
      replicas: 4,
      selector: `${LABELS.pool}=${NAME},${LABELS.component}=browser,${LABELS.lifetime}=pool`,
    });
  });

  it('are scaled through /scale by the specs of the jobs, before their load comes', async () => {
    const sources = Array.from({ length: 20 }, (_, index) => ({
      name: `page-${index}`,
      url: `https://shop.example/${index}`,
      fetch: 'Browser',
    }));
    const loaded = job({ 'spec.sources': sources, 'spec.schedule.interval': '60s' });
    const pools = { 'spec.pools': { browser: { slotsPerPod: 1, autoscaling: { max: 3 } } } };
    await world().apply(egress, loaded, platformOf(pools));
    await world().start({ pools: 'cluster' });
    await deploymentHas(3, SHARED);
    assert.equal((await thePool(SHARED)).spec.replicas, 3);
    await wait('jsonpath={.status.slotsNeeded}=3', `workerpool/${SHARED}`);
  });

  it('cost no write while nothing changes', async () => {
    await world().apply(egress, poolOf());
    const { url } = await world().start({ pools: 'cluster', resyncMs: 200 });
    await made('Deployment');
    await wait('jsonpath={.status.replicas}=1');
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
      const own = lines.filter((line) => line.includes('controller="workerpool"'));
      return own.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const counted = async (): Promise<number[]> => [
      await metric('apply_total'),
      await metric('status_writes_total'),
    ];
    /** What was written until every pool was passed over three times more. */
    const later = async (): Promise<object> => {
      const from = await metric('reconcile_total');
      await until('nine passes more', async () =>
        (await metric('reconcile_total')) >= from + 9 ? true : undefined,
      );
      const { resourceVersion } = (await thePool()).metadata;
      return { resourceVersion, counted: await counted() };
    };
    const rest = await until('a time without writes', async () => {
      const before = await later();
      return isDeepStrictEqual(before, await later()) ? before : undefined;
    });
    assert.deepEqual(await later(), rest);
    assert.ok((await metric('apply_total')) >= STANDING_KINDS.length);
  });

  it('say Sandboxed and Available when a pod is ready, and how many slots there are', async () => {
    await build({ 'spec.slotsPerPod': 3 });
    await kubelet(isReady);
    await wait('condition=Ready');
    await wait('condition=Sandboxed');
    await wait('jsonpath={.status.slots}=3');
    const [head = '', row = ''] = (await world().kubectl('get', 'wp', NAME)).split('\n');
    assert.match(head, /^NAME +ROLE +WANTED +PODS +SLOTS +NEEDED +READY +SANDBOXED +AGE/);
    assert.match(row, /^web +Browser +1 +1 +3 +0 +True +True /);
  });

  it('C22 say which profile is missing when a container cannot start without it', async () => {
    await build();
    const message = 'failed to generate seccomp spec opts: cannot load seccomp profile';
    const state = { waiting: { reason: 'CreateContainerError', message } };
    const container = { name: 'browser', image: IMAGE, imageID: '', ready: false, restartCount: 0 };
    await kubelet({ containerStatuses: [{ ...container, state }] });
    await wait('jsonpath={.status.conditions[?(@.type=="Sandboxed")].reason}=ProfileMissing');
    await wait('jsonpath={.status.conditions[?(@.type=="Ready")].reason}=NotSandboxed');
  });

  it('wait for the address of the egress proxy, and go on when it is there', async () => {
    await world().apply(poolOf());
    await world().start({ pools: 'cluster' });
    await wait('jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending');
    assert.equal(await child('Deployment'), undefined);
    await world().apply(egress);
    await made('Deployment');
  });

  it('take the image of the platform when they name none', async () => {
    await world().apply(egress, poolOf({ 'spec.image': undefined }));
    await world().start({ pools: 'cluster' });
    await wait('jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending');
    await world().apply(platformOf());
    const { spec } = (await made('Deployment')) as KubeObject & { readonly spec?: object };
    assert.ok(JSON.stringify(spec).includes(IMAGE));
  });

  it("take the image of the operator's release when nobody names another", async () => {
    await world().apply(egress, poolOf({ 'spec.image': undefined }));
    await world().start({ pools: 'cluster', browserImage: IMAGE });
    const { spec } = (await made('Deployment')) as KubeObject & { readonly spec?: object };
    assert.ok(JSON.stringify(spec).includes(IMAGE));
  });

  it('F30 of role LLM have no pods outside of the namespace of the platform', async () => {
    const tenant = `${world().namespace}-tenant`;
    await world().cluster.kubectl(['create', 'namespace', tenant]);
    try {
      const manifest = llmPool({ 'metadata.name': NAME, 'spec.image': IMAGE });
      await world().apply(egress);
      const inTenant = { ...manifest, metadata: { name: NAME, namespace: tenant } };
      await world().cluster.kubectl(['apply', '-f', '-'], JSON.stringify(inTenant));
      await world().start({ pools: 'cluster', watchNamespaces: [world().namespace, tenant] });
      const reason =
        'jsonpath={.status.conditions[?(@.type=="Ready")].reason}=ModelOutsidePlatform';
      const how = [`--for=${reason}`, '--timeout=30s', `workerpool/${NAME}`];
      await world().cluster.kubectl(['-n', tenant, 'wait', ...how]);
      const found = await world().transport.list(DEPLOYMENTS, { namespace: tenant });
      assert.deepEqual(found.items, []);
    } finally {
      await world().cluster.kubectl(['delete', 'namespace', tenant, '--wait=false']);
    }
  });

  it('mount the logins of their jobs, each in a folder of its own, and roll for another', async () => {
    const signsIn = (login: string) =>
      job({
        'metadata.name': login,
        'spec.isolation': { level: 'Namespace', poolRef: { name: NAME } },
        'spec.session': { credentialsSecretRef: { name: `duckmon-login-${login}` } },
        'spec.sources': [
          {
            name: 'account',
            url: 'https://shop.example/account',
            steps: [{ type: { selector: '#password', fromSecretKey: 'password' } }],
          },
        ],
      });
    /** As the server holds them. */
    const logins = (): Promise<readonly (readonly [string, string | undefined])[]> =>
      made('Deployment').then((found) => {
        const { volumes = [], containers = [] } =
          (found as KubeObject & { readonly spec?: V1DeploymentSpec }).spec?.template.spec ?? {};
        return volumes
          .filter(({ secret }) => secret?.optional === true && secret.defaultMode === 0o440)
          .map(({ name }) => [
            name,
            containers[0]?.volumeMounts?.find((mount) => mount.name === name)?.mountPath,
          ]);
      });
    const mounts = (...wanted: readonly string[]): Promise<unknown> =>
      soon(`the logins ${wanted.join(', ')}`, async () => {
        const expected = wanted.map((name) => [
          `duckmon-login-${name}`,
          `/var/run/duckmon/logins/duckmon-login-${name}`,
        ]);
        return isDeepStrictEqual(await logins(), expected) ? true : undefined;
      });
    await world().apply(signsIn('shop'));
    await build(scaledBy('HPA'));
    await mounts('shop');
    await world().apply(signsIn('bank'));
    await mounts('bank', 'shop');
    await world().kubectl('delete', 'mj', 'shop');
    await mounts('bank');
  });

  it('say in Events what they would do under the dry-run annotation, and do nothing', async () => {
    const annotations = { 'mon.duckerhub.com/dry-run': 'true' };
    await world().apply(egress, poolOf({ 'metadata.annotations': annotations }));
    const running = await world().start({ pools: 'cluster' });
    await wait('jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending');
    await running.stop();
    const events = await world().kubectl('get', 'events', '-o', 'jsonpath={.items[*].message}');
    for (const kind of STANDING_KINDS) assert.match(events, new RegExp(`would apply ${kind} `));
    for (const kind of STANDING_KINDS) assert.equal(await child(kind), undefined);
  });

  it('tell their jobs when a first pod is ready, and when the last one goes', async () => {
    const scheduled = (reason: string): Promise<unknown> => world().condition('Scheduled', reason);
    await world().apply(egress, platformOf());
    await world().start({ pools: 'cluster' });
    await deploymentHas(1, SHARED);
    await world().apply(job());
    await scheduled('NoCapacity');
    await kubelet(isReady, SHARED);
    await scheduled('Scheduled');
    const { status } = await world().job();
    assert.deepEqual(status?.pool, { namespace: world().namespace, name: SHARED });
    await kubelet({ conditions: [{ ...isReady.conditions[0], status: 'False' }] }, SHARED);
    await scheduled('NoCapacity');
  });

  // Last, since by then the garbage collector has mostly found the kind.
  it('take their children with them', async () => {
    await build();
    for (const kind of STANDING_KINDS) await made(kind);
    await world().kubectl('delete', 'workerpool', NAME);
    for (const kind of STANDING_KINDS)
      await until(`no ${kind}`, async () => ((await child(kind)) ? undefined : true), COLLECTED_MS);
  });
});

const scalePath = (namespace: string): string =>
  `/apis/mon.duckerhub.com/v1alpha1/namespaces/${namespace}/workerpools/${NAME}/scale`;

/** What the operator wishes of an object. */
const essence = ({ metadata, ...object }: KubeObject): string => {
  const { status: _, ...rest } = object as { readonly status?: unknown };
  return JSON.stringify([metadata.labels, metadata.ownerReferences, rest]);
};
