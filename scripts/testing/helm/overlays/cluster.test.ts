/** The overlays: as kubectl builds them, and on a real API server. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { admissionObjects } from '../../../../operator/src/admission/testing/evaluate.ts';
import { PLATFORM_FILE, platformFile } from '../../../generate-manifests.ts';
import { root } from '../../../lib/prepare.ts';
import { applyCrds } from '../../cluster/hooks.ts';
import { startTestCluster, type TestCluster } from '../../cluster/cluster.ts';
import { objectsOf, openHelm, type Rendered } from '../helm.ts';
import { containersOf, environmentOf, podsOf, secretsOf } from '../pods.ts';
import { definitionOf, listOf, nameOf } from '../release.ts';

const folder = (name: string): string => path.join(root, 'manifests', 'overlays', name);
const NAMES = ['local', 'restricted', 'openshift'] as const;

describe('overlays', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  const built = new Map<string, readonly Rendered[]>();
  before(async () => {
    cluster = await startTestCluster();
    await applyCrds(cluster);
    const foreign = [
      definitionOf('route.openshift.io', 'Route'),
      definitionOf('security.openshift.io', 'SecurityContextConstraints', 'Cluster'),
    ];
    await cluster.kubectl(['apply', '-f', '-'], listOf(foreign));
    for (const name of NAMES)
      built.set(name, objectsOf(await cluster.kubectl(['kustomize', folder(name)])));
  });
  after(() => cluster.stop());

  const of = (name: string): readonly Rendered[] => built.get(name) ?? [];

  it('stand on what the chart makes: else run node scripts/generate-manifests.ts', async () => {
    const helm = await openHelm();
    try {
      assert.equal(readFileSync(PLATFORM_FILE, 'utf8'), await platformFile(helm));
    } finally {
      helm.remove();
    }
  });

  it('hold no Secret', () => {
    for (const name of NAMES) assert.ok(of(name).every(({ kind }) => kind !== 'Secret'));
  });

  it('have the operator’s rights, every admission policy, and every service', () => {
    const policies = admissionObjects().map(nameOf);
    for (const name of NAMES) {
      const names = new Set(of(name).map(nameOf));
      for (const one of ['Role/duckmon-operator', ...policies])
        assert.ok(names.has(one), `${name}: ${one}`);
      for (const service of ['operator', 'dashboard', 'api', 'scheduler', 'notification', 'egress'])
        assert.ok(names.has(`Deployment/duckmon-${service}`), `${name}: ${service}`);
    }
  });

  it('sign in with the password of the one Secret that a person makes', () => {
    for (const name of NAMES)
      for (const pod of podsOf(of(name)))
        for (const container of containersOf(pod)) {
          const { DATABASE_URL: url } = environmentOf(container, () => 'a-password');
          if (url === undefined) continue;
          assert.match(url, /^postgresql:\/\/\w+:a-password@[a-z.-]+:5432\/duckmon/, pod.owner);
          assert.ok(secretsOf(pod).includes('duckmon-postgres'));
        }
  });

  it('restricted has no database of its own, and no address but https', () => {
    const objects = of('restricted');
    assert.ok(objects.every(({ kind }) => kind !== 'StatefulSet'));
    const environments = podsOf(objects)
      .flatMap(containersOf)
      .map((container) => environmentOf(container, () => 'x'));
    for (const { PUBLIC_URL: url } of environments)
      assert.ok(url === undefined || url === 'https://mon.example.org', url);
    const databases = environments.flatMap(({ DATABASE_URL: url }) => url ?? []);
    assert.deepEqual(
      new Set(databases.map((url) => new URL(url).host)),
      new Set(['db.example.org:5432']),
    );
    assert.equal(databases.length, 3);
    assert.ok(environments.some(({ POSTGRES_ADDRESSES: found }) => found === '192.0.2.10'));
  });

  it('local pulls nothing and runs one pod of everything', () => {
    for (const pod of podsOf(of('local')))
      for (const { imagePullPolicy } of containersOf(pod)) assert.equal(imagePullPolicy, 'Never');
    for (const { kind, spec } of of('local') as (Rendered & { spec: { replicas: number } })[])
      if (kind === 'Deployment') assert.equal(spec.replicas, 1);
  });

  for (const name of NAMES)
    it(`${name} is taken by an API server`, async () => {
      const said = await cluster.kubectl(['apply', '--server-side', '-k', folder(name)]);
      assert.equal(said.trim().split('\n').length, of(name).length);
    });
});
