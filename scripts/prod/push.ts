/** How images get to a registry, as calls of programs. Pure. */
import path from 'node:path';
import type { ImageName } from '../lib/images/build.ts';
import { root } from '../lib/prepare.ts';
import { shown, type Step } from './step.ts';

export interface Archive {
  /** With its tag. */
  readonly name: string;
  /** An OCI archive. */
  readonly file: string;
}

/** Uncompressed as it was built, so that the digest that was built is the one that runs. */
export const pushBySkopeo = ({ name, file }: Archive): Step => ({
  program: 'skopeo',
  args: ['copy', '--preserve-digests', `oci-archive:${file}`, `docker://${name}`],
});

/** Docker packs layers anew, so that the digest is known afterwards only. */
export const pushByDocker = ({ name, file }: Archive): readonly Step[] => [
  { program: 'docker', args: ['load', `--input=${file}`] },
  pushBuilt(name),
];

export const pushBuilt = (name: string): Step => ({ program: 'docker', args: ['push', name] });

/** Prints the digests that registries gave an image. */
export const askDigests = (name: string): Step => ({
  program: 'docker',
  args: ['image', 'inspect', '--format={{json .RepoDigests}}', name],
});

/** The digest of an image in the registry of its name. @param printed by `askDigests` */
export function digestOf(repository: string, printed: string): string | undefined {
  const names = (JSON.parse(printed) ?? []) as readonly string[];
  return names.find((name) => name.startsWith(`${repository}@`))?.slice(repository.length + 1);
}

export const dockerfileOf = (image: ImageName): string =>
  path.join('scripts', 'lib', 'images', `${image}.Dockerfile`);

/**
 * The others stand on `duckmon`, which must be built first.
 * @param names of all images, with their tags
 */
export const buildByDocker = (
  image: ImageName,
  names: Readonly<Record<ImageName, string>>,
): Step => ({
  program: 'docker',
  args: [
    'build',
    `--file=${path.join(root, dockerfileOf(image))}`,
    `--tag=${names[image]}`,
    ...(image === 'duckmon' ? [] : [`--build-arg=DUCKMON_IMAGE=${names.duckmon}`]),
    root,
  ],
});

/** What a person may type to push archives, by whichever program there is. */
export function pushLines(archives: readonly Archive[]): string[] {
  const layout = (file: string): string => file.replace(/\.tar$/, '.oci');
  return [
    '# with skopeo; the digests stay as they were built',
    ...archives.map((archive) => shown(pushBySkopeo(archive))),
    '# or with crane, which takes an unpacked archive',
    ...archives.map(
      ({ name, file }) =>
        `mkdir -p ${layout(file)} && tar -xf ${file} -C ${layout(file)} && crane push ${layout(file)} ${name}`,
    ),
    '# or with docker, whose digests differ: npm run prod-build with --push notes them',
    ...archives.flatMap((archive) => pushByDocker(archive).map(shown)),
  ];
}
