import assert from 'node:assert/strict';
import path from 'node:path';
import { buildArguments, RECIPES, wrapperModule } from './recipes.ts';
import { ETCD, KUBERNETES } from './versions.ts';

const STAGED = `module k8s.io/kubernetes

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)

replace k8s.io/kubectl => ./staging/src/k8s.io/kubectl
`;

describe('cluster: recipes', () => {
  it('replaces what lies in the repository of Kubernetes by its published versions', () => {
    const version = `v${KUBERNETES.replace(/^1/, '0')}`;
    assert.deepEqual(wrapperModule(RECIPES['kube-apiserver'], STAGED).split('\n').slice(4), [
      `require k8s.io/kubernetes v${KUBERNETES}`,
      '',
      'replace (',
      `\tk8s.io/api => k8s.io/api ${version}`,
      `\tk8s.io/client-go => k8s.io/client-go ${version}`,
      `\tk8s.io/kubectl => k8s.io/kubectl ${version}`,
      ')',
      '',
    ]);
  });

  it('replaces nothing in a module whose replacements are published', () => {
    const module = wrapperModule(RECIPES.etcd, 'replace go.etcd.io/etcd/api/v3 => ../api\n');
    assert.match(module, new RegExp(`^require go\\.etcd\\.io/etcd/server/v3 v${ETCD}$`, 'm'));
    assert.doesNotMatch(module, /=>/);
  });

  it('builds the package of the main function, at the root of the module or below', () => {
    assert.equal(buildArguments(RECIPES.etcd, '/o').at(-1), 'go.etcd.io/etcd/server/v3');
    assert.equal(buildArguments(RECIPES.helm, '/o').at(-1), 'helm.sh/helm/v4/cmd/helm');
    assert.equal(buildArguments(RECIPES.kubectl, '/o').at(-1), 'k8s.io/kubernetes/cmd/kubectl');
  });

  it('tells the programs of Kubernetes their version', () => {
    const [, minor] = KUBERNETES.split('.');
    const args = buildArguments(RECIPES.kubectl, '/o');
    const flags = args[args.indexOf('-ldflags') + 1] ?? '';
    assert.match(flags, new RegExp(`version\\.gitVersion=v${KUBERNETES}(?: |$)`));
    assert.match(flags, new RegExp(`version\\.gitMinor=${minor}(?: |$)`));
    assert.equal(args[args.indexOf('-o') + 1], '/o');
  });

  it('builds what is partly C with its tags, and everything else without', () => {
    const args = buildArguments(RECIPES.runc, '/o');
    assert.equal(args[args.indexOf('-tags') + 1], 'seccomp');
    assert.ok(!buildArguments(RECIPES.containerd, '/o').includes('-tags'));
  });

  it('builds a program of one file of ours in a module that requires nothing', () => {
    assert.equal(
      buildArguments(RECIPES.pause, '/o').at(-1),
      path.join(import.meta.dirname, 'pause.go'),
    );
    assert.doesNotMatch(wrapperModule(RECIPES.pause, ''), /require/);
  });
});
