/** What the chart makes, as manifests for those who use kustomize instead of Helm. Pure. */
import { stringify } from 'yaml';

export interface ManifestObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Values by which the chart is rendered: definitions and policies stand in files of their own. */
export const MANIFEST_VALUES = {
  // They need a key that nobody but the chart makes.
  backup: { enabled: false },
  crds: { enabled: false },
  admissionPolicies: { enabled: false },
  // never rendered into a file: the person makes it
  postgres: { existingSecret: 'duckmon-postgres' },
};

const HELMS = /^(helm\.sh\/|app\.kubernetes\.io\/(instance|managed-by|version)$)/;

const without = (labels: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !HELMS.test(name)));

/** An object without what only Helm reads. */
function bare(object: ManifestObject): ManifestObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = without(annotations);
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: without(metadata.labels),
      ...(Object.keys(kept).length > 0 && { annotations: kept }),
    },
  };
}

const isHook = ({ metadata }: ManifestObject): boolean =>
  metadata.annotations?.['helm.sh/hook'] !== undefined;

const keyOf = ({ kind, metadata }: ManifestObject): string => `${kind}/${metadata.name}`;

/**
 * The services as one file of manifests.
 * @param elsewhere objects that stand in other files of the base.
 */
export function platformManifest(
  rendered: readonly ManifestObject[],
  elsewhere: readonly ManifestObject[],
): string {
  const known = new Set(elsewhere.map(keyOf));
  const own = rendered.filter((object) => !isHook(object) && !known.has(keyOf(object)));
  const head =
    '# Generated from charts/duckmon by `node scripts/generate-manifests.ts`; do not edit.\n';
  return head + own.map((object) => stringify(bare(object), { lineWidth: 0 })).join('---\n');
}
