/** The names and digests of the images that were built: prod-build writes them, prod-up reads them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, SetupError } from '../../services/core/errors.ts';
import { errnoOf } from '../../services/store/embedded/errors.ts';
import { IMAGES, type ImageName } from '../lib/images/build.ts';

const knownImages = z.strictObject({
  /** Where the nodes of the cluster get them: `here` means nowhere yet. */
  place: z.enum(['node', 'registry', 'here']),
  images: z.record(
    z.enum(IMAGES),
    z.strictObject({
      /** Without tag. */
      repository: z.string().min(1),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    }),
  ),
});
export type KnownImages = z.infer<typeof knownImages>;
export type KnownImage = KnownImages['images'][ImageName];

/** Where the chart takes each image from: the value that has repository and digest. */
export const CHART_VALUES: Readonly<Record<ImageName, readonly string[]>> = {
  duckmon: ['image'],
  'duckmon-browser': ['browserImage'],
  'duckmon-postgres': ['postgres', 'bundled', 'image'],
};

/** Values of the chart that name the images by digest. */
export function chartValues({ images }: KnownImages): object {
  const values = {};
  for (const image of IMAGES) put(values, CHART_VALUES[image], images[image]);
  return values;
}

function put(
  values: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
  value: object,
) {
  if (rest.length === 0) values[key] = value;
  else {
    const inner = (values[key] ?? {}) as Record<string, unknown>;
    values[key] = inner;
    put(inner, rest, value);
  }
}

/** The name without its tag. */
export const repositoryOf = (name: string): string => name.replace(/:[^:/]*$/, '');

export const writeImages = (file: string, images: KnownImages): void =>
  writeFileSync(file, `${JSON.stringify(knownImages.parse(images), undefined, 2)}\n`);

/** JSON is YAML, so that helm reads it. */
export const writeValues = (file: string, images: KnownImages): void =>
  writeFileSync(file, `${JSON.stringify(chartValues(images), undefined, 2)}\n`);

/** @throws SetupError when nothing was built, or when the file is damaged. */
export function readImages(file: string): KnownImages {
  try {
    return knownImages.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT')
      throw new SetupError(
        `There is no ${file}: npm run prod-build builds the images and writes it; --own-images goes without when your values name images.`,
        { cause },
      );
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new SetupError(`${file} is damaged (${why}); npm run prod-build writes it anew.`, {
      cause,
    });
  }
}
