import assert from 'node:assert/strict';
import type { V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';
import fc from 'fast-check';
import { keysSecretName } from '../../names.ts';
import {
  deployment,
  disruptionBudget,
  onceJob,
  onceService,
  service,
  serviceAccount,
} from './build.ts';
import {
  onceJobName,
  onceName,
  poolChildName,
  selectorOf,
  selectorText,
  serviceAccountName,
} from './names.ts';
import { poolOf, settingOf } from './testing.ts';
import type { PoolSetting } from './types.ts';

const podOf = (patch: Partial<PoolSetting> = {}) => {
  const { spec } = deployment(settingOf(patch)).spec?.template ?? {};
  assert.ok(spec);
  return spec;
};
const containerOf = (patch: Partial<PoolSetting> = {}) => {
  const [container] = podOf(patch).containers;
  assert.ok(container);
  return container;
};
const env = (patch: Partial<PoolSetting> = {}): Record<string, string | undefined> =>
  Object.fromEntries((containerOf(patch).env ?? []).map(({ name, value }) => [name, value]));
const llm = poolOf({
  role: 'LLM',
  model: {
    provider: 'OpenAI',
    name: 'small-1',
    baseUrl: 'https://models.example/v1',
    secretRef: { name: 'provider', key: 'token' },
  },
});

describe('operator: objects of a WorkerPool', () => {
  it('has the number of pods that the pool has, none too', () => {
    for (const replicas of [3, 0])
      assert.equal(deployment(settingOf({ replicas })).spec?.replicas, replicas);
  });

  it('selects the pods of this pool by labels that they have', () => {
    const built = deployment(settingOf());
    const labels = built.spec?.template.metadata?.labels ?? {};
    for (const [name, value] of Object.entries(selectorOf(poolOf())))
      assert.equal(labels[name], value);
    assert.deepEqual(built.spec?.selector.matchLabels, selectorOf(poolOf()));
    assert.deepEqual(service(settingOf()).spec?.selector, selectorOf(poolOf()));
    assert.deepEqual(
      disruptionBudget(settingOf()).spec?.selector?.matchLabels,
      selectorOf(poolOf()),
    );
    assert.equal(
      selectorText(poolOf()),
      'mon.duckerhub.com/pool=browser,mon.duckerhub.com/component=browser,mon.duckerhub.com/lifetime=pool',
    );
  });

  it('tells pods that stay from pods for one check: each is found by its own Service', () => {
    const labelsIn = ({ spec }: { spec?: { template: V1PodTemplateSpec } }) =>
      spec?.template.metadata?.labels ?? {};
    const stays = labelsIn(deployment(settingOf()));
    const goes = labelsIn(onceJob(settingOf(), 'a'));
    const selects = (selector: Record<string, string> = {}) =>
      [stays, goes].map((labels) =>
        Object.entries(selector).every(([name, value]) => labels[name] === value),
      );
    assert.deepEqual(selects(service(settingOf()).spec?.selector), [true, false]);
    assert.deepEqual(selects(onceService(settingOf()).spec?.selector), [false, true]);
    assert.deepEqual(selects(disruptionBudget(settingOf()).spec?.selector?.matchLabels), [
      true,
      false,
    ]);
    assert.deepEqual(selects(deployment(settingOf()).spec?.selector.matchLabels), [true, false]);
    // what policies select by
    for (const labels of [stays, goes]) {
      assert.equal(labels['mon.duckerhub.com/pool'], 'browser');
      assert.equal(labels['mon.duckerhub.com/component'], 'browser');
    }
  });

  it('runs the service that the pool is, whatever the image would start by itself', () => {
    for (const [pool, main] of [
      [poolOf(), 'services/browser/main.ts'],
      [llm, 'services/llm/main.ts'],
    ] as const)
      assert.deepEqual(containerOf({ pool })?.command, ['node', main]);
  });

  it('keeps every field of Pod Security "restricted"', () => {
    for (const pool of [poolOf(), llm, poolOf({ sandbox: 'None' })]) {
      const pod = podOf({ pool });
      assert.equal(pod.securityContext?.runAsNonRoot, true);
      assert.ok((pod.securityContext.runAsUser ?? 0) >= 10_000);
      assert.equal(pod.hostNetwork, undefined);
      const { securityContext } = containerOf({ pool });
      assert.equal(securityContext?.allowPrivilegeEscalation, false);
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] });
    }
  });

  it('C22 gives a browser the profile that its own sandbox needs, and says nothing else', () => {
    const profile = (pool = poolOf()) => podOf({ pool }).securityContext?.seccompProfile;
    assert.deepEqual(profile(), {
      type: 'Localhost',
      localhostProfile: 'duckmon/chromium.json',
    });
    assert.deepEqual(profile(poolOf({ sandbox: 'RuntimeClass' })), { type: 'RuntimeDefault' });
    assert.deepEqual(profile(llm), { type: 'RuntimeDefault' });
  });

  it('C10 gives a browser pod no name server, and the egress proxy by its address', () => {
    const pod = podOf();
    assert.deepEqual([pod.dnsPolicy, pod.dnsConfig], ['None', { nameservers: ['127.0.0.1'] }]);
    assert.equal(env()['EGRESS_URL'], 'http://10.96.0.40:8005');
    assert.equal(podOf({ pool: llm }).dnsPolicy, undefined);
  });

  it('writes a v6 address of the egress proxy as a URL has it', () => {
    assert.equal(env({ egressAddress: 'fd00::28' })['EGRESS_URL'], 'http://[fd00::28]:8005');
  });

  it('gives no pod a token of the API server', () => {
    assert.equal(podOf().automountServiceAccountToken, false);
    assert.equal(serviceAccount(settingOf()).automountServiceAccountToken, false);
    assert.equal(podOf().serviceAccountName, serviceAccount(settingOf()).metadata.name);
  });

  it('B9 has its pods ask callers for tokens where the platform does, and mounts none for them', () => {
    for (const pool of [poolOf(), llm])
      for (const workloadIdentity of ['required', 'off'] as const) {
        assert.equal(env({ pool, workloadIdentity })['WORKLOAD_IDENTITY'], workloadIdentity);
        for (const { projected } of podOf({ pool, logins: ['duckmon-login-a'] }).volumes ?? [])
          for (const source of projected?.sources ?? [])
            assert.equal(source.serviceAccountToken, undefined);
      }
  });

  it('B14 puts no secret into the environment', () => {
    for (const pool of [poolOf(), llm])
      for (const variable of containerOf({ pool }).env ?? [])
        assert.equal(variable.valueFrom?.secretKeyRef, undefined, variable.name);
    assert.equal(env({ pool: llm })['OPENAI_API_KEY_FILE'], '/var/run/duckmon/model/key');
  });

  it('mounts its derived keys, the logins it may use and the key of the model, and nothing else', () => {
    const secrets = (patch: Partial<PoolSetting>) =>
      (podOf(patch).volumes ?? []).flatMap((volume) => [
        ...(volume.secret ? [volume.secret.secretName] : []),
        ...(volume.projected?.sources ?? []).map((source) => source.secret?.name),
      ]);
    assert.deepEqual(secrets({}), [keysSecretName('browser')]);
    assert.deepEqual(secrets({ logins: ['duckmon-login-a', 'duckmon-login-b'] }), [
      keysSecretName('browser'),
      'duckmon-login-a',
      'duckmon-login-b',
    ]);
    assert.deepEqual(secrets({ pool: llm }), [keysSecretName('llm'), 'provider']);
  });

  it('gives each login Secret a folder of its own, where the browser looks, and starts without it', () => {
    const logins = ['duckmon-login-a', 'duckmon-login-b'];
    const folder = env({ logins })['LOGINS_FOLDER'] ?? assert.fail('no folder');
    const { volumes } = podOf({ logins });
    const { volumeMounts } = containerOf({ logins });
    for (const name of logins) {
      assert.deepEqual(
        volumes?.filter((volume) => volume.name === name),
        [{ name, secret: { secretName: name, defaultMode: 0o440, optional: true } }],
      );
      assert.deepEqual(
        volumeMounts?.filter((mount) => mount.name === name),
        [{ name, mountPath: `${folder}/${name}`, readOnly: true }],
      );
    }
    assert.equal(env({ pool: llm })['LOGINS_FOLDER'], undefined);
  });

  it('rolls its pods when their logins are others, and only then', () => {
    const template = (...logins: readonly string[]) =>
      deployment(settingOf({ logins })).spec?.template;
    assert.notDeepEqual(template('duckmon-login-a'), template());
    assert.notDeepEqual(template('duckmon-login-a'), template('duckmon-login-b'));
    assert.deepEqual(template('duckmon-login-a'), template('duckmon-login-a'));
  });

  it('mounts each volume, with a folder of its own', () => {
    for (const pool of [poolOf(), llm]) {
      const patch = { pool, logins: pool === llm ? [] : ['duckmon-login-a'] };
      const mounts = containerOf(patch).volumeMounts ?? [];
      assert.deepEqual(
        mounts.map(({ name }) => name),
        podOf(patch).volumes?.map(({ name }) => name),
      );
      assert.equal(new Set(mounts.map(({ mountPath }) => mountPath)).size, mounts.length);
      assert.ok(mounts.every(({ mountPath }) => mountPath.startsWith('/')));
    }
  });

  it('ranks the pods as the operator was told, unless the pool says otherwise', () => {
    const priorityClass = 'duckmon-workers';
    assert.equal(podOf({}).priorityClassName, undefined);
    assert.equal(podOf({ priorityClass }).priorityClassName, 'duckmon-workers');
    const pool = poolOf({ priorityClassName: 'low' });
    assert.equal(podOf({ pool, priorityClass }).priorityClassName, 'low');
  });

  it('takes what the pool says of placement, slots, image and resources', () => {
    const pool = poolOf({
      slotsPerPod: 2,
      image: 'registry.example/mine@sha256:def',
      runtimeClassName: 'gvisor',
      nodeSelector: { pool: 'web' },
      tolerations: [{ key: 'web', operator: 'Exists' }],
      priorityClassName: 'low',
      resources: { limits: { memory: '5Gi' } },
      recycle: { checks: 50, age: '90s', memory: '1Gi' },
    });
    const pod = podOf({ pool });
    assert.deepEqual(
      [pod.runtimeClassName, pod.nodeSelector, pod.tolerations, pod.priorityClassName],
      ['gvisor', { pool: 'web' }, [{ key: 'web', operator: 'Exists' }], 'low'],
    );
    const container = containerOf({ pool });
    assert.equal(container.image, 'registry.example/mine@sha256:def');
    assert.equal(container.resources?.limits?.['memory'], '5Gi');
    assert.equal(container.resources.requests?.['memory'], '1Gi');
    const { BROWSER_SLOTS, BROWSER_MAX_CHECKS, BROWSER_MAX_AGE_MINUTES, BROWSER_RECYCLE_MEMORY } =
      env({ pool });
    assert.deepEqual(
      [BROWSER_SLOTS, BROWSER_MAX_CHECKS, BROWSER_MAX_AGE_MINUTES, BROWSER_RECYCLE_MEMORY],
      ['2', '50', '2', '1073741824'],
    );
  });

  it('C22 asks for the sandbox unless the pool says otherwise', () => {
    const said = (sandbox: 'SeccompLocalhost' | 'RuntimeClass' | 'None') =>
      env({ pool: poolOf({ sandbox }) })['BROWSER_SANDBOX'];
    assert.deepEqual(
      [said('SeccompLocalhost'), said('RuntimeClass'), said('None')],
      ['Required', 'Own', 'None'],
    );
  });

  it('tells an LLM pool its model and where it is asked', () => {
    const { LLM_MODELS, OPENAI_BASE_URL, LLM_SLOTS } = env({ pool: llm });
    assert.deepEqual(
      [LLM_MODELS, OPENAI_BASE_URL, LLM_SLOTS],
      ['small-1', 'https://models.example/v1', '4'],
    );
  });

  it('G7 makes the pod for one check as those that stay, but that it ends with its check', () => {
    const { spec } = onceJob(settingOf({ logins: ['duckmon-login-a'] }), 'a');
    assert.deepEqual(
      [spec?.backoffLimit, spec?.activeDeadlineSeconds, spec?.ttlSecondsAfterFinished],
      [0, 900, 60],
    );
    const once: V1PodSpec = spec?.template.spec ?? assert.fail('no pod');
    assert.equal(once.restartPolicy, 'Never');
    // one name and one value of the environment is all that it has more
    const more = JSON.stringify({ name: 'BROWSER_ONCE', value: 'true' });
    assert.ok(JSON.stringify(once.containers).includes(`,${more}`));
    const stays: V1PodSpec = podOf({ logins: ['duckmon-login-a'] });
    assert.equal(
      JSON.stringify(once.containers).replace(`,${more}`, ''),
      JSON.stringify(stays.containers),
    );
    for (const field of ['volumes', 'securityContext', 'serviceAccountName'] as const)
      assert.deepEqual(once[field], stays[field]);
    assert.deepEqual(
      [once.automountServiceAccountToken, once.dnsPolicy, once.terminationGracePeriodSeconds],
      [false, 'None', stays.terminationGracePeriodSeconds],
    );
    assert.equal(env()['BROWSER_ONCE'], undefined);
  });

  it('B11 answers probes and metrics on a port of its own, and nothing else there', () => {
    for (const pool of [poolOf(), llm]) {
      const { ports, livenessProbe, readinessProbe, startupProbe } = containerOf({ pool });
      assert.deepEqual(
        ports?.map(({ name, containerPort }) => [name, containerPort]),
        [
          ['http', pool === llm ? 8002 : 8001],
          ['metrics', 9090],
        ],
      );
      assert.equal(env({ pool })['METRICS_PORT'], '9090');
      for (const probe of [livenessProbe, readinessProbe, startupProbe])
        assert.equal(probe?.httpGet?.port, 'metrics');
      assert.deepEqual(
        service(settingOf({ pool })).spec?.ports?.map(({ name }) => name),
        ['http'],
      );
    }
  });

  it('gives a pod that ends more time than the longest work takes', () => {
    for (const pool of [poolOf(), llm])
      assert.ok((podOf({ pool }).terminationGracePeriodSeconds ?? 0) > 140);
  });

  it('lets one pod go at a time, of a pool of one too', () => {
    assert.equal(disruptionBudget(settingOf()).spec?.maxUnavailable, 1);
  });

  it('calls pods one by one', () => {
    assert.equal(service(settingOf()).spec?.clusterIP, 'None');
  });

  it('names its children so that the server takes them and no two pools share one', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, label, (name, namespace) => {
        const pool = poolOf({}, { name, namespace });
        const other = poolOf({}, { name, namespace: `${namespace}x` });
        for (const made of [
          poolChildName(pool),
          serviceAccountName(pool),
          onceName(pool),
          onceJobName(pool, `${name}-${namespace}`),
        ])
          assert.match(made, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        assert.notEqual(poolChildName(pool), poolChildName(other));
        assert.notEqual(onceName(pool), onceName(other));
        assert.notEqual(onceJobName(pool, name), onceJobName(pool, `${name}x`));
      }),
    );
  });
});
