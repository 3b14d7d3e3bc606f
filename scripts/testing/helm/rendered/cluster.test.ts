/** What the chart makes of values; Helm comes with the programs of the cluster, a server is not asked. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { readConfig as readOperator } from '../../../../operator/src/config.ts';
import { KEY_HOLDERS } from '../../../../operator/src/keys/derived.ts';
import {
  COMPONENTS,
  EGRESS_ALLOW,
  keysSecretName,
  LABELS,
  SECRETS,
} from '../../../../operator/src/names.ts';
import { poolChildName } from '../../../../operator/src/controllers/workerpool/names.ts';
import {
  everyTenantBinding,
  operatorRights,
  tenantBinding,
} from '../../../../operator/src/rights/manifest.ts';
import { admissionObjects } from '../../../../operator/src/admission/testing/evaluate.ts';
import { portOf } from '../../../../operator/src/policies/flows.ts';
import { readConfig as readApi } from '../../../../services/api/config.ts';
import type { Environment } from '../../../../services/core/config.ts';
import { INTERNAL_CALLS } from '../../../../services/core/contracts/ports.ts';
import { accountOf, TOKEN_SECONDS } from '../../../../services/core/workloadIdentity/check.ts';
import { audienceOf } from '../../../../services/core/workloadIdentity/tokens.ts';
import { readConfig as readDashboard } from '../../../../services/dashboard/config.ts';
import { readConfig as readEgress } from '../../../../services/egress/config.ts';
import { readConfig as readNotification } from '../../../../services/notification/config.ts';
import { readConfig as readScheduler } from '../../../../services/scheduler/config.ts';
import { root } from '../../../lib/prepare.ts';
import { HelmError, openHelm, type Helm, type Rendered, type Values } from '../helm.ts';
import { containersOf, environmentOf, podsOf, secretsOf, type PodOf } from '../pods.ts';
import { MONITORED, SAMPLES } from '../samples.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
/** What stands in another variable, and what no service reads before Redis is used. */
const UNREAD = new Set(['DATABASE_PASSWORD', 'REDIS_PASSWORD', 'REDIS_URL']);
const READERS: Readonly<Record<string, (env: Environment) => unknown>> = {
  dashboard: readDashboard,
  api: readApi,
  scheduler: readScheduler,
  notification: readNotification,
  egress: readEgress,
  operator: (env) => readOperator(env, () => 'x'),
};

describe('chart: what is rendered', function () {
  this.timeout(60_000);
  let helm: Helm;
  before(async () => (helm = await openHelm()));
  after(() => helm.remove());

  const one = (objects: readonly Rendered[], kind: string, name: string): Rendered => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    assert.ok(found, `${kind} ${name}`);
    return found;
  };
  const podOf = (objects: readonly Rendered[], component: string): PodOf => {
    const owner = `Deployment/duckmon-${component}`;
    const found = podsOf(objects).find((pod) => pod.owner === owner);
    assert.ok(found, owner);
    return found;
  };
  const envOf = (objects: readonly Rendered[], component: string): Environment => {
    const [container] = podOf(objects, component).spec.containers;
    assert.ok(container);
    return environmentOf(container, (name) => `some-${name.toLowerCase().replaceAll('_', '-')}`);
  };
  const refusal = async (values: Values, namespace?: string): Promise<string> => {
    try {
      await helm.render(values, namespace);
    } catch (error) {
      assert.ok(error instanceof HelmError);
      return error.message;
    }
    return assert.fail('it was taken');
  };

  it('passes lint, also strictly', async () => {
    const folder = path.join(root, 'charts', 'duckmon');
    for (const values of Object.values(SAMPLES)) {
      const said = await helm.run(['lint', '--strict', folder, '-f', '-'], JSON.stringify(values));
      assert.match(said, /1 chart\(s\) linted, 0 chart\(s\) failed/);
    }
  });

  for (const [name, values] of Object.entries({ ...SAMPLES, 'all monitoring': MONITORED }))
    describe(name, () => {
      let objects: readonly Rendered[];
      before(async () => (objects = await helm.render(values, 'elsewhere')));

      it('has each object once, in a namespace that exists', () => {
        const keys = objects.map(
          ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
        );
        assert.deepEqual(keys.toSorted(), [...new Set(keys)].toSorted());
        const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace ?? ''));
        for (const namespace of namespaces)
          assert.match(namespace, /^(|elsewhere|default|team-a|team-b|people)$/);
      });

      it('G7 has no pod that Pod Security "restricted" would not take, and no token but where one is needed', () => {
        const withToken = new Set<string>();
        for (const pod of podsOf(objects)) {
          const { spec, owner } = pod;
          if (spec.automountServiceAccountToken === true) withToken.add(owner);
          assert.equal(typeof spec.automountServiceAccountToken, 'boolean', owner);
          assert.equal(spec.enableServiceLinks, false, owner);
          assert.equal(spec.securityContext?.runAsNonRoot, true, owner);
          assert.equal(spec.securityContext.runAsUser, 10_001, owner);
          assert.equal(spec.securityContext.seccompProfile?.type, 'RuntimeDefault', owner);
          for (const { securityContext, resources, name: container } of containersOf(pod)) {
            assert.deepEqual(
              securityContext,
              {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              `${owner} ${container}`,
            );
            assert.ok(resources?.limits?.['memory'], `${owner} ${container}`);
          }
        }
        assert.deepEqual(
          [...withToken].filter((owner) => owner.startsWith('Deployment/')).toSorted(),
          ['api', 'notification', 'operator'].map((component) => `Deployment/duckmon-${component}`),
        );
      });

      it('B9 gives each caller a token of its own account for those that it calls, and for nobody else', () => {
        for (const { owner, spec } of podsOf(objects)) {
          const caller = owner.replace(/^Deployment\/duckmon-/, '');
          const callees = INTERNAL_CALLS.flatMap(([from, to]) => (from === caller ? [to] : []));
          const tokens = (spec.volumes ?? []).flatMap(({ projected }) =>
            (projected?.sources ?? []).map(({ serviceAccountToken }) => serviceAccountToken),
          );
          assert.deepEqual(
            tokens,
            callees.map((callee) => ({
              path: callee,
              audience: audienceOf(callee),
              expirationSeconds: TOKEN_SECONDS,
            })),
            owner,
          );
          if (callees.length > 0) assert.equal(spec.serviceAccountName, accountOf(caller));
          if (caller === owner) continue;
          const { WORKLOAD_TOKENS, WORKLOAD_IDENTITY } = envOf(objects, caller);
          const mount = spec.containers[0]?.volumeMounts?.find(({ name: it }) => it === 'tokens');
          assert.equal(WORKLOAD_TOKENS, mount?.mountPath, owner);
          const isCalled = INTERNAL_CALLS.some(([, to]) => to === caller);
          if (isCalled || caller === 'operator') assert.equal(WORKLOAD_IDENTITY, 'required', owner);
        }
      });

      it('G20 has a budget for disruptions and a spread for each service', () => {
        for (const component of Object.keys(READERS)) {
          const { spec, labels } = podOf(objects, component);
          assert.equal(spec.topologySpreadConstraints?.length, 2);
          const budget = one(objects, 'PodDisruptionBudget', `duckmon-${component}`)['spec'];
          const { maxUnavailable, selector } = budget as {
            maxUnavailable: number;
            selector: { matchLabels: Record<string, string> };
          };
          assert.equal(maxUnavailable, 1);
          for (const [label, value] of Object.entries(selector.matchLabels))
            assert.equal(labels[label], value);
        }
      });

      it('labels pods as the policies and Services know them, on the ports that are opened', () => {
        for (const { labels, owner } of podsOf(objects)) {
          const component = labels[LABELS.component] ?? '';
          assert.ok((COMPONENTS as readonly string[]).includes(component), `${owner} ${component}`);
        }
        for (const { metadata, ...rest } of objects.filter(({ kind }) => kind === 'Service')) {
          const spec = rest['spec'] as {
            selector: Record<string, string>;
            ports: { port: number; targetPort: string }[];
          };
          const [port] = spec.ports;
          const pods = podsOf(objects).filter(({ labels }) =>
            Object.entries(spec.selector).every(([label, value]) => labels[label] === value),
          );
          assert.ok(pods.length > 0, metadata.name);
          if (metadata.name === 'duckmon-metrics') continue;
          for (const pod of pods) {
            const ports = containersOf(pod).flatMap((container) => container.ports ?? []);
            const own = portOf(pod.labels[LABELS.component] as (typeof COMPONENTS)[number]);
            assert.equal(port?.port, own, metadata.name);
            assert.equal(ports.find((it) => it.name === port.targetPort)?.containerPort, own);
          }
        }
      });

      it('reads only Secrets that the operator makes, the release has, or a person has named', () => {
        const own = objects
          .filter(({ kind }) => kind === 'Secret')
          .map(({ metadata }) => metadata.name);
        const given = JSON.stringify(values).match(/(my-[a-z]+|duckmon-keys-model-mine)/g) ?? [];
        const operators = [SECRETS.dataKey, ...KEY_HOLDERS.map(keysSecretName)];
        for (const pod of podsOf(objects))
          for (const secret of secretsOf(pod))
            assert.ok([...own, ...given, ...operators].includes(secret), `${pod.owner}: ${secret}`);
      });

      it('gives each service variables that it reads', () => {
        for (const component of Object.keys(READERS)) {
          const folder = component === 'operator' ? 'operator/src' : `services/${component}`;
          const text = [`${folder}/config.ts`, 'services/core/http/metricsPort.ts']
            .map((file) => readFileSync(path.join(root, file), 'utf8'))
            .join('\n');
          for (const variable of Object.keys(envOf(objects, component)))
            assert.ok(UNREAD.has(variable) || text.includes(variable), `${component} ${variable}`);
        }
      });

      it('gives each service variables that it takes', () => {
        const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-chart-'));
        try {
          for (const [component, readConfig] of Object.entries(READERS)) {
            const env = {
              ...envOf(objects, component),
              KUBERNETES_SERVICE_HOST: '10.96.0.1',
            } as Record<string, string | undefined>;
            for (const variable of Object.keys(env).filter((it) => it.endsWith('_FILE'))) {
              env[variable] = path.join(folder, variable);
              writeFileSync(path.join(folder, variable), 'a secret');
            }
            assert.doesNotThrow(() => readConfig(env), component);
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    });

  it('has definitions, rights and admission policies word by word as they stand elsewhere', async () => {
    const namespaces = { list: ['team-a'], all: true };
    const objects = await helm.render({ namespaces }, 'elsewhere');
    const bare = ({ metadata, ...rest }: Rendered): object => {
      const { labels: _, annotations: __, ...others } = metadata;
      return { ...rest, metadata: others };
    };
    const withKind = (...kinds: readonly string[]): readonly object[] =>
      objects.filter(({ kind }) => kinds.includes(kind)).map(bare);
    const sameAs = (found: readonly object[], wanted: object): void =>
      assert.ok(
        found.some((it) => isSame(it, wanted)),
        JSON.stringify(wanted).slice(0, 300),
      );
    const definitions = withKind('CustomResourceDefinition');
    for (const file of readdirSync(path.join(root, 'crds')).filter((it) => it.endsWith('.yaml')))
      sameAs(definitions, parse(readFileSync(path.join(root, 'crds', file), 'utf8')) as object);
    const rights = withKind(
      'ServiceAccount',
      'Role',
      'ClusterRole',
      'RoleBinding',
      'ClusterRoleBinding',
    );
    for (const wanted of [
      ...operatorRights('elsewhere'),
      tenantBinding('elsewhere', 'team-a'),
      everyTenantBinding('elsewhere'),
    ])
      sameAs(rights, wanted);
    const admission = withKind('ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding');
    const wanted = admissionObjects().map((object) =>
      JSON.stringify(object)
        .replaceAll('serviceaccount:duckmon:', 'serviceaccount:elsewhere:')
        .replaceAll('"namespace":"duckmon"', '"namespace":"elsewhere"')
        .replaceAll("namespace == 'duckmon'", "namespace == 'elsewhere'"),
    );
    assert.equal(admission.length, wanted.length);
    for (const text of wanted) sameAs(admission, JSON.parse(text) as object);
  });

  it('can leave definitions and admission policies to others, and keeps definitions unless it is told not to', async () => {
    const crds = (objects: readonly Rendered[]): readonly Rendered[] =>
      objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    const kept = crds(await helm.render());
    assert.equal(kept.length, 4);
    for (const { metadata } of kept)
      assert.equal(metadata.annotations?.['helm.sh/resource-policy'], 'keep');
    for (const { metadata } of crds(await helm.render({ crds: { keep: false } })))
      assert.equal(metadata.annotations, undefined);
    const less = await helm.render({
      crds: { enabled: false },
      admissionPolicies: { enabled: false },
    });
    assert.deepEqual(
      less.filter(({ apiVersion }) => /^(apiextensions|admissionregistration)/.test(apiVersion)),
      [],
    );
  });

  it('lets into the namespaces of the list, and nowhere else', async () => {
    const bindings = async (namespaces: object): Promise<string[]> =>
      (await helm.render({ namespaces }))
        .filter(
          ({ kind, metadata }) => kind.endsWith('Binding') && metadata.name.endsWith('-tenant'),
        )
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '*'} ${metadata.name}`)
        .toSorted();
    assert.deepEqual(await bindings({}), []);
    assert.deepEqual(
      await bindings({ list: ['a'], users: 'p' }),
      ['a', 'p'].flatMap((namespace) =>
        ['api', 'notification', 'operator'].map(
          (component) => `RoleBinding ${namespace} duckmon-${component}-tenant`,
        ),
      ),
    );
    const all = await bindings({ all: true });
    assert.deepEqual(all, ['ClusterRoleBinding * duckmon-operator-tenant']);
  });

  it('tells the operator where to watch', async () => {
    const watched = async (namespaces: object): Promise<string | undefined> =>
      envOf(await helm.render({ namespaces }, 'here'), 'operator')['WATCH_NAMESPACES'];
    assert.equal(await watched({}), 'here');
    assert.equal(await watched({ list: ['a', 'b'], users: 'p' }), 'a,b,p');
    assert.equal(await watched({ all: true, list: ['a'] }), undefined);
  });

  it('refuses the namespace of the release among those whose Secrets notification may read', async () => {
    assert.match(
      await refusal({ namespaces: { list: ['here'] } }, 'here'),
      /namespaces must not name the release's own namespace/,
    );
  });

  it('calls the pools of the platform as the operator names them', async () => {
    const env = envOf(await helm.render({}, 'here'), 'scheduler');
    const at = (name: string): string => poolChildName({ metadata: { namespace: 'here', name } });
    assert.equal(env['BROWSER_URL'], `http://${at('browser')}.here.svc:8001`);
    assert.equal(env['LLM_URL'], `http://${at('llm')}.here.svc:8002`);
  });

  it('has one address for people: PUBLIC_URL, else HOSTNAME, else that of a port-forward', async () => {
    const url = async (values: Values): Promise<string | undefined> =>
      envOf(await helm.render(values), 'dashboard')['PUBLIC_URL'];
    assert.equal(await url({}), 'http://127.0.0.1:3000');
    assert.equal(await url({ HOSTNAME: 'mon.example.org' }), 'https://mon.example.org');
    const both = { HOSTNAME: 'mon.example.org', PUBLIC_URL: 'https://other.example.org' };
    assert.equal(await url(both), 'https://other.example.org');
  });

  it('writes the platform of values and of what else is known', async () => {
    const platform = async (values: Values): Promise<unknown> => {
      const { data } = one(
        await helm.render(values),
        'ConfigMap',
        'duckmon-defaults',
      ) as Rendered & {
        data: Record<string, string>;
      };
      return parse(data['platform.yaml'] ?? '');
    };
    assert.deepEqual(await platform({}), { publicUrl: 'http://127.0.0.1:3000' });
    const given = {
      HOSTNAME: 'mon.example.org',
      ingress: { enabled: true },
      monitoring: { namespaceLabels: { team: 'ops' } },
      secrets: { OPENAI_API_KEY: 'k' },
      platform: { pools: { llm: { slotsPerPod: 8 } }, limits: { minInterval: '5m' } },
    };
    assert.deepEqual(await platform(given), {
      publicUrl: 'https://mon.example.org',
      ingress: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
      },
      monitoring: { namespaceSelector: { matchLabels: { team: 'ops' } } },
      limits: { minInterval: '5m' },
      pools: {
        llm: {
          slotsPerPod: 8,
          model: {
            provider: 'OpenAI',
            name: 'gpt-5.4-mini',
            secretRef: { name: 'duckmon-keys-model-openai', key: 'OPENAI_API_KEY' },
          },
        },
      },
    });
  });

  it('gives the proxy what the operator writes of opened targets, and opens nothing past it', async () => {
    const env = envOf(await helm.render(SAMPLES['everything by value']), 'egress');
    assert.equal(env['DUCKMON_EGRESS_ALLOW'], undefined);
    const pods = podsOf(await helm.render());
    const { spec } =
      pods.find(({ owner }) => owner === 'Deployment/duckmon-egress') ?? assert.fail();
    const volume = spec.volumes?.find(({ configMap }) => configMap?.name === EGRESS_ALLOW);
    const mount = spec.containers[0]?.volumeMounts?.find(({ name }) => name === volume?.name);
    assert.ok(mount);
    assert.equal(env['DUCKMON_EGRESS_ALLOW_FILE'], `${mount.mountPath}/allow`);
    assert.equal(env['DUCKMON_EGRESS_DENY'], '192.0.2.0/24');
  });

  it('G11 names images by digest where there is one, and gives the operator nothing else', async () => {
    const bare = envOf(await helm.render(), 'operator');
    assert.equal(bare['CANARY_IMAGE'] ?? bare['LLM_IMAGE'] ?? bare['BROWSER_IMAGE'], undefined);
    const objects = await helm.render({
      image: { digest: DIGEST },
      browserImage: { digest: DIGEST },
      postgres: { bundled: { image: { digest: DIGEST } } },
    });
    const env = envOf(objects, 'operator');
    assert.equal(env['CANARY_IMAGE'], `localhost/duckmon@${DIGEST}`);
    assert.equal(env['LLM_IMAGE'], `localhost/duckmon@${DIGEST}`);
    assert.equal(env['BROWSER_IMAGE'], `localhost/duckmon-browser@${DIGEST}`);
    for (const pod of podsOf(objects))
      for (const { image } of containersOf(pod))
        assert.match(image ?? '', /^localhost\/duckmon(-postgres)?@sha256:a{64}$/, pod.owner);
  });

  it('ranks workers below the core, and the core as the pods of others', async () => {
    const ranksOf = async (values?: Values) => {
      const objects = await helm.render(values);
      const ranks = podsOf(objects).map(({ owner, spec }) => ({
        owner,
        rank: spec.priorityClassName,
      }));
      const isLast = ({ owner }: { readonly owner: string }): boolean =>
        owner === 'Job/duckmon-uninstall';
      const classes = objects.filter(({ kind }) => kind === 'PriorityClass');
      return {
        core: [...new Set(ranks.filter((one) => !isLast(one)).map(({ rank }) => rank))],
        // its pod runs when the classes of the release are gone
        last: ranks.find(isLast)?.rank,
        workers: envOf(objects, 'operator')['WORKER_PRIORITY_CLASS'],
        classes: Object.fromEntries(classes.map((one) => [one.metadata.name, one['value']])),
      };
    };
    assert.deepEqual(await ranksOf(), {
      core: ['duckmon-core'],
      last: undefined,
      workers: 'duckmon-workers',
      classes: { 'duckmon-core': 0, 'duckmon-workers': -5 },
    });
    assert.deepEqual(await ranksOf({ priorityClassName: 'high', workerPriorityClassName: 'low' }), {
      core: ['high'],
      last: 'high',
      workers: 'low',
      classes: { 'duckmon-core': 0, 'duckmon-workers': -5 },
    });
    assert.deepEqual(await ranksOf({ priorityClasses: { create: false } }), {
      core: [undefined],
      last: undefined,
      workers: undefined,
      classes: {},
    });
  });

  it('puts each credential into the one Secret that its reader mounts', async () => {
    const objects = await helm.render(SAMPLES['everything by value']);
    const holders = Object.fromEntries(
      objects
        .filter(
          ({ kind, metadata }) => kind === 'Secret' && !/postgres|redis|backup/.test(metadata.name),
        )
        .map(({ metadata, ...rest }) => [metadata.name, Object.keys(rest['data'] as object)]),
    );
    assert.deepEqual(holders, {
      'duckmon-google': ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
      'duckmon-keys-model-openai': ['OPENAI_API_KEY'],
      'duckmon-mail': ['SENDGRID_API_KEY', 'SMTP_PASSWORD'],
      'duckmon-internal-key': ['INTERNAL_API_KEY'],
      'duckmon-jwt-secret': ['JWT_SECRET'],
    });
    const readers = (secret: string): string[] =>
      podsOf(objects)
        .filter((pod) => secretsOf(pod).includes(secret))
        .map(({ owner }) => owner);
    assert.deepEqual(readers('duckmon-google'), ['Deployment/duckmon-api']);
    assert.deepEqual(readers('duckmon-mail'), ['Deployment/duckmon-notification']);
    assert.deepEqual(readers(SECRETS.dataKey), ['Deployment/duckmon-scheduler']);
    for (const secret of [
      'duckmon-internal-key',
      'duckmon-jwt-secret',
      'duckmon-keys-model-openai',
    ])
      assert.deepEqual(readers(secret), []);
  });

  it('lets the owner of the tables sign in from the init container and the restore alone', async () => {
    const objects = await helm.render();
    const users = podsOf(objects).flatMap((pod) =>
      containersOf(pod)
        .filter(({ env = [] }) =>
          env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.key === 'owner-password'),
        )
        .map(({ name }) => `${pod.owner} ${name}`),
    );
    assert.deepEqual(users.toSorted(), [
      'CronJob/duckmon-restore restore',
      'Deployment/duckmon-scheduler migrate',
    ]);
  });

  it('leaves the number of pods to whoever scales when it is null', async () => {
    const objects = await helm.render({ api: { replicas: null } });
    assert.ok(!('replicas' in (one(objects, 'Deployment', 'duckmon-api')['spec'] as object)));
    const { replicas } = one(objects, 'Deployment', 'duckmon-egress')['spec'] as {
      replicas: number;
    };
    assert.equal(replicas, 2);
  });

  it('writes to nodes only when it is told to, and then from a namespace of its own', async () => {
    const mine = (objects: readonly Rendered[]): readonly Rendered[] =>
      objects.filter(({ metadata }) => metadata.name === 'duckmon-seccomp');
    assert.deepEqual(mine(await helm.render()), []);
    const objects = await helm.render({ seccompInstaller: { enabled: true } });
    assert.equal(mine(objects).length, 3);
    for (const { kind, metadata } of mine(objects))
      assert.equal(kind === 'Namespace' ? metadata.name : metadata.namespace, 'duckmon-seccomp');
    const profile = one(objects, 'ConfigMap', 'duckmon-seccomp')['data'] as Record<string, string>;
    assert.ok(JSON.parse(profile['chromium.json'] ?? '{}').syscalls.length > 0);
    const hosts = podsOf(objects).filter(({ spec }) =>
      spec.volumes?.some(({ hostPath }) => hostPath !== undefined),
    );
    assert.deepEqual(
      hosts.map(({ owner }) => owner),
      ['DaemonSet/duckmon-seccomp'],
    );
  });

  const WRONG: readonly (readonly [what: string, values: Values, said: RegExp])[] = [
    ['a value that does not exist', { replicas: 2 }, /'replicas' not allowed/],
    [
      'one inside of a group',
      { postgres: { bundled: { sise: '1Gi' } } },
      /\/postgres\/bundled.*'sise'/,
    ],
    ['a wrong type', { operator: { replicas: '2' } }, /\/operator\/replicas/],
    ['a mode that is none', { redis: { mode: 'cluster' } }, /\/redis\/mode/],
    ['a short root key', { secrets: { JWT_SECRET: 'short' } }, /\/secrets\/JWT_SECRET/],
    ['a tag for a digest', { image: { digest: 'v1' } }, /\/image\/digest/],
    ['a URL for a host name', { HOSTNAME: 'https://mon.example.org' }, /\/HOSTNAME/],
    [
      'an external database without a place',
      { postgres: { mode: 'external' } },
      /\/postgres\/external\/host/,
    ],
    [
      'a model’s Secret that no pod may mount',
      { existingSecrets: { openai: 'mine' } },
      /\/existingSecrets\/openai/,
    ],
    ['a field that the platform does not have', { platform: { keyz: {} } }, /\/platform.*'keyz'/],
    [
      'a value that the platform does not take',
      { platform: { keys: { overlap: 15 } } },
      /\/platform\/keys\/overlap/,
    ],
    ['an Ingress without a name', { ingress: { enabled: true } }, /HOSTNAME: set the host name/],
  ];
  it('B9 asks for no tokens where they are switched off, and still shows them', async () => {
    const objects = await helm.render({ workloadIdentity: { enabled: false } });
    for (const component of ['scheduler', 'notification', 'egress', 'operator'])
      assert.equal(envOf(objects, component)['WORKLOAD_IDENTITY'], 'off', component);
    for (const component of ['api', 'scheduler', 'operator'])
      assert.ok(envOf(objects, component)['WORKLOAD_TOKENS'], component);
  });

  for (const [what, values, said] of WRONG)
    it(`refuses ${what}`, async () => {
      assert.match(await refusal(values), said);
    });

  it('has alerts and panels only about metrics that there are', async () => {
    const objects = await helm.render(MONITORED);
    const rules = JSON.stringify(one(objects, 'PrometheusRule', 'duckmon')['spec']);
    const { data } = one(objects, 'ConfigMap', 'duckmon-grafana') as Rendered & {
      data: Record<string, string>;
    };
    const dashboard = JSON.parse(data['duckmon.json'] ?? '') as {
      panels: { targets: { expr: string }[] }[];
    };
    assert.ok(dashboard.panels.length > 5);
    const named =
      `${rules} ${JSON.stringify(dashboard)}`.match(/\b(mon|reconcile|workqueue|key_age)_\w+/g) ??
      [];
    const metrics = [
      'services/core/metrics.ts',
      'services/scheduler/metrics.ts',
      'operator/src/kube/metrics.ts',
      'operator/src/controllers/monitorplatform/keyAge.ts',
    ]
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    for (const metric of new Set(named))
      assert.ok(metrics.includes(`'${metric.replace(/_(bucket|count|sum)$/, '')}'`), metric);
  });
});

function isSame(one: object, other: object): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}
