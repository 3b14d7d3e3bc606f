/** The manifest of a monitor as one would write it into a file. Pure. */
import { stringify } from 'yaml';

interface Stored {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/** What the server adds is left out: it does not belong into a file. */
export const manifestText = ({ apiVersion, kind, metadata, spec }: Stored): string =>
  stringify({
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      ...(Object.keys(metadata.labels ?? {}).length === 0 ? {} : { labels: metadata.labels }),
    },
    spec,
  });
