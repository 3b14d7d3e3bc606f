/** The pods that the operator makes, in a namespace with Pod Security "restricted" on a real API server. */
import assert from 'node:assert/strict';
import type { V1PodSpec } from '@kubernetes/client-node';
import { transportOf } from '../../../../crds/testing/server.ts';
import { useClusterWithCrds } from '../../../../scripts/testing/cluster/hooks.ts';
import { isForbidden } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { defineResource, type KubeObject } from '../../../../services/core/kube/types.ts';
import { canaryPod } from '../../controllers/monitorplatform/canaryPod.ts';
import { deployment, onceJob } from '../../controllers/workerpool/build.ts';
import { poolOf, settingOf } from '../../controllers/workerpool/testing.ts';
import { until } from '../../testing/until.ts';
import { VIOLATIONS, type Pod } from './violations.ts';

const NAMESPACE = 'duckmon-test-restricted';
const POD = defineResource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods' });
const ACCOUNT = defineResource({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
});
const image = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;

const podIn = (spec: V1PodSpec | undefined): Pod =>
  (spec as Pod | undefined) ?? assert.fail('no pod');
const ofPool = (patch: Parameters<typeof poolOf>[0] = {}): Pod =>
  podIn(deployment(settingOf({ pool: poolOf(patch), image })).spec?.template.spec);
const ofCheck = (): Pod => podIn(onceJob(settingOf({ image }), 'a-1').spec?.template.spec);
const ofCanary = (): Pod => {
  const apiServer = [{ addresses: ['10.0.0.1'], ports: [6443] }];
  const pod = canaryPod({ namespace: NAMESPACE, image, apiServer });
  return podIn((pod as { readonly spec?: V1PodSpec } | undefined)?.spec);
};
const model = { provider: 'OpenAI', name: 'm', secretRef: { name: 'k', key: 'k' } } as const;
const PODS: readonly (readonly [what: string, spec: () => Pod])[] = [
  ['a pool of browsers', ofPool],
  ['a pool of browsers without a sandbox', () => ofPool({ sandbox: 'None' })],
  ['a pool that asks a model', () => ofPool({ role: 'LLM', model })],
  ['one check', ofCheck],
  ['the canary', ofCanary],
];

describe('pods under Pod Security "restricted" on a real API server', function () {
  this.timeout(60_000);
  const cluster = useClusterWithCrds();
  let admin: Transport;

  /** What the server says against a pod; undefined when it takes it. */
  const refusal = async (spec: Pod): Promise<string | undefined> => {
    const metadata = { namespace: NAMESPACE, name: 'x' };
    try {
      await admin.create(POD, { metadata, spec } as KubeObject, { dryRun: true });
      return undefined;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      return error.message;
    }
  };

  before(async () => {
    const { kubectl } = cluster();
    admin = transportOf(cluster());
    await kubectl(['create', 'namespace', NAMESPACE]);
    const restricted = 'pod-security.kubernetes.io/enforce=restricted';
    await kubectl(['label', 'namespace', NAMESPACE, restricted]);
    for (const [, spec] of PODS)
      await admin.apply(
        ACCOUNT,
        { metadata: { namespace: NAMESPACE, name: String(spec()['serviceAccountName']) } },
        { fieldManager: 'test', force: true },
      );
    // The server needs a moment to know label and accounts.
    await until('the label holds', async () =>
      /violates PodSecurity/.test((await refusal({ ...ofPool(), hostPID: true })) ?? '')
        ? true
        : undefined,
    );
  });
  after(async () => {
    admin.close();
    await cluster().kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  for (const [what, spec] of PODS)
    it(`G7 takes the pod of ${what}, which mounts no token of an account`, async () => {
      assert.equal(await refusal(spec()), undefined);
      assert.equal(spec()['automountServiceAccountToken'], false);
      assert.match(JSON.stringify(spec().securityContext), /"runAsUser":[1-9]\d{4,}/);
      for (const { securityContext } of spec().containers)
        assert.match(JSON.stringify(securityContext), /"readOnlyRootFilesystem":true/);
    });

  it('G7 has at least 20 ways to break it', () => {
    assert.ok(VIOLATIONS.length >= 20);
  });
  for (const [what, breaks] of VIOLATIONS)
    it(`G7 refuses each of these pods with ${what}`, async () => {
      for (const [whose, spec] of PODS)
        assert.match((await refusal(breaks(spec()))) ?? 'taken', /violates PodSecurity/, whose);
    });
});
