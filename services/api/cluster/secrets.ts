/**
 * Secrets that people make in the dashboard. The api may create and delete them, and neither read nor
 * change one: an answer to either would carry the value.
 */
import { HttpError } from '../../core/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { validateManifest, type ManifestKind } from '../../core/manifest/index.ts';
import type { Applied } from '../apply.ts';
import { kindIn, nameIn, type Document } from '../documents.ts';
import { SECRET_PREFIX } from './names.ts';
import { toHttpError } from './problems.ts';
import { SECRETS } from './resources.ts';

/** @throws HttpError when the api has no business with an object of this kind or name. */
export function checkSecretName(kind: ManifestKind, name: string): void {
  if (kind === 'ConfigMap')
    throw refusal('kind', 'ConfigMaps of a cluster are made and deleted with kubectl');
  if (!name.startsWith(SECRET_PREFIX))
    throw refusal(
      'metadata.name',
      `must begin with ${SECRET_PREFIX}: other Secrets of a cluster are made and deleted with kubectl`,
    );
}

const refusal = (path: string, message: string): HttpError =>
  new HttpError('unprocessable', `${path}: ${message}`, { fields: [{ path, message }] });

/** Creates one. @throws HttpError */
export async function createSecret(
  kube: Pick<Transport, 'create'>,
  namespace: string,
  document: Document,
  dryRun: boolean,
): Promise<Applied> {
  const validated = validateManifest(document);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  const name = nameIn(document);
  if (object.kind !== 'Secret') {
    checkSecretName('ConfigMap', name);
    return { problems: [] };
  }
  checkSecretName('Secret', name);
  const { labels = {}, annotations = {} } = object.metadata;
  const texts = { labels, annotations };
  try {
    await kube.create(
      SECRETS,
      { metadata: { ...texts, namespace, name }, type: 'Opaque', stringData: object.data },
      { dryRun },
    );
    return { action: 'created' };
  } catch (error) {
    throw explained(error, namespace, kindIn(document), name);
  }
}

/** Deletes one. @throws HttpError */
export async function deleteSecret(
  kube: Pick<Transport, 'delete'>,
  namespace: string,
  name: string,
): Promise<void> {
  checkSecretName('Secret', name);
  try {
    await kube.delete(SECRETS, { namespace, name });
  } catch (error) {
    throw explained(error, namespace, 'Secret', name);
  }
}

function explained(error: unknown, namespace: string, kind: string, name: string): unknown {
  const known = toHttpError(error, { kind, namespace, name });
  return known instanceof HttpError && known.code === 'conflict'
    ? new HttpError(
        'conflict',
        `The Secret ${name} exists already, and may not be read or changed from here; delete it first, or change it with kubectl`,
        { cause: error },
      )
    : known;
}
