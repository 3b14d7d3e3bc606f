/** Which cluster and namespace a word of production works on. */
import { existsSync } from 'node:fs';
import { SetupError } from '../../services/core/errors.ts';
import { inspect } from '../lib/cluster/controlPlane.ts';
import { clusterFolder } from '../lib/cluster/folder.ts';
import type { ProdDeps } from './deps.ts';
import { ProgramError } from './programs.ts';

/** What the flags say about it. */
export interface Where {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string;
  readonly release: string;
}

export interface Place {
  /** Undefined leaves it to KUBECONFIG and to the person's own. */
  readonly kubeconfig: string | undefined;
  /** Named in every call: that of the kubeconfig may change in between. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly release: string;
}

/** As much as is looked at of what `kubectl config view` prints. */
interface KubeConfig {
  readonly 'current-context'?: string;
  readonly clusters?: readonly { readonly cluster?: { readonly server?: string } }[] | null;
}

const NO_CONTEXT =
  'There is no kube context: set KUBECONFIG or --kubeconfig FILE and --context NAME, or start a cluster on this machine with ./scripts/cluster up --node.';

/**
 * Finds the place: of the flags, else of KUBECONFIG and of the person's own kubeconfig, else the cluster
 * that ./scripts/cluster runs here.
 * @throws SetupError when there is none, or no such context.
 */
export async function findPlace(where: Where, deps: ProdDeps): Promise<Place> {
  const { kubeconfig } = where;
  if (kubeconfig !== undefined && !existsSync(kubeconfig))
    throw new SetupError(`--kubeconfig: there is no file ${kubeconfig}.`);
  try {
    return await placeOf(where, deps);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const own = await ownKubeconfig(where, deps);
    if (own !== undefined && /current-context must exist/.test(error.said))
      return placeOf({ ...where, kubeconfig: own }, deps);
    throw wrongContext(error, where, deps);
  }
}

/** The cluster of ./scripts/cluster counts when nothing else is named. */
async function ownKubeconfig(where: Where, deps: ProdDeps): Promise<string | undefined> {
  const isNamed =
    where.kubeconfig !== undefined || where.context !== undefined || deps.env['KUBECONFIG'];
  if (isNamed) return undefined;
  const found = await inspect(deps.state);
  return found.kind === 'running' ? clusterFolder(deps.state).kubeconfig : undefined;
}

async function placeOf(where: Where, { programs }: ProdDeps): Promise<Place> {
  const flags = [
    ...(where.kubeconfig === undefined ? [] : [`--kubeconfig=${where.kubeconfig}`]),
    ...(where.context === undefined ? [] : [`--context=${where.context}`]),
  ];
  const text = await programs.run('kubectl', [...flags, 'config', 'view', '--minify', '-o=json']);
  return readPlace(JSON.parse(text) as KubeConfig, where);
}

/** @throws SetupError when the context names no server. */
export function readPlace(config: KubeConfig, where: Where): Place {
  const context = where.context ?? config['current-context'];
  if (!context) throw new SetupError(NO_CONTEXT);
  const server = config.clusters?.[0]?.cluster?.server;
  if (!server)
    throw new SetupError(
      `The context ${context} names no API server; correct the kubeconfig (kubectl config view).`,
    );
  return { ...where, context, server };
}

function wrongContext(cause: ProgramError, { context }: Where, { env }: ProdDeps): Error {
  if (/cannot locate context|context .* does not exist/.test(cause.said))
    return new SetupError(
      `There is no context ${context ?? ''}; kubectl config get-contexts lists them.`,
      { cause },
    );
  if (!/current-context must exist/.test(cause.said)) return cause;
  const missing = (env['KUBECONFIG'] ?? '').split(':').find((file) => file && !existsSync(file));
  return new SetupError(
    missing === undefined ? NO_CONTEXT : `KUBECONFIG: there is no file ${missing}.`,
    { cause },
  );
}

/** One line that says where something is about to be done. */
export const describePlace = ({ context, server, namespace, release }: Place): string =>
  `context ${context} (${server}), namespace ${namespace}, release ${release}`;
