import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { chooseSource, clusterCache } from './source.ts';

const ASSETS = '/assets';
const files = new Set([
  '/kubeconfig',
  ...['etcd', 'kube-apiserver', 'kubectl'].map((name) => path.join(ASSETS, name)),
]);
const has =
  (...more: string[]) =>
  (file: string): boolean =>
    files.has(file) || more.includes(file);

const refused = (run: () => unknown, message: RegExp): void =>
  assert.throws(run, (error) => error instanceof SetupError && message.test(error.message));

describe('cluster: where the API server comes from', () => {
  it('takes the cluster of the tester before everything else', () => {
    const env = { DUCKMON_TEST_KUBECONFIG: '/kubeconfig', KUBEBUILDER_ASSETS: ASSETS };
    assert.deepEqual(chooseSource(env, has()), { kind: 'given', kubeconfig: '/kubeconfig' });
  });

  it('takes the programs of the tester before it builds', () => {
    assert.deepEqual(chooseSource({ KUBEBUILDER_ASSETS: ASSETS }, has()), {
      kind: 'assets',
      folder: ASSETS,
      controllers: false,
    });
  });

  it('sees a controller manager among the programs of the tester', () => {
    const source = chooseSource(
      { KUBEBUILDER_ASSETS: ASSETS },
      has('/assets/kube-controller-manager'),
    );
    assert.equal(source.kind === 'assets' && source.controllers, true);
  });

  it('builds into the cache when the environment names nothing, or nothing but empty text', () => {
    const built = { kind: 'built', folder: '/c/cluster/bin' };
    const empty = { DUCKMON_TEST_KUBECONFIG: '', KUBEBUILDER_ASSETS: '' };
    assert.deepEqual(chooseSource({ DUCKMON_CACHE: '/c' }, has()), built);
    assert.deepEqual(chooseSource({ ...empty, DUCKMON_CACHE: '/c' }, has()), built);
  });

  it('refuses a kubeconfig that is not there instead of taking another cluster', () => {
    refused(
      () => chooseSource({ DUCKMON_TEST_KUBECONFIG: '/gone', KUBEBUILDER_ASSETS: ASSETS }, has()),
      /DUCKMON_TEST_KUBECONFIG: there is no file \/gone/,
    );
  });

  it('names every program that the folder of the tester lacks', () => {
    refused(
      () => chooseSource({ KUBEBUILDER_ASSETS: '/e' }, has('/e/etcd')),
      /KUBEBUILDER_ASSETS: \/e has no kube-apiserver, no kubectl;/,
    );
  });

  it('keeps to the cache folder of the user', () => {
    assert.equal(clusterCache({ DUCKMON_CACHE: '/d', XDG_CACHE_HOME: '/x' }), '/d/cluster');
    assert.equal(clusterCache({ XDG_CACHE_HOME: '/x' }), '/x/duckmon/cluster');
    assert.equal(clusterCache({}), path.join(os.homedir(), '.cache/duckmon/cluster'));
  });
});
