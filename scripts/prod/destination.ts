/** Where the images go that are built. */
import { SetupError } from '../../services/core/errors.ts';
import { serverUrl } from '../lib/cluster/arguments.ts';
import { inspect } from '../lib/cluster/controlPlane.ts';
import { IMAGES } from '../lib/images/build.ts';
import type { BuildCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { findPlace, type Place } from './place.ts';

export type Destination =
  /** Of ./scripts/cluster up --node. */
  | { readonly kind: 'node'; readonly programs: string; readonly context: string }
  | { readonly kind: 'push'; readonly registry: string }
  /** Somebody else pushes them. */
  | { readonly kind: 'tell'; readonly registry: string }
  | { readonly kind: 'here' };

/** To the registry that is named, else into the node when the context is that of ./scripts/cluster. */
export async function destinationOf(command: BuildCommand, deps: ProdDeps): Promise<Destination> {
  const { registry, push, where } = command;
  if (registry !== undefined) return { kind: push ? 'push' : 'tell', registry };
  const found = await inspect(deps.state);
  if (found.kind !== 'running') return { kind: 'here' };
  const place = await findPlace(where, deps).catch((error: unknown) => {
    // Building needs no cluster.
    if (error instanceof SetupError) return undefined;
    throw error;
  });
  return nodeOf(place, serverUrl(found.record), found.record.programs.node);
}

/** Whether a place is the cluster of ./scripts/cluster, and has a node. */
export const nodeOf = (
  place: Pick<Place, 'context' | 'server'> | undefined,
  ownServer: string,
  programs: string | undefined,
): Destination =>
  place === undefined || place.server !== ownServer || programs === undefined
    ? { kind: 'here' }
    : { kind: 'node', programs, context: place.context };

/** What is about to be done. */
export function describe(
  destination: Destination,
  { output, docker }: Pick<BuildCommand, 'output' | 'docker'>,
): string {
  const how = docker ? 'by docker' : `into ${output}`;
  const built = `builds ${new Intl.ListFormat('en').format(IMAGES)} ${how}`;
  switch (destination.kind) {
    case 'node':
      return `${built}, and gives them to the node of the context ${destination.context}`;
    case 'push':
      return `${built}, and pushes them to ${destination.registry}`;
    case 'tell':
      return `${built}, named for ${destination.registry}, and says how they are pushed`;
    case 'here':
      return `${built}; they stay on this machine`;
    default:
      return destination satisfies never;
  }
}
