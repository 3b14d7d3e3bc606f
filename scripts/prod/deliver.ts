/** Brings images on their way, and builds them where docker does. */
import { SetupError } from '../../services/core/errors.ts';
import { clusterFolder } from '../lib/cluster/folder.ts';
import { nodeFiles } from '../lib/cluster/node/configuration.ts';
import { importImage } from '../lib/cluster/node/images.ts';
import { IMAGES, type ImageName } from '../lib/images/build.ts';
import type { ProdDeps } from './deps.ts';
import type { Destination } from './destination.ts';
import { repositoryOf } from './images.ts';
import {
  askDigests,
  buildByDocker,
  digestOf,
  pushBuilt,
  pushByDocker,
  pushBySkopeo,
  pushLines,
  type Archive,
} from './push.ts';
import { perform, shown, type Step } from './step.ts';

/** One of each image: names, digests. */
export type Each<T> = Readonly<Record<ImageName, T>>;

/**
 * Gives archives to the node, or to the registry, or says how that is done.
 * @returns digests that differ from those that were built.
 * @throws SetupError when there is no program that pushes, or when it fails.
 */
export async function deliver(
  destination: Destination,
  names: Each<string>,
  archives: readonly Archive[],
  deps: ProdDeps,
): Promise<Partial<Each<string>>> {
  switch (destination.kind) {
    case 'node': {
      const { socket } = nodeFiles(clusterFolder(deps.state).node);
      for (const { file } of archives)
        deps.say(`loaded ${await importImage(destination.programs, socket, file)}`);
      return {};
    }
    case 'push':
      return pushAll(names, archives, deps);
    case 'tell':
      pushLines(archives).forEach(deps.print);
      return {};
    case 'here':
      return {};
    default:
      return destination satisfies never;
  }
}

async function pushAll(
  names: Each<string>,
  archives: readonly Archive[],
  deps: ProdDeps,
): Promise<Partial<Each<string>>> {
  if (await deps.programs.has('skopeo')) {
    for (const archive of archives) await aloud(pushBySkopeo(archive), deps);
    return {};
  }
  if (!(await deps.programs.has('docker')))
    throw new SetupError(
      '--push needs skopeo or docker on the PATH; without --push the commands for other programs are printed.',
    );
  for (const archive of archives) for (const step of pushByDocker(archive)) await aloud(step, deps);
  return pushedDigests(names, deps);
}

/**
 * Builds all of them from their Dockerfiles.
 * @returns their digests; undefined when they are not pushed: only a registry gives them one.
 */
export async function buildInDocker(
  names: Each<string>,
  push: boolean,
  deps: ProdDeps,
): Promise<Each<string> | undefined> {
  for (const image of IMAGES) await aloud(buildByDocker(image, names), deps);
  const pushes = IMAGES.map((image) => pushBuilt(names[image]));
  if (!push) {
    deps.say('not pushed, so that the digests are not known yet; with --push this does it:');
    pushes.map(shown).forEach(deps.print);
    return undefined;
  }
  for (const step of pushes) await aloud(step, deps);
  return pushedDigests(names, deps);
}

/** Says what it does, and lets the program write to the terminal. */
async function aloud(step: Step, { programs, say }: ProdDeps): Promise<void> {
  say(shown(step));
  const code = await programs.attach(step.program, step.args);
  if (code !== 0)
    throw new SetupError(
      `${step.program} ${step.args[0]} ended with ${code}; its lines above say why.`,
    );
}

async function pushedDigests(names: Each<string>, deps: ProdDeps): Promise<Each<string>> {
  const entries: [ImageName, string][] = [];
  for (const image of IMAGES) {
    const name = names[image];
    const digest = digestOf(repositoryOf(name), await perform(askDigests(name), deps));
    if (digest === undefined)
      throw new SetupError(`docker does not tell the digest of ${name} in its registry.`);
    entries.push([image, digest]);
  }
  return Object.fromEntries(entries) as Each<string>;
}
