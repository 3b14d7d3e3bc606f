/** Where the programs of a source lie. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { buildPrograms, type BuildDeps } from './build.ts';
import { NODE_PROGRAMS, SERVERS } from './recipes.ts';
import type { Environment, Source } from './source.ts';

/** Paths of what a control plane is started from. */
export interface ServerPrograms {
  readonly etcd: string;
  readonly apiServer: string;
  /** Undefined when the tester's programs have none. */
  readonly controllerManager: string | undefined;
  /** Folder of the programs of a node; undefined for a control plane alone. */
  readonly node?: string;
}

/** A source whose control plane we start. */
export type OwnSource = Exclude<Source, { readonly kind: 'given' }>;

/**
 * The servers of a source; builds what is missing.
 * @throws SetupError when they cannot be built.
 */
export async function serverPrograms(source: OwnSource, deps: BuildDeps): Promise<ServerPrograms> {
  if (source.kind === 'built') await buildPrograms(SERVERS, deps);
  const at = (name: string): string => path.join(source.folder, name);
  const controllers = source.kind === 'built' || source.controllers;
  return {
    etcd: at('etcd'),
    apiServer: at('kube-apiserver'),
    controllerManager: controllers ? at('kube-controller-manager') : undefined,
  };
}

/**
 * The programs of a whole node; builds what is missing. They are always ours: a kubelet fits the API
 * server of its version.
 * @throws SetupError when they cannot be built.
 */
export async function nodePrograms(deps: BuildDeps): Promise<ServerPrograms> {
  const folder = await buildPrograms([...SERVERS, 'kubectl', ...NODE_PROGRAMS], deps);
  const servers = await serverPrograms({ kind: 'built', folder }, deps);
  return { ...servers, node: folder };
}

/**
 * A kubectl for a source. For a cluster of the tester's that is the one which the tester uses; else it
 * is of the same version as the API server, and built when it is missing.
 */
export async function kubectlProgram(source: Source, deps: BuildDeps): Promise<string> {
  switch (source.kind) {
    case 'assets':
      return path.join(source.folder, 'kubectl');
    case 'given':
      return (
        findOnPath('kubectl', deps.env) ??
        path.join(await buildPrograms(['kubectl'], deps), 'kubectl')
      );
    case 'built':
      return path.join(await buildPrograms(['kubectl'], deps), 'kubectl');
    default:
      return source satisfies never;
  }
}

/** helm of our version, built when it is missing. */
export const helmProgram = async (deps: BuildDeps): Promise<string> =>
  path.join(await buildPrograms(['helm'], deps), 'helm');

/**
 * What only a cluster with controllers does: a test that needs it would wait for ever without them.
 * @throws SetupError when the source has no controller manager.
 */
export function requireControllers(source: Source): void {
  if (source.kind === 'assets' && !source.controllers)
    throw new SetupError(
      `KUBEBUILDER_ASSETS: ${source.folder} has no kube-controller-manager, without which nothing deletes namespaces and owned objects and makes service accounts; add it, or unset the variable.`,
    );
}

function findOnPath(name: string, env: Environment): string | undefined {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
