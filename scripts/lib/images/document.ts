/** The documents of an OCI image (image-spec 1.1): what it runs, of which layers, under which name. */

export interface ImageConfig {
  /** With a host part and a tag, as in `localhost/app:1`: without a host a kubelet asks a public registry. */
  readonly name: string;
  /** Numeric, since a kubelet cannot tell whether a name is root. */
  readonly user: string;
  readonly workingFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  /** Arguments that count when a pod gives none. */
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Content by its digest. */
export interface Blob {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

const MEDIA = 'application/vnd.oci.image';

/** The annotation from which containerd takes the whole name. */
const NAME = 'io.containerd.image.name';

export const LAYOUT = { imageLayoutVersion: '1.0.0' } as const;

/** Node calls processors otherwise than Go does. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The configuration. It has no time of creation: the same content makes the same image on every day.
 * @param layers uncompressed, so that the digests of the blobs are those of the content.
 */
export const configDocument = (config: ImageConfig, layers: readonly Blob[]): object => ({
  architecture: ARCHITECTURES[process.arch] ?? process.arch,
  os: 'linux',
  config: {
    User: config.user,
    WorkingDir: config.workingFolder,
    Env: Object.entries(config.environment).map(([name, value]) => `${name}=${value}`),
    Entrypoint: config.entrypoint,
    Cmd: config.command,
    Labels: config.labels,
  },
  rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
});

/** The list of what an image consists of; its digest is the image's. */
export const manifestDocument = (config: Blob, layers: readonly Blob[]): object => ({
  schemaVersion: 2,
  mediaType: `${MEDIA}.manifest.v1+json`,
  config: { mediaType: `${MEDIA}.config.v1+json`, ...config },
  layers: layers.map((layer) => ({ mediaType: `${MEDIA}.layer.v1.tar`, ...layer })),
});

/** The one entry of an archive. */
export const indexDocument = (name: string, manifest: Blob): object => ({
  schemaVersion: 2,
  mediaType: `${MEDIA}.index.v1+json`,
  manifests: [
    {
      mediaType: `${MEDIA}.manifest.v1+json`,
      ...manifest,
      annotations: {
        [NAME]: name,
        'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
      },
    },
  ],
});

/** What an archive holds. */
export interface ArchivedImage {
  readonly name: string;
  readonly digest: string;
}

/** The one image that the index of an archive names; undefined when there is none, or several. */
export function imageOf(index: unknown): ArchivedImage | undefined {
  const { manifests = [] } = index as {
    readonly manifests?: readonly {
      readonly digest: string;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  };
  const [only, ...others] = manifests;
  const name = only?.annotations?.[NAME];
  return only === undefined || name === undefined || others.length > 0
    ? undefined
    : { name, digest: only.digest };
}
