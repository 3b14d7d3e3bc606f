/** How each program of the cluster is built: a Go module, its version, the package of its main function. */
import { ETCD, HELM, KUBERNETES, OLDEST_GO } from './versions.ts';

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
} as const satisfies Record<string, Recipe>;

export type Program = keyof typeof RECIPES;

/** What a control plane consists of. */
export const SERVERS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
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
    `require ${recipe.module} v${recipe.version}\n`,
    ...(recipe.staging === undefined ? [] : [`replace (\n${replaced.join('')})\n`]),
  ].join('\n');
}

/** The arguments of go that build a recipe's program into a file. */
export function buildArguments(recipe: Recipe, output: string): string[] {
  const variables = Object.entries(recipe.variables).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ['-s', '-w', ...variables].join(' ');
  const main = [recipe.module, recipe.package].filter((part) => part !== '').join('/');
  return ['build', '-mod=mod', '-v', '-trimpath', '-ldflags', flags, '-o', output, main];
}
