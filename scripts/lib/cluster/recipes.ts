/** How each program of the cluster is built: a Go module, its version, the package of its main function. */
import path from 'node:path';
import {
  CNI_PLUGINS,
  CONTAINERD,
  COREDNS,
  ETCD,
  HELM,
  KUBERNETES,
  NETWORK_POLICIES,
  OLDEST_GO,
  RUNC,
} from './versions.ts';

export interface Recipe {
  /** Path of the module. */
  readonly module: string;
  /** Without the `v`. */
  readonly version: string;
  /** Path of the package inside of the module; empty for its root. */
  readonly package: string;
  /**
   * The version of the modules that this one replaces by folders of its repository (`./staging/src`),
   * which a published module does not have.
   */
  readonly staging?: string;
  /** Go variables that are set when the program is linked. */
  readonly variables: Readonly<Record<string, string>>;
  /** What of C it is built with; without it the program needs no C compiler and no library. */
  readonly c?: C;
  /** The name of a file of this folder that is the whole program; then there is no module to fetch. */
  readonly file?: string;
}

export interface C {
  /** Go build tags that choose the parts which are written in C. */
  readonly tags: string;
  /** Debian packages with the compiler and the headers. */
  readonly packages: readonly string[];
}

const [MAJOR = '', MINOR = '', PATCH = ''] = KUBERNETES.split('.');
const VERSION_PACKAGE = 'k8s.io/component-base/version';

/** Without these a server calls itself v0.0.0-master, and clients complain about its age. */
const KUBERNETES_VARIABLES = {
  [`${VERSION_PACKAGE}.gitVersion`]: `v${KUBERNETES}`,
  [`${VERSION_PACKAGE}.gitMajor`]: MAJOR,
  [`${VERSION_PACKAGE}.gitMinor`]: MINOR,
  [`${VERSION_PACKAGE}.gitTreeState`]: 'clean',
};

const kubernetes = (program: string): Recipe => ({
  module: 'k8s.io/kubernetes',
  version: KUBERNETES,
  package: `cmd/${program}`,
  staging: `0.${MINOR}.${PATCH}`,
  variables: KUBERNETES_VARIABLES,
});

const containerd = (program: string): Recipe => ({
  module: 'github.com/containerd/containerd/v2',
  version: CONTAINERD,
  package: `cmd/${program}`,
  variables: { 'github.com/containerd/containerd/v2/version.Version': `v${CONTAINERD}` },
});

const networkPlugin = (kind: 'main' | 'ipam' | 'meta', name: string): Recipe => ({
  module: 'github.com/containernetworking/plugins',
  version: CNI_PLUGINS,
  package: `plugins/${kind}/${name}`,
  variables: {},
});

export const RECIPES = {
  etcd: { module: 'go.etcd.io/etcd/server/v3', version: ETCD, package: '', variables: {} },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  kubectl: kubernetes('kubectl'),
  helm: {
    module: 'helm.sh/helm/v4',
    version: HELM,
    package: 'cmd/helm',
    variables: { 'helm.sh/helm/v4/internal/version.version': `v${HELM}` },
  },
  kubelet: kubernetes('kubelet'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  'kube-proxy': kubernetes('kube-proxy'),
  containerd: containerd('containerd'),
  'containerd-shim-runc-v2': containerd('containerd-shim-runc-v2'),
  ctr: containerd('ctr'),
  runc: {
    module: 'github.com/opencontainers/runc',
    version: RUNC,
    package: '',
    variables: {},
    c: { tags: 'seccomp', packages: ['gcc', 'libc6-dev', 'libseccomp-dev', 'pkg-config'] },
  },
  bridge: networkPlugin('main', 'bridge'),
  loopback: networkPlugin('main', 'loopback'),
  'host-local': networkPlugin('ipam', 'host-local'),
  portmap: networkPlugin('meta', 'portmap'),
  coredns: {
    module: 'github.com/coredns/coredns',
    version: COREDNS,
    package: '',
    variables: {},
  },
  'kube-network-policies': {
    module: 'sigs.k8s.io/kube-network-policies',
    version: NETWORK_POLICIES,
    package: 'cmd',
    variables: {},
  },
  pause: { module: '', version: '1', package: '', variables: {}, file: 'pause.go' },
} as const satisfies Record<string, Recipe>;

export type Program = keyof typeof RECIPES;

/** What a control plane consists of. */
export const SERVERS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
] as const satisfies readonly Program[];

/** What a node has beside the control plane. */
export const NODE_PROGRAMS = [
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'runc',
  'bridge',
  'loopback',
  'host-local',
  'portmap',
  'pause',
  'kubelet',
  'kube-scheduler',
  'kube-proxy',
  'coredns',
  'kube-network-policies',
] as const satisfies readonly Program[];

/**
 * The `go.mod` of a module that does nothing but require the one of a recipe. `go install` does not
 * build modules that replace others, and Go reads the replacements of the main module only, so that
 * those of the recipe's module are repeated here, with published versions.
 * @param original the `go.mod` of the recipe's module.
 */
export function wrapperModule(recipe: Recipe, original: string): string {
  const staged = [...original.matchAll(/^\s*(?:replace )?(\S+) => \.\/staging\/src\//gm)];
  const replaced = staged.map(([, name = '']) => `\t${name} => ${name} v${recipe.staging}\n`);
  return [
    'module duckmon/cluster\n',
    `go ${OLDEST_GO}\n`,
    ...(recipe.file === undefined ? [`require ${recipe.module} v${recipe.version}\n`] : []),
    ...(recipe.staging === undefined ? [] : [`replace (\n${replaced.join('')})\n`]),
  ].join('\n');
}

/** The arguments of go that build a recipe's program into a file. */
export function buildArguments(recipe: Recipe, output: string): string[] {
  const variables = Object.entries(recipe.variables).map(([name, value]) => `-X ${name}=${value}`);
  const linker = ['-s', '-w', ...variables].join(' ');
  const tags = recipe.c === undefined ? [] : ['-tags', recipe.c.tags];
  const flags = ['-mod=mod', '-v', '-trimpath', ...tags, '-ldflags', linker];
  return ['build', ...flags, '-o', output, mainOf(recipe)];
}

const mainOf = (recipe: Recipe): string =>
  recipe.file === undefined
    ? [recipe.module, recipe.package].filter((part) => part !== '').join('/')
    : path.join(import.meta.dirname, recipe.file);
