import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { prepareTestCluster } from './forTests.ts';
import { kubectlProgram, requireControllers, serverPrograms } from './programs.ts';
import { RECIPES } from './recipes.ts';
import { clusterCache } from './source.ts';

describe('cluster: programs', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-programs-'));
    mkdirSync(path.join(folder, 'path'));
    env = { PATH: path.join(folder, 'path'), DUCKMON_CACHE: path.join(folder, 'cache') };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const deps = () => ({ env, clock: systemClock, say: () => {} });
  /** As if they had been built: no Go is there to build others. */
  const built = (...names: (keyof typeof RECIPES)[]): string => {
    const cache = clusterCache(env);
    for (const part of ['bin', 'built']) mkdirSync(path.join(cache, part), { recursive: true });
    for (const name of names) {
      writeFileSync(path.join(cache, 'bin', name), '');
      writeFileSync(path.join(cache, 'built', `${name}.json`), JSON.stringify(RECIPES[name]));
    }
    return path.join(cache, 'bin');
  };
  const assets = (...names: string[]): string => {
    const at = path.join(folder, 'assets');
    mkdirSync(at);
    for (const name of names) writeFileSync(path.join(at, name), '');
    return at;
  };

  it('takes the servers of the tester, with or without the controller manager', async () => {
    const source = { kind: 'assets', folder: '/a', controllers: true } as const;
    assert.deepEqual(await serverPrograms(source, deps()), {
      etcd: '/a/etcd',
      apiServer: '/a/kube-apiserver',
      controllerManager: '/a/kube-controller-manager',
    });
    const without = await serverPrograms({ ...source, controllers: false }, deps());
    assert.equal(without.controllerManager, undefined);
  });

  it('needs no kubectl to start the servers that it has built', async () => {
    const bin = built('etcd', 'kube-apiserver', 'kube-controller-manager');
    const { apiServer } = await serverPrograms({ kind: 'built', folder: bin }, deps());
    assert.equal(apiServer, path.join(bin, 'kube-apiserver'));
  });

  it('takes the kubectl that goes with the API server', async () => {
    const bin = built('kubectl');
    const own = path.join(folder, 'path', 'kubectl');
    writeFileSync(own, '', { mode: 0o755 });
    const of = (source: Parameters<typeof kubectlProgram>[0]) => kubectlProgram(source, deps());
    assert.equal(await of({ kind: 'built', folder: bin }), path.join(bin, 'kubectl'));
    assert.equal(await of({ kind: 'assets', folder: '/a', controllers: true }), '/a/kubectl');
    assert.equal(await of({ kind: 'given', kubeconfig: '/k' }), own);
  });

  it('has a kubectl for a cluster of a tester who has none', async () => {
    const bin = built('kubectl');
    const found = await kubectlProgram({ kind: 'given', kubeconfig: '/k' }, deps());
    assert.equal(found, path.join(bin, 'kubectl'));
  });

  it('refuses programs without controllers where tests need them', () => {
    assert.throws(
      () => requireControllers({ kind: 'assets', folder: '/a', controllers: false }),
      (error) =>
        error instanceof SetupError && /\/a has no kube-controller-manager/.test(error.message),
    );
  });

  it('tells tests where the built programs are', async () => {
    const bin = built('etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl');
    assert.deepEqual(await prepareTestCluster(deps()), { KUBEBUILDER_ASSETS: bin });
  });

  it('adds nothing to what the tester offers', async () => {
    const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];
    env['KUBEBUILDER_ASSETS'] = assets(...names);
    assert.deepEqual(await prepareTestCluster(deps()), {});
  });

  it('sees before the tests that a cluster of the tester comes without kubectl', async () => {
    env['DUCKMON_TEST_KUBECONFIG'] = path.join(assets('kubeconfig'), 'kubeconfig');
    await assert.rejects(prepareTestCluster(deps()), /Go .* is not installed/);
    built('kubectl');
    assert.deepEqual(await prepareTestCluster(deps()), {});
  });

  it('fails before the tests when the programs of the tester will not do', async () => {
    env['KUBEBUILDER_ASSETS'] = assets('etcd', 'kube-apiserver', 'kubectl');
    await assert.rejects(prepareTestCluster(deps()), /has no kube-controller-manager/);
  });

  it('says in one sentence what is missing when nothing can be built', async () => {
    await assert.rejects(
      prepareTestCluster(deps()),
      (error) => error instanceof SetupError && /Go .* is not installed/.test(error.message),
    );
  });
});
