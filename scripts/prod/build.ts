/** `prod-build`: builds the images and brings them where the cluster finds them. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { imageCache } from '../lib/cluster/source.ts';
import { buildImages, configOf, IMAGES, type ImageName } from '../lib/images/build.ts';
import { prepare, root } from '../lib/prepare.ts';
import { imagesFile, valuesFile } from './arguments.ts';
import type { BuildCommand } from './commands.ts';
import { buildInDocker, deliver, type Each } from './deliver.ts';
import type { ProdDeps } from './deps.ts';
import { describe, destinationOf, type Destination } from './destination.ts';
import { repositoryOf, writeImages, writeValues, type KnownImage } from './images.ts';
import { buildByDocker, pushBuilt, pushLines, type Archive } from './push.ts';
import { shown, type Step } from './step.ts';

const LOCAL = 'localhost';

/** Builds, or shows how. */
export async function build(command: BuildCommand, deps: ProdDeps): Promise<number> {
  const { output, registry = LOCAL, docker, dryRun } = command;
  const destination = await destinationOf(command, deps);
  deps.say(`prod-build: ${describe(destination, command)}`);
  const names = namesOf(registry);
  if (dryRun) {
    plan(command, destination, names, deps.state).forEach(deps.print);
    return 0;
  }
  mkdirSync(output, { recursive: true });
  if (docker) {
    const digests = await buildInDocker(names, command.push, deps);
    if (digests) note(output, destination, names, digests, deps);
    return 0;
  }
  prepare(deps.say);
  const cache = imageCache(deps.env);
  const built = await buildImages(IMAGES, output, registry, { root, cache, say: deps.say });
  const digests = Object.fromEntries(
    IMAGES.map((image, at) => [image, built[at]?.digest ?? '']),
  ) as Each<string>;
  const pushed = await deliver(destination, names, archivesOf(names, output), deps);
  note(output, destination, names, { ...digests, ...pushed }, deps);
  return 0;
}

function namesOf(registry: string): Each<string> {
  const described = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Parameters<
    typeof configOf
  >[2];
  return Object.fromEntries(
    IMAGES.map((image) => [image, configOf(image, registry, described).name]),
  ) as Each<string>;
}

const archivesOf = (names: Each<string>, output: string): Archive[] =>
  IMAGES.map((image) => ({ name: names[image], file: path.join(output, `${image}.tar`) }));

/** The commands that do the same. */
export function plan(
  { output, registry = LOCAL, docker }: BuildCommand,
  destination: Destination,
  names: Each<string>,
  state: string,
): string[] {
  const archives = archivesOf(names, output);
  if (docker) {
    const pushes =
      destination.kind === 'push' ? IMAGES.map((image) => pushBuilt(names[image])) : [];
    return [...IMAGES.map((image) => buildByDocker(image, names)), ...pushes].map(shown);
  }
  const first: Step = {
    program: 'node',
    args: ['scripts/images.ts', 'build', `--output=${output}`, `--registry=${registry}`],
  };
  switch (destination.kind) {
    case 'node':
      return [
        shown(first),
        `./scripts/cluster --state ${state} load ${archives.map(({ file }) => file).join(' ')}`,
      ];
    case 'push':
    case 'tell':
      return [shown(first), ...pushLines(archives)];
    case 'here':
      return [shown(first)];
    default:
      return destination satisfies never;
  }
}

const PLACES = { node: 'node', push: 'registry', tell: 'registry', here: 'here' } as const;

function note(
  output: string,
  destination: Destination,
  names: Each<string>,
  digests: Each<string>,
  { say, print }: ProdDeps,
): void {
  const images = Object.fromEntries(
    IMAGES.map((image) => [
      image,
      { repository: repositoryOf(names[image]), digest: digests[image] },
    ]),
  ) as Record<ImageName, KnownImage>;
  const file = imagesFile(output);
  const known = { place: PLACES[destination.kind], images };
  writeImages(file, known);
  writeValues(valuesFile(output), known);
  for (const { repository, digest } of Object.values(images)) print(`${repository}@${digest}`);
  say(`names and digests are in ${file}; next: npm run prod-up`);
}
