/** The operator under the chart's rights and policies, on a real API server, and what is left after it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '../../../../operator/src/config.ts';
import { startOperator } from '../../../../operator/src/start.ts';
import { until } from '../../../../operator/src/testing/world.ts';
import { systemClock } from '../../../../services/core/clock.ts';
import { createLog } from '../../../../services/core/log.ts';
import { job } from '../../../../services/core/manifest/testing/samples.ts';
import { root } from '../../../lib/prepare.ts';
import { accountFile, type AccountFile } from '../accounts.ts';
import { objectsOf, type Rendered } from '../helm.ts';
import { environmentOf, podsOf } from '../pods.ts';
import { listOf, NAMESPACE, nameOf, useRelease } from '../release.ts';

const digest = `sha256:${'b'.repeat(64)}`;
const GIVEN = 'a-root-key-that-a-person-has-given';
const VALUES = {
  namespaces: { list: ['team-a'] },
  image: { digest },
  browserImage: { digest },
  secrets: { OPENAI_API_KEY: 'a-key', INTERNAL_API_KEY: GIVEN },
  platform: { limits: { monitorsPerNamespace: 10 } },
};
const run = promisify(execFile);

describe('chart: the operator of a release', function () {
  this.timeout(120_000);
  const release = useRelease();
  const accounts: AccountFile[] = [];
  after(() => accounts.forEach((account) => account.remove()));

  const as = async (name: string): Promise<string> => {
    const account = await accountFile(release(), name);
    accounts.push(account);
    return account.kubeconfig;
  };
  const envOf = (objects: readonly Rendered[], owner: string): Readonly<Record<string, string>> => {
    const pod = podsOf(objects).find((one) => one.owner === owner);
    const [container] = pod?.spec.containers ?? [];
    assert.ok(container, owner);
    return environmentOf(container, (name) => (name === 'OPERATOR_NAMESPACE' ? NAMESPACE : 'x'));
  };
  /** What stands in a namespace beside what every namespace has. */
  async function standing(namespace: string): Promise<string[]> {
    const { cluster } = release();
    const kinds = await cluster.kubectl([
      'api-resources',
      '--verbs=list',
      '--namespaced',
      '-o',
      'name',
    ]);
    const asked = kinds
      .trim()
      .split('\n')
      .filter((kind) => !kind.startsWith('events'));
    const text = await cluster.kubectl(['get', asked.join(','), '-n', namespace, '-o', 'json']);
    const { items } = JSON.parse(text) as { items: Rendered[] };
    return items
      .map(nameOf)
      .filter((name) => !/^(ConfigMap\/kube-root-ca\.crt|ServiceAccount\/default)$/.test(name))
      .toSorted();
  }

  /** Helm's objects of which the operator has written something. */
  async function sharedObjects(): Promise<string[]> {
    const { kubectl } = release();
    const kinds =
      'deployments,services,configmaps,secrets,serviceaccounts,poddisruptionbudgets,roles';
    const selector = ['-l', 'app.kubernetes.io/managed-by=Helm'];
    const args = ['get', kinds, ...selector, '-o', 'json', '--show-managed-fields'];
    const { items } = JSON.parse(await kubectl(args)) as {
      items: (Rendered & { metadata: { managedFields: { manager: string }[] } })[];
    };
    assert.ok(items.length > 20);
    return items
      .filter(({ metadata }) =>
        metadata.managedFields.some((it) => it.manager.startsWith('duckmon-')),
      )
      .map(nameOf);
  }

  it('makes the platform from its values with the rights that it has, and uninstalling leaves no trace of it', async () => {
    const { install, uninstall, helm, look, cluster } = release();
    await install(VALUES);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s']);
    await cluster.kubectl(['apply', '-n', 'team-a', '-f', '-'], JSON.stringify(job()));
    const objects = await helm.render(VALUES, NAMESPACE);
    const kubeconfig = await as('duckmon-operator');
    const env = { ...envOf(objects, 'Deployment/duckmon-operator'), KUBECONFIG: kubeconfig };
    const config = readConfig(
      { ...env, HOST: '127.0.0.1', OPERATOR_PORT: '0', METRICS_PORT: '' },
      () => 'x',
    );
    const operator = await startOperator(config, {
      log: createLog('operator', process.env['OPERATOR_LOG_LEVEL'] ?? 'silent'),
      clock: systemClock,
      random: Math.random,
      newId: randomUUID,
      onLost: assert.fail,
    });
    try {
      const appears = (what: string, at = '{.metadata.name}'): Promise<string> =>
        until(what, () => look(what, at), 60_000);
      assert.equal(await appears('mplat/default', '{.spec.publicUrl}'), 'http://127.0.0.1:3000');
      assert.match(await appears('wp/llm', '{.spec.model}'), /duckmon-keys-model-openai/);
      for (const what of [
        'wp/browser',
        'secret/duckmon-keys-scheduler',
        'secret/duckmon-data-key',
        'networkpolicy/duckmon-default-deny',
      ])
        await appears(what);
      const given = await appears('secret/duckmon-internal-key', '{.data}');
      assert.deepEqual(JSON.parse(given), {
        INTERNAL_API_KEY: Buffer.from(GIVEN).toString('base64'),
      });
      await until('the quota of the tenant', async () =>
        (await standing('team-a')).find((name) => name === 'ResourceQuota/duckmon-monitors'),
      );
      await until('the pool of browsers has a Deployment', () =>
        look(
          'deployments',
          '{.items[?(@.metadata.labels.mon\\.duckerhub\\.com/pool=="browser")].metadata.name}',
        ),
      );
      assert.deepEqual(await sharedObjects(), [], 'an object is Helm’s or the operator’s');
    } finally {
      await operator.stop();
    }

    const hooks = objectsOf(await helm.run(['get', 'hooks', 'duckmon', '-n', NAMESPACE])).filter(
      ({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'post-delete',
    );
    await uninstall();
    assert.ok((await standing(NAMESPACE)).includes('WorkerPool/browser'));
    const rights = listOf(hooks.filter(({ kind }) => kind !== 'Job'));
    await cluster.kubectl(['apply', '-f', '-'], rights);
    await run(process.execPath, [path.join(root, 'operator', 'src', 'uninstall', 'main.ts')], {
      env: {
        ...process.env,
        ...envOf(hooks, 'Job/duckmon-uninstall'),
        KUBECONFIG: await as('duckmon-uninstall'),
      },
    });
    await cluster.kubectl(['delete', '-f', '-'], rights);

    const kept = [
      'PersistentVolumeClaim/data-duckmon-postgres-0',
      'PersistentVolumeClaim/duckmon-backups',
      'Secret/duckmon-backup-key',
      'Secret/duckmon-data-key',
      'Secret/duckmon-postgres',
    ];
    const left = await until('all else is collected', async () => {
      const names = await standing(NAMESPACE);
      return names.length <= kept.length ? names : undefined;
    });
    assert.deepEqual(left, kept);
    assert.deepEqual(await standing('team-a'), ['MonitorJob/plan-prices']);
  });
});
