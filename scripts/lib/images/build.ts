/** Builds the images of the product from folders, without a container engine. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { APPLICATION, copyNode, copySources, installModules, type Modules } from './application.ts';
import { writeArchive, type Layer } from './archive.ts';
import { fetchPackages, findPackages, type DebianPackage } from './debian.ts';
import type { ImageConfig } from './document.ts';
import { checkLibraries, unpackPackages, USER, writeBase } from './rootFolder.ts';
import { imageBom, type Bom } from './sbom.ts';

/** The families; each has a Dockerfile with the same content beside this file. */
export const IMAGES = ['duckmon', 'duckmon-browser', 'duckmon-postgres'] as const;
export type ImageName = (typeof IMAGES)[number];

const BROWSER = '/usr/lib/chromium/chromium-headless-shell';

/** What an image has beside Node and the product. */
interface Extra {
  /** Of packages, in `packages/`. */
  readonly list: 'browser' | 'postgres';
  /** Files of the packages that are kept though they are in no folder of libraries. */
  readonly kept: readonly string[];
  /** Those that are started, whose libraries must be there. */
  readonly programs: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What is started when the pod names nothing else. */
  readonly command: readonly string[];
}

const EXTRAS: Readonly<Partial<Record<ImageName, Extra>>> = {
  'duckmon-browser': {
    list: 'browser',
    kept: [],
    programs: [BROWSER],
    environment: { CHROMIUM_PATH: BROWSER },
    command: ['services/browser/main.ts'],
  },
  // initdb starts the server by a shell; the server itself comes with the packages of npm.
  'duckmon-postgres': {
    list: 'postgres',
    kept: ['/usr/bin/dash', '/usr/bin/sh'],
    programs: ['/usr/bin/dash'],
    environment: {},
    command: ['services/store/embedded/trial.ts'],
  },
};

export interface BuildImagesDeps {
  /** Of the checkout, made ready by `prepare`. */
  readonly root: string;
  /** Folder of what is fetched once. */
  readonly cache: string;
  readonly say: (line: string) => void;
}

export interface BuiltImage {
  readonly name: string;
  readonly digest: string;
  /** An OCI archive. */
  readonly archive: string;
  /** A CycloneDX document. */
  readonly bom: string;
}

interface Described {
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** What an image says about itself, and how it starts. */
export function configOf(image: ImageName, registry: string, described: Described): ImageConfig {
  const extra = EXTRAS[image];
  return {
    name: `${registry}/${image}:${described.version}`,
    user: `${USER}:${USER}`,
    workingFolder: `/${APPLICATION}`,
    environment: {
      PATH: '/usr/local/bin',
      NODE_ENV: 'production',
      // Node says of each process that it runs TypeScript.
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
      HOME: '/tmp',
      ...extra?.environment,
    },
    entrypoint: ['node'],
    command: extra?.command ?? [],
    labels: {
      'org.opencontainers.image.title': image,
      'org.opencontainers.image.description': described.description,
      'org.opencontainers.image.version': described.version,
      'org.opencontainers.image.licenses': described.license,
    },
  };
}

/**
 * Writes the images, each with what it consists of beside it.
 * @param output folder.
 * @param registry host part of the names, and a path if wanted.
 * @throws SetupError with the next step when something is missing.
 */
export async function buildImages(
  images: readonly ImageName[],
  output: string,
  registry: string,
  deps: BuildImagesDeps,
): Promise<BuiltImage[]> {
  mkdirSync(output, { recursive: true });
  const work = path.join(output, 'work');
  rmSync(work, { recursive: true, force: true });
  try {
    const parts = await makeParts(work, deps);
    const bom = JSON.parse(readFileSync(parts.modules.bom, 'utf8')) as Bom;
    const built: BuiltImage[] = [];
    for (const image of images)
      built.push(await buildImage(image, output, registry, parts, bom, deps));
    return built;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The layers of every image that runs Node. */
export interface Runtime {
  /** Accounts and folders. */
  readonly base: string;
  readonly system: SystemPart;
  readonly node: string;
}

/** Those of all images of the product. */
interface Parts extends Runtime {
  readonly modules: Modules;
  readonly sources: string;
}

export interface SystemPart {
  readonly folder: string;
  readonly packages: readonly DebianPackage[];
}

async function makeParts(work: string, { root, cache, say }: BuildImagesDeps): Promise<Parts> {
  const runtime = await makeRuntime(work, cache, say);
  const sources = path.join(work, 'sources');
  copySources(root, sources);
  say('installing the packages of production (npm ci), unless they are there ...');
  const modules = await installModules(root, cache);
  return { ...runtime, modules, sources };
}

/**
 * Makes what an image needs to run Node.
 * @param work folder of what is made each time.
 * @param cache folder of what is fetched once.
 */
export async function makeRuntime(
  work: string,
  cache: string,
  say: (line: string) => void,
): Promise<Runtime> {
  const base = path.join(work, 'base');
  const node = path.join(work, 'node');
  writeBase(base);
  copyNode(node);
  return { base, node, system: await systemPart('node', cache, say) };
}

/** Layers of folders whose modes do not matter, above that of the accounts. */
export const stack = (base: string, folders: readonly string[]): Layer[] => [
  { folder: base, modes: 'kept' },
  ...folders.map((folder): Layer => ({ folder, modes: 'readable' })),
];

/** The Debian packages of a list, unpacked once. */
async function systemPart(
  list: 'node' | Extra['list'],
  cache: string,
  say: (line: string) => void,
  kept: readonly string[] = [],
): Promise<SystemPart> {
  const packages = await findPackages(namesIn(list));
  const key = createHash('sha256').update(packages.map(({ sha256 }) => sha256).join('\n'));
  const folder = path.join(cache, `${list}-${key.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return { folder, packages };
  say(
    `fetching ${packages.length} Debian packages of the ${list} layer, unless they are there ...`,
  );
  await unpackPackages(await fetchPackages(packages, path.join(cache, 'packages')), folder, kept);
  return { folder, packages };
}

const namesIn = (list: string): string[] =>
  readFileSync(path.join(import.meta.dirname, 'packages', `${list}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

async function buildImage(
  image: ImageName,
  output: string,
  registry: string,
  parts: Parts,
  bom: Bom,
  { root, cache, say }: BuildImagesDeps,
): Promise<BuiltImage> {
  const extra = EXTRAS[image];
  const systems = [parts.system];
  const programs = [path.join(parts.node, 'usr/local/bin/node')];
  if (extra) {
    const system = await systemPart(extra.list, cache, say, extra.kept);
    systems.push(system);
    programs.push(...extra.programs.map((file) => path.join(system.folder, file)));
  }
  const described = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Described;
  const config = configOf(image, registry, described);
  const folders = systems.map(({ folder }) => folder);
  await checkLibraries(folders, programs);
  // What changes least lies lowest.
  const layers = stack(parts.base, [...folders, parts.node, parts.modules.folder, parts.sources]);
  say(`packing ${config.name} ...`);
  const archive = path.join(output, `${image}.tar`);
  const digest = await writeArchive(archive, config, layers);
  const packages = systems.flatMap((system) => system.packages);
  const bomFile = path.join(output, `${image}.cdx.json`);
  writeFileSync(
    bomFile,
    `${JSON.stringify(imageBom(bom, process.versions.node, packages), undefined, 2)}\n`,
  );
  return { name: config.name, digest, archive, bom: bomFile };
}
