/** Builds the container images of the product as OCI archives. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, SetupError } from '../services/core/errors.ts';
import { imageCache } from './lib/cluster/source.ts';
import { buildImages, IMAGES, type ImageName } from './lib/images/build.ts';
import { prepare, PrepareError, root } from './lib/prepare.ts';

const LIST = new Intl.ListFormat('en').format(IMAGES);

const HELP = `Usage: node scripts/images.ts build [IMAGE ...] [FLAG ...]

Builds the images ${LIST} (or those that are
named) as OCI archives, without a container engine: each file IMAGE.tar can be loaded by
./scripts/cluster load, ctr, podman or skopeo, and IMAGE.cdx.json beside it lists what is in it
(CycloneDX). Two builds of the same sources have one digest.
Needs Debian (it is known to work on 12), npm and tar. With Docker: scripts/lib/images/*.Dockerfile.

  --output DIR       where they are written             (default .cache/images of the checkout)
  --registry HOST    host and path before the names     (default localhost)
  --help             this text
`;

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

interface Options {
  readonly images: readonly ImageName[];
  readonly output: string;
  readonly registry: string;
}

/** @throws SetupError with a sentence when a word or a flag is wrong; undefined asks for the help. */
function parseImages(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string', default: path.join(root, '.cache', 'images') },
      registry: { type: 'string', default: 'localhost' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [command, ...names] = positionals;
  if (command !== 'build') throw new SetupError('The command is build.');
  const images = names.map((name) => {
    const known = IMAGES.find((image) => image === name);
    if (known === undefined) throw new SetupError(`There is no image ${name}; there are ${LIST}.`);
    return known;
  });
  return {
    images: images.length === 0 ? IMAGES : images,
    output: path.resolve(values.output),
    registry: values.registry,
  };
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseImages(args);
  } catch (error) {
    say(`${messageOf(error)} See node scripts/images.ts --help`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  prepare(say);
  const cache = imageCache(process.env);
  const { images, output, registry } = options;
  const built = await buildImages(images, output, registry, { root, cache, say });
  for (const { name, digest, archive } of built)
    process.stdout.write(`${name}@${digest}  ${archive}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError || error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
