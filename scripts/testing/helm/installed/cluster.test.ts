/** The chart on a real API server. No pod ever runs there: what they do is told by the tests on a node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { job } from '../../../../services/core/manifest/testing/samples.ts';
import { KubectlError } from '../../cluster/kubectl.ts';
import { chartFolder } from '../../../generate-chart.ts';
import { accountFolder } from '../accounts.ts';
import type { Rendered } from '../helm.ts';
import { podsOf } from '../pods.ts';
import { listOf, NAMESPACE, nameOf, useRelease } from '../release.ts';
import { MONITORED, SAMPLES } from '../samples.ts';

const INSTALLED = { namespaces: { list: ['team-a'] }, redis: { mode: 'bundled' } };
const run = promisify(execFile);
const DEFINITIONS = ['monitorjobs', 'monitorplatforms', 'notificationchannels', 'workerpools'];

describe('chart: on a real API server', function () {
  this.timeout(120_000);
  const release = useRelease();
  const kubectl = (...args: string[]): Promise<string> => release().kubectl(args);

  /** Everything that Helm says is of the release, wherever it is. */
  async function ofRelease(): Promise<string[]> {
    const { cluster } = release();
    const kinds = await cluster.kubectl(['api-resources', '--verbs=list', '-o', 'name']);
    const asked = kinds
      .trim()
      .split('\n')
      .filter((kind) => !/^(events|componentstatuses)/.test(kind));
    const args = ['get', asked.join(','), '-A', '-l', 'app.kubernetes.io/instance=duckmon'];
    const { items } = JSON.parse(await cluster.kubectl([...args, '-o', 'json'])) as {
      items: Rendered[];
    };
    return items.map(nameOf).toSorted();
  }

  for (const [name, values] of Object.entries({ ...SAMPLES, 'all monitoring': MONITORED }))
    it(`takes every object: ${name}`, async () => {
      const { helm, cluster } = release();
      // definitions are the same each time, and long
      const crds = { enabled: values === SAMPLES['the values as they are'] };
      const objects = await helm.render({ ...values, crds }, NAMESPACE);
      const said = await cluster.kubectl(
        ['apply', '--server-side', '--dry-run=server', '-o', 'name', '-f', '-'],
        // without their accounts pods are refused; those are looked at in a release
        listOf(objects.filter(({ kind }) => kind !== 'Pod')),
      );
      assert.equal(said.trim().split('\n').length, objects.length - 3);
    });

  it('takes the installer of the profile in its own namespace', async () => {
    const { helm, cluster } = release();
    const objects = await helm.render({ seccompInstaller: { enabled: true } }, NAMESPACE);
    const [namespace, ...others] = objects
      .filter(({ metadata }) => metadata.name === 'duckmon-seccomp')
      .toSorted((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));
    assert.ok(namespace && others.length === 2);
    await cluster.kubectl(['apply', '-f', '-'], listOf([namespace]));
    await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], listOf(others));
    await cluster.kubectl(['delete', 'namespace', 'duckmon-seccomp', '--wait=false']);
  });

  it('is installed, keeps what it made over upgrade and rollback, and leaves nothing but what it keeps', async () => {
    const { install, upgrade, rollback, uninstall, look, helm, cluster } = release();
    await install(INSTALLED);
    const passwords = await look('secret/duckmon-postgres', '{.data}');
    assert.equal(Object.keys(JSON.parse(passwords ?? '{}') as object).length, 5);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s']);
    await release().kubectl(['-n', 'team-a', 'apply', '-f', '-'], JSON.stringify(job()));
    // as the operator makes them
    await kubectl(
      'create',
      'secret',
      'generic',
      'duckmon-data-key',
      '--from-literal=keyring.json=x',
    );

    await upgrade({ ...INSTALLED, HOSTNAME: 'mon.example.org', ingress: { enabled: true } });
    assert.equal(await look('ingress/duckmon', '{.spec.rules[0].host}'), 'mon.example.org');
    await rollback(1);
    assert.equal(await look('ingress/duckmon', '{.spec.rules[0].host}'), undefined);
    assert.equal(await look('secret/duckmon-postgres', '{.data}'), passwords);
    assert.ok(await look('secret/duckmon-redis', '{.data.redis-password}'));

    await uninstall();
    assert.deepEqual(await ofRelease(), [
      ...DEFINITIONS.map((plural) => `CustomResourceDefinition/${plural}.mon.duckerhub.com`),
      'PersistentVolumeClaim/duckmon-backups',
      'Secret/duckmon-backup-key',
      'Secret/duckmon-postgres',
    ]);
    assert.match(await kubectl('-n', 'team-a', 'get', 'mj', '-o', 'name'), /^monitorjob/);
    assert.ok(await look('secret/duckmon-data-key', '{.data}'));

    await install({
      ...INSTALLED,
      crds: { keep: false },
      postgres: { bundled: { keep: false } },
      backup: { storage: { keep: false } },
    });
    assert.equal(await look('secret/duckmon-postgres', '{.data}'), passwords);
    await uninstall();
    const gone = DEFINITIONS.map((plural) => `crd/${plural}.mon.duckerhub.com`);
    await cluster.kubectl(['wait', '--for=delete', ...gone, '--timeout=30s']);
    assert.deepEqual(await ofRelease(), []);
    assert.equal((await helm.run(['list', '-A', '-q'])).trim(), '');
  });

  describe('installed', () => {
    before(() => release().install(INSTALLED));
    after(() => release().uninstall());

    it('G7 has pods that an enforced "restricted" namespace takes', async () => {
      const objects = await release().helm.render(INSTALLED, NAMESPACE);
      const accounts = objects.filter(
        ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.annotations !== undefined,
      );
      await release().kubectl(['apply', '-f', '-'], listOf(accounts));
      // as a Deployment makes them; the volume of a claim is given by the controller of StatefulSets
      const pods = podsOf(objects).map(({ spec, labels, owner }) => {
        const claimed = owner.startsWith('StatefulSet/') ? [{ name: 'data', emptyDir: {} }] : [];
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: owner.toLowerCase().replace('/', '-'), namespace: NAMESPACE, labels },
          spec: Object.assign({}, spec, { volumes: [...(spec.volumes ?? []), ...claimed] }),
        };
      });
      assert.ok(pods.length >= 12);
      const create = (items: readonly object[]): Promise<string> =>
        release().kubectl(['create', '--dry-run=server', '-f', '-'], listOf(items));
      await create(pods);
      const [first] = pods;
      const worse = { ...first, spec: Object.assign({}, first?.spec, { hostNetwork: true }) };
      await assert.rejects(
        create([worse]),
        (error) =>
          error instanceof KubectlError && /violates PodSecurity "restricted/.test(error.message),
      );
      await release().kubectl(['delete', '-f', '-'], listOf(accounts));
    });

    it('has a test that asks the API server for a MonitorJob, with the one right that this needs', async () => {
      const objects = await release().helm.render(INSTALLED, NAMESPACE);
      const rights = objects.filter(
        ({ kind, metadata }) => kind !== 'Pod' && metadata.annotations?.['helm.sh/hook'] === 'test',
      );
      const file = path.join(chartFolder, 'files', 'tests', 'monitor.mjs');
      await release().kubectl(['apply', '-f', '-'], listOf(rights));
      const account = await accountFolder(release(), 'duckmon-test');
      try {
        const env = { PATH: process.env['PATH'], ...account.env, NAMESPACE };
        const { stdout } = await run(process.execPath, [file], { env });
        assert.equal(stdout, 'a good MonitorJob: 201\na wrong one: 422\n');
        const elsewhere = run(process.execPath, [file], { env: { ...env, NAMESPACE: 'team-b' } });
        await assert.rejects(elsewhere, { stdout: /a good MonitorJob: 403/ });
      } finally {
        account.remove();
        await release().kubectl(['delete', '-f', '-'], listOf(rights));
      }
    });

    it('has admission policies in force: the limits of the platform bind authors', async () => {
      const names = await kubectl('get', 'validatingadmissionpolicybindings', '-o', 'name');
      const policies = await kubectl('get', 'validatingadmissionpolicies', '-o', 'name');
      const tail = (text: string): string[] =>
        text
          .trim()
          .split('\n')
          .map((name) => name.split('/')[1] ?? '')
          .toSorted();
      assert.deepEqual(tail(names), tail(policies));
      assert.ok(tail(names).includes('duckmon-limits'));
    });

    it('G9 gives notification Secrets of the listed namespaces by get, and the api none to read; the platform to read alone', async () => {
      const may = async (account: string, ...what: string[]): Promise<string> => {
        const as = `--as=system:serviceaccount:${NAMESPACE}:duckmon-${account}`;
        const asked = release().cluster.kubectl(['auth', 'can-i', ...what, as]);
        return (
          await asked.catch((error: unknown) => {
            assert.ok(error instanceof KubectlError && error.code === 1);
            return 'no';
          })
        ).trim();
      };
      assert.equal(await may('notification', 'get', 'secrets', '-n', 'team-a'), 'yes');
      assert.equal(await may('notification', 'list', 'secrets', '-n', 'team-a'), 'no');
      assert.equal(await may('notification', 'get', 'secrets', '-n', NAMESPACE), 'no');
      assert.equal(await may('notification', 'get', 'secrets', '-n', 'team-b'), 'no');
      assert.equal(await may('api', 'get', 'secrets', '-n', 'team-a'), 'no');
      assert.equal(await may('api', 'create', 'secrets', '-n', 'team-a'), 'yes');
      assert.equal(await may('api', 'create', 'subjectaccessreviews.authorization.k8s.io'), 'yes');
      assert.equal(await may('scheduler', 'get', 'pods', '-n', NAMESPACE), 'no');
      const platform = 'monitorplatforms.mon.duckerhub.com';
      assert.equal(await may('api', 'get', `${platform}/default`, '-n', NAMESPACE), 'yes');
      assert.equal(await may('api', 'patch', `${platform}/default`, '-n', NAMESPACE), 'no');
      assert.equal(await may('api', 'list', platform, '-n', NAMESPACE), 'no');
      const pools = 'workerpools.mon.duckerhub.com';
      assert.equal(await may('api', 'list', pools, '-n', NAMESPACE), 'yes');
      assert.equal(await may('api', 'list', pools, '-n', 'team-a'), 'no');
    });
  });
});
