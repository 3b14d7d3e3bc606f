/** The kinds of manifests, with the form that each has once it is validated. */
import type { MonitorJob, ObjectMeta } from '../../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../../crds/types/notificationchannel.ts';
import { didYouMean } from './problem.ts';

/** A Secret with its values decoded to text. Only its names may ever be shown. */
export interface SecretDocument {
  apiVersion: 'v1';
  kind: 'Secret';
  metadata: ObjectMeta;
  type: 'Opaque';
  /** UTF-8 values by key, from `data` (base64) and `stringData` (wins). */
  data: Record<string, string>;
}

export interface ConfigMapDocument {
  apiVersion: 'v1';
  kind: 'ConfigMap';
  metadata: ObjectMeta;
  data: Record<string, string>;
}

export type ManifestObject = MonitorJob | NotificationChannel | SecretDocument | ConfigMapDocument;
export type ManifestKind = ManifestObject['kind'];

/** One object as parsed from YAML or JSON, before anything about it is known. */
export type ManifestValue = Record<string, unknown>;

const API_VERSIONS: Readonly<Record<ManifestKind, string>> = {
  MonitorJob: 'mon.duckerhub.com/v1alpha1',
  NotificationChannel: 'mon.duckerhub.com/v1alpha1',
  Secret: 'v1',
  ConfigMap: 'v1',
};
/** Every kind that can be applied. */
export const MANIFEST_KINDS = Object.keys(API_VERSIONS) as readonly ManifestKind[];

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The kind of a manifest, or what is wrong with its `apiVersion` and `kind`. */
export function kindOf(
  manifest: ManifestValue,
): { ok: true; kind: ManifestKind } | { ok: false; path: string; message: string } {
  const { apiVersion, kind } = manifest;
  if (typeof kind !== 'string' || kind === '')
    return { ok: false, path: 'kind', message: `is required: one of ${MANIFEST_KINDS.join(', ')}` };
  const known = MANIFEST_KINDS.find((name) => name === kind);
  if (known === undefined) {
    const hint = didYouMean(kind, MANIFEST_KINDS);
    const message = `unknown kind ${JSON.stringify(kind.slice(0, 64))}${hint || `; known are ${MANIFEST_KINDS.join(', ')}`}`;
    return { ok: false, path: 'kind', message };
  }
  if (apiVersion !== API_VERSIONS[known])
    return {
      ok: false,
      path: 'apiVersion',
      message: `must be ${API_VERSIONS[known]} for a ${known}`,
    };
  return { ok: true, kind: known };
}
