/**
 * Secrets that people make in the dashboard. The api may create and delete them, and neither read nor
 * change one: an answer to either would carry the value.
 */
import { HttpError } from '../../core/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import { validateManifest, type ManifestKind } from '../../core/manifest/index.ts';
import type { Applied } from '../apply.ts';
import { kindIn, nameIn, type Document } from '../documents.ts';
import { labelsOf, secretPrefixes, type Home } from './homes.ts';
import { toHttpError } from './problems.ts';
import { SECRETS } from './resources.ts';

/** @throws HttpError when the api has no business with an object of this kind or name. */
export function checkSecretName(home: Home, kind: ManifestKind, name: string): void {
  if (kind === 'ConfigMap')
    throw refusal('kind', 'ConfigMaps of a cluster are made and deleted with kubectl');
  const prefixes = secretPrefixes(home);
  if (!prefixes.some((prefix) => name.startsWith(prefix)))
    throw refusal(
      'metadata.name',
      `must begin with ${prefixes.join(' or ')}: other Secrets of a cluster are made and deleted with kubectl`,
    );
}

const refusal = (path: string, message: string): HttpError =>
  new HttpError('unprocessable', `${path}: ${message}`, { fields: [{ path, message }] });

/** Creates one. @throws HttpError */
export async function createSecret(
  kube: Pick<Transport, 'create'>,
  home: Home,
  document: Document,
  dryRun: boolean,
): Promise<Applied> {
  const validated = validateManifest(document);
  if (!validated.ok) return { problems: validated.problems };
  const { object } = validated;
  const name = nameIn(document);
  if (object.kind !== 'Secret') {
    checkSecretName(home, 'ConfigMap', name);
    return { problems: [] };
  }
  checkSecretName(home, 'Secret', name);
  const { namespace } = home;
  const { labels = {}, annotations = {} } = object.metadata;
  const texts = { labels: { ...labels, ...labelsOf(home) }, annotations };
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
  home: Home,
  name: string,
): Promise<void> {
  checkSecretName(home, 'Secret', name);
  const { namespace } = home;
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
