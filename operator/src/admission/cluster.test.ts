/** The admission policies on a real API server, asked under the names of those whom they hold. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../services/core/clock.ts';
import { ApiError } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import {
  defineResource,
  type KubeObject,
  type Resource,
} from '../../../services/core/kube/types.ts';
import { channel, job, type Changes } from '../../../services/core/manifest/testing/samples.ts';
import { platform, pool } from '../../../crds/testing/samples.ts';
import { transportOf } from '../../../crds/testing/server.ts';
import { useClusterWithCrds } from '../../../scripts/testing/cluster/hooks.ts';
import { CONTROLLERS, OWNED, SECRETS, SERVICE_ACCOUNTS, keysSecretName } from '../names.ts';
import { install, type Installed } from './testing/install.ts';
import { podOf, wrongPods, type PodSpec } from './testing/workloads.ts';

const TIMEOUT_MS = 60_000;
/** Policies are in force a second or two after they are written. */
const IN_FORCE_MS = 30_000;

const resource = (group: string, kind: string, plural: string, version = 'v1'): Resource =>
  defineResource({ group, version, kind, plural });
const SECRET = resource('', 'Secret', 'secrets');
const ACCOUNT = resource('', 'ServiceAccount', 'serviceaccounts');
const POD = resource('', 'Pod', 'pods');
const DEPLOYMENT = resource('apps', 'Deployment', 'deployments');
const STATEFUL_SET = resource('apps', 'StatefulSet', 'statefulsets');
const JOB = resource('batch', 'Job', 'jobs');
const SERVICE = resource('', 'Service', 'services');
const POOL = resource('mon.duckerhub.com', 'WorkerPool', 'workerpools', 'v1alpha1');
const MONITOR_JOB = resource('mon.duckerhub.com', 'MonitorJob', 'monitorjobs', 'v1alpha1');
const CHANNEL = resource(
  'mon.duckerhub.com',
  'NotificationChannel',
  'notificationchannels',
  'v1alpha1',
);
const PLATFORM = resource('mon.duckerhub.com', 'MonitorPlatform', 'monitorplatforms', 'v1alpha1');

interface PolicyStatus extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly typeChecking?: {
      readonly expressionWarnings?: readonly { readonly warning: string }[];
    };
  };
}
const POLICY = defineResource<PolicyStatus>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
});

describe('admission policies on a real API server', function () {
  this.timeout(TIMEOUT_MS);
  const cluster = useClusterWithCrds();
  let installed: Installed;
  let admin: Transport;
  let operator: Transport;
  let api: Transport;
  let anna: Transport;

  const placed = (object: object): KubeObject => {
    const { metadata = {}, ...rest } = object as { metadata?: object };
    return { ...rest, metadata: { name: 'x', ...metadata, namespace: installed.namespace } };
  };
  /** What an admission policy says against a write; undefined when it takes place. */
  async function denial(write: Promise<unknown>): Promise<string | undefined> {
    try {
      await write;
      return undefined;
    } catch (error) {
      const said = error instanceof ApiError ? /denied request: (.*)$/.exec(error.message) : null;
      if (said) return said[1];
      throw error;
    }
  }
  const create = (who: Transport, kind: Resource, object: object): Promise<string | undefined> =>
    denial(who.create(kind, placed(object), { dryRun: true }));
  const secret = (name: string, type = 'Opaque', more: object = {}): object => ({
    metadata: { name, ...more },
    type,
  });
  async function until(holds: () => Promise<boolean>): Promise<void> {
    const end = systemClock.monotonic() + IN_FORCE_MS;
    while (!(await holds())) {
      assert.ok(systemClock.monotonic() < end, 'it did not come into force');
      await systemClock.sleep(100);
    }
  }
  const untilDenied = (ask: () => Promise<string | undefined>): Promise<void> =>
    until(async () => (await ask()) !== undefined);

  before(async () => {
    installed = await install(cluster());
    admin = transportOf(cluster());
    operator = transportOf(cluster(), installed.operator);
    api = transportOf(cluster(), installed.api);
    anna = transportOf(cluster(), installed.anna);
    await admin.create(PLATFORM, placed(platform({ 'spec.limits': { maxSourcesPerJob: 1 } })));
    for (const name of [
      String(podOf()['serviceAccountName']),
      'default',
      SERVICE_ACCOUNTS.operator,
    ])
      await admin.apply(ACCOUNT, placed({ metadata: { name } }), { fieldManager: 'test' });
    await untilDenied(() => create(operator, SECRET, secret('x')));
    await untilDenied(() => create(api, SECRET, secret('x')));
    await untilDenied(() => create(operator, ACCOUNT, {}));
    await untilDenied(() => create(operator, STATEFUL_SET, templated(podOf())));
    await untilDenied(() => create(operator, SERVICE, { spec: { ports: [{ port: 80 }] } }));
    await untilDenied(() => create(anna, CHANNEL, slackWith('theirs')));
    await untilDenied(() => create(anna, MONITOR_JOB, job({ 'spec.sources': sources(2) })));
  });
  after(async () => {
    for (const transport of [admin, operator, api, anna]) transport.close();
    await installed.remove();
  });

  it('are understood by the server, but for a field that does not exist yet', async () => {
    const own = async (): Promise<PolicyStatus[]> => {
      const { items } = await admin.list(POLICY);
      return items.filter(({ metadata }) => metadata.name?.startsWith(installed.namespace));
    };
    await until(async () =>
      (await own()).every(({ status }) => status?.observedGeneration !== undefined),
    );
    const looked = await own();
    assert.equal(looked.length, 9);
    const warnings = looked.flatMap(({ status }) => status?.typeChecking?.expressionWarnings ?? []);
    for (const { warning } of warnings) assert.match(warning, /undefined field 'session'/);
  });

  it('E10 lets an author name only Secrets that the author may read', async () => {
    assert.equal(await create(anna, CHANNEL, slackWith('mine')), undefined);
    assert.equal(await create(anna, CHANNEL, slackWith('theirs')), 'you may not get secret theirs');
    const signed = channel({
      'spec.webhook.signing': {
        secretRef: { name: 'mine', key: 'k' },
        previousSecretRef: { name: 'old', key: 'k' },
      },
    });
    assert.equal(await create(anna, CHANNEL, signed), 'you may not get secret old');
    assert.equal(await create(api, CHANNEL, slackWith('theirs')), undefined);
    assert.equal(await create(admin, CHANNEL, slackWith('theirs')), undefined);
  });
  it('E10 asks again when the spec changes, and only then', async () => {
    const stored = await admin.create(CHANNEL, placed(slackWith('theirs')));
    const ref = { namespace: installed.namespace, name: stored.metadata.name ?? '' };
    const patch = (change: object) =>
      denial(anna.mergePatch(CHANNEL, ref, change, { dryRun: true }));
    assert.equal(await patch({ metadata: { annotations: { note: 'seen' } } }), undefined);
    assert.equal(await patch({ spec: { maxPerHour: 5 } }), 'you may not get secret theirs');
  });

  it('holds MonitorJobs to the limits of the MonitorPlatform, and leaves old ones alone', async () => {
    const ask = (changes: Changes) => create(anna, MONITOR_JOB, job(changes));
    const limit = (limits: object) =>
      admin.mergePatch(
        PLATFORM,
        { namespace: installed.namespace, name: 'default' },
        { spec: { limits } },
      );
    const many = { 'metadata.name': 'many', 'spec.sources': sources(2) };
    assert.equal(await ask({}), undefined);
    assert.equal(await ask(many), 'spec.sources: at most 1 in this namespace (MonitorPlatform)');
    await limit({ maxSourcesPerJob: 2 });
    await until(async () => (await ask(many)) === undefined);
    await admin.create(MONITOR_JOB, placed(job(many)));
    const overrides = [{ namespace: installed.namespace, maxSourcesPerJob: 1, minInterval: '1h' }];
    await limit({ minIsolation: 'Shared', overrides });
    await untilDenied(() => ask({}));
    assert.equal(
      await ask({}),
      'spec.schedule.interval must be at least 1h in this namespace (MonitorPlatform)',
    );
    assert.equal(await ask({ 'spec.schedule.interval': '1h' }), undefined);
    const ref = { namespace: installed.namespace, name: 'many' };
    const edit = (spec: object) =>
      denial(anna.mergePatch(MONITOR_JOB, ref, { spec }, { dryRun: true }));
    assert.equal(await edit({ description: 'older than the limits' }), undefined);
    assert.match((await edit({ schedule: { interval: '10m' } })) ?? '', /must be at least 1h/);
    await limit({ overrides: null, minIsolation: 'Namespace' });
    await untilDenied(() => ask({ 'spec.schedule.interval': '1h' }));
    assert.equal(
      await ask({ 'spec.schedule.interval': '1h' }),
      'spec.isolation.level must be at least Namespace in this namespace (MonitorPlatform)',
    );
  });
  it('G10 holds the Secrets of the operator to its own names and to type Opaque', async () => {
    for (const name of [
      SECRETS.internalKey,
      SECRETS.jwtSecret,
      SECRETS.dataKey,
      keysSecretName('api'),
    ])
      assert.equal(await create(operator, SECRET, secret(name)), undefined, name);
    for (const name of ['database', 'duckmon-login-a', 'duckmon-keys-model-openai'])
      assert.equal(
        await create(operator, SECRET, secret(name)),
        `the operator may not write secret ${name}`,
      );
    const stolen = secret(keysSecretName('api'), 'kubernetes.io/service-account-token', {
      annotations: { 'kubernetes.io/service-account.name': 'default' },
    });
    assert.equal(
      await create(operator, SECRET, stolen),
      'the operator writes Secrets of type Opaque only',
    );
  });
  it('G10 holds server-side apply and deletion to the same names', async () => {
    const { namespace } = installed;
    const options = { fieldManager: 'duckmon-operator', force: true, dryRun: true };
    const applied = (name: string) => denial(operator.apply(SECRET, placed(secret(name)), options));
    assert.equal(await applied(keysSecretName('llm')), undefined);
    assert.equal(await applied('database'), 'the operator may not write secret database');
    await admin.create(SECRET, placed(secret('database')));
    await admin.create(SECRET, placed(secret(SECRETS.dataKey)));
    for (const [name, said] of [
      ['database', 'the operator may not write secret database'],
      [
        SECRETS.dataKey,
        'the operator never deletes the data key, without which stored secrets are lost',
      ],
    ] as const)
      assert.equal(
        await denial(operator.delete(SECRET, { namespace, name }, { dryRun: true })),
        said,
      );
  });
  it('G10 holds the service accounts of the operator to pools and canary, without tokens', async () => {
    const account = (name: string, automountServiceAccountToken?: boolean) =>
      create(operator, ACCOUNT, { metadata: { name }, automountServiceAccountToken });
    assert.equal(await account(`${SERVICE_ACCOUNTS.poolPrefix}a`, false), undefined);
    assert.equal(
      await account('cluster-admin', false),
      'the operator may not write service account cluster-admin',
    );
    assert.equal(
      await account(SERVICE_ACCOUNTS.canary),
      'automountServiceAccountToken must be false',
    );
  });
  it('G10 lets the operator run its pools as Deployments, Jobs and Pods', async () => {
    assert.equal(await create(operator, DEPLOYMENT, templated(podOf())), undefined);
    assert.equal(await create(operator, POD, { spec: podOf() }), undefined);
    assert.equal(await create(operator, JOB, forOneCheck(podOf())), undefined);
    const said = await create(operator, STATEFUL_SET, templated(podOf()));
    assert.equal(said, 'the operator makes Deployments, Jobs and Pods only');
  });
  for (const [what, changes, message] of wrongPods)
    it(`G10 G11 refuses the operator ${what}`, async () => {
      const spec = podOf(changes);
      for (const [kind, object] of [
        [DEPLOYMENT, templated(spec)],
        [JOB, forOneCheck(spec)],
      ] as const) {
        assert.equal(await create(operator, kind, object), message);
        assert.equal(await create(admin, kind, object), undefined);
      }
    });
  it('E10 G10 holds the operator to what it made: pools of people, and children of nobody', async () => {
    const { namespace } = installed;
    const said = 'the operator changes and deletes only what it made';
    const how = { fieldManager: 'duckmon-operator', force: true, dryRun: true };
    const labelled = (labels: object | undefined, name: string): object => ({
      metadata: { name, ...(labels && { labels }) },
    });
    const pools = pool({ 'metadata.name': 'theirs' });
    const service = { ...labelled(undefined, 'theirs'), spec: { ports: [{ port: 80 }] } };
    for (const [kind, theirs, maker] of [
      [POOL, pools, CONTROLLERS.Isolation],
      [SERVICE, service, CONTROLLERS.WorkerPool],
    ] as const) {
      const labels = { [OWNED.controller]: maker };
      await admin.create(kind, placed(theirs));
      const ours = { ...theirs, ...labelled(labels, 'ours') };
      await admin.create(kind, placed(ours));
      const taken = { ...theirs, ...labelled(labels, 'theirs') };
      assert.equal(await denial(operator.apply(kind, placed(taken), how)), said);
      assert.equal(await denial(operator.apply(kind, placed(ours), how)), undefined);
      for (const [name, answer] of [
        ['theirs', said],
        ['ours', undefined],
      ] as const)
        assert.equal(
          await denial(operator.delete(kind, { namespace, name }, { dryRun: true })),
          answer,
        );
    }
    const scale = { spec: { replicas: 3 } };
    const through = { subresource: 'scale', dryRun: true } as const;
    const theirs = { namespace, name: 'theirs' };
    assert.equal(await denial(operator.mergePatch(POOL, theirs, scale, through)), undefined);
  });
  it('G11 holds the Secrets of the api to those of people, made and deleted and never changed', async () => {
    assert.equal(await create(api, SECRET, secret('duckmon-user-hook')), undefined);
    assert.equal(
      await create(api, SECRET, secret('database')),
      'the api may not write secret database',
    );
    await admin.create(SECRET, placed(secret('duckmon-login-shop')));
    const ref = { namespace: installed.namespace, name: 'duckmon-login-shop' };
    const patch = { stringData: { password: 'x' } };
    assert.equal(
      await denial(api.mergePatch(SECRET, ref, patch, { dryRun: true })),
      'the api makes and deletes Secrets, and never changes one',
    );
    assert.equal(await denial(api.delete(SECRET, ref, { dryRun: true })), undefined);
  });
});

/** As the operator makes it. */
const OURS = { [OWNED.controller]: CONTROLLERS.WorkerPool };

const forOneCheck = (spec: PodSpec): object => ({
  metadata: { name: 'once', labels: OURS },
  spec: { template: { spec: { ...spec, restartPolicy: 'Never' } } },
});

function templated(spec: PodSpec): object {
  const labels = { app: 'x' };
  return {
    metadata: { name: 'x', labels: OURS },
    spec: {
      serviceName: undefined,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

const slackWith = (name: string): object =>
  channel({
    'metadata.name': `slack-${name}`,
    'spec.type': 'Slack',
    'spec.webhook': undefined,
    'spec.slack': { secretRef: { name, key: 'k' } },
  });

const sources = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index}`, url: 'https://example.org/' }));
