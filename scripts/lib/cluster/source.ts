/** Where the API server of the tests comes from. */
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Source =
  /** A cluster of the tester's; nothing is started or stopped. */
  | { readonly kind: 'given'; readonly kubeconfig: string }
  /** Programs of the tester's; `controllers` says whether the controller manager is among them. */
  | { readonly kind: 'assets'; readonly folder: string; readonly controllers: boolean }
  /** Programs that we build into this folder. */
  | { readonly kind: 'built'; readonly folder: string };

/** What every folder of KUBEBUILDER_ASSETS has. */
const ASSETS = ['etcd', 'kube-apiserver', 'kubectl'] as const;
const CONTROLLERS = 'kube-controller-manager';

/** The folder outside the checkout that keeps what is made once per machine. */
export const clusterCache = (env: Environment): string =>
  path.join(
    env['DUCKMON_CACHE'] ||
      path.join(env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'duckmon'),
    'cluster',
  );

/** The folder beside it that keeps what images are made of. */
export const imageCache = (env: Environment): string =>
  path.join(path.dirname(clusterCache(env)), 'images');

/**
 * The first source that the environment names.
 * @param exists whether a file is there.
 * @throws SetupError that names the variable and the file when what it names is not there: going on
 * with another cluster than the one that was asked for would be worse.
 */
export function chooseSource(env: Environment, exists: (file: string) => boolean): Source {
  const kubeconfig = env['DUCKMON_TEST_KUBECONFIG'];
  if (kubeconfig) {
    if (!exists(kubeconfig))
      throw new SetupError(
        `DUCKMON_TEST_KUBECONFIG: there is no file ${kubeconfig}; name a kubeconfig, or unset the variable.`,
      );
    return { kind: 'given', kubeconfig: path.resolve(kubeconfig) };
  }
  const assets = env['KUBEBUILDER_ASSETS'];
  if (!assets) return { kind: 'built', folder: path.join(clusterCache(env), 'bin') };
  const missing = ASSETS.filter((name) => !exists(path.join(assets, name)));
  if (missing.length > 0)
    throw new SetupError(
      `KUBEBUILDER_ASSETS: ${assets} has no ${missing.join(', no ')}; add it, or unset the variable.`,
    );
  const folder = path.resolve(assets);
  return { kind: 'assets', folder, controllers: exists(path.join(folder, CONTROLLERS)) };
}
