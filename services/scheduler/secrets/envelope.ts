/**
 * The key of a workspace: wrapped by the data key, it seals the workspace's Secrets. With it goes a list of the
 * version of each Secret that counts, so that no older ciphertext opens in place of a newer one.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { deriveKey, type KeyEntry, type Keyring } from '../../core/keyring.ts';
import type { DataKeyRow, SealedSecret } from '../../store/dataKeys.ts';
import { formOf, openBox, SealError, sealBox } from './box.ts';
import { openingKey, openValues, sealingKey, type Sealed, type SealedPlace } from './seal.ts';

const KEY_BYTES = 32;

const versionList = z.strictObject({
  last: z.int().nonnegative(),
  of: z.array(z.tuple([z.string(), z.int().positive()])),
});

/** Which version of each Secret counts. */
export interface Versions {
  /** The last number that was given; none is given twice. */
  readonly last: number;
  /** By the name of the Secret. */
  readonly of: ReadonlyMap<string, number>;
}

/** A workspace's key, open. */
export interface Envelope {
  readonly workspace: string;
  readonly id: string;
  readonly key: Buffer;
  readonly versions: Versions;
  readonly createdAt: Date;
}

const keyIn = (workspace: string, id: string) => ['key', workspace, id] as const;
const versionsIn = (workspace: string, id: string) => ['versions', workspace, id] as const;
const secretIn = ({ workspace, name }: SealedPlace, id: string, version: number) =>
  ['secret', workspace, id, name, version] as const;

const wrappingKey = (root: KeyEntry): Buffer => deriveKey(root, 'workspaces/aes-256-gcm');

/** A new key of 256 random bits; no Secret is sealed under it yet. */
export const newEnvelope = (workspace: string, now: Date): Envelope => ({
  workspace,
  id: randomUUID(),
  key: randomBytes(KEY_BYTES),
  versions: { last: 0, of: new Map() },
  createdAt: now,
});

/**
 * Wraps it by the current data key.
 * @throws SealError when the ring has none
 */
export function closeEnvelope(keys: Keyring, envelope: Envelope): DataKeyRow {
  const { workspace, id, key, versions, createdAt } = envelope;
  const root = sealingKey(keys);
  const list = Buffer.from(JSON.stringify({ last: versions.last, of: [...versions.of] }));
  return {
    id,
    wrapped: sealBox(2, wrappingKey(root), keyIn(workspace, id), key),
    wrappedBy: root.kid,
    versions: sealBox(2, key, versionsIn(workspace, id), list),
    createdAt,
  };
}

/** @throws SealError when its data key is gone, or it was changed or belongs elsewhere */
export function openEnvelope(keys: Keyring, workspace: string, row: DataKeyRow): Envelope {
  const { id, createdAt } = row;
  const root = openingKey(keys, row.wrappedBy);
  const key = openBox(2, wrappingKey(root), keyIn(workspace, id), row.wrapped);
  const list = openBox(2, key, versionsIn(workspace, id), row.versions).toString('utf8');
  const { last, of } = versionList.parse(JSON.parse(list));
  return { workspace, id, key, versions: { last, of: new Map(of) }, createdAt };
}

/** Seals values as the next version of a Secret; whatever was sealed before as the same opens no more. */
export function sealSecret(
  envelope: Envelope,
  name: string,
  values: Readonly<Record<string, string>>,
): { readonly sealed: Sealed; readonly envelope: Envelope } {
  const { workspace, id, key, versions } = envelope;
  const version = versions.last + 1;
  const text = Buffer.from(JSON.stringify(values));
  const content = sealBox(2, key, secretIn({ workspace, name }, id, version), text);
  const of = new Map([...versions.of, [name, version]]);
  return {
    sealed: { content, dataKeyId: id },
    envelope: { ...envelope, versions: { last: version, of } },
  };
}

/** The same without the Secrets that are gone: none of them opens again. */
export function withOnly(envelope: Envelope, names: ReadonlySet<string>): Envelope {
  const { last, of } = envelope.versions;
  return {
    ...envelope,
    versions: { last, of: new Map([...of].filter(([name]) => names.has(name))) },
  };
}

/**
 * The values of a Secret. One of the older form opens as long as it was never sealed in the newer one.
 * @param envelope the workspace's, if it has one
 * @throws SealError when a key is gone, the content was changed, belongs elsewhere, or is not the newest
 */
export function openSecret(
  keys: Keyring,
  envelope: Envelope | undefined,
  place: SealedPlace,
  { content, dataKeyId }: Omit<SealedSecret, 'dataKey'>,
): Record<string, string> {
  const version = envelope?.versions.of.get(place.name);
  if (formOf(content) === 1) {
    if (version === undefined) return openValues(keys, place, { content, dataKeyId });
    throw new SealError('It was put back, or written by an older version of the program');
  }
  if (!envelope || dataKeyId !== envelope.id)
    throw new SealError('The key of the workspace that sealed this secret is gone');
  if (version === undefined) throw new SealError('It was deleted and put back');
  const text = openBox(2, envelope.key, secretIn(place, envelope.id, version), content);
  return JSON.parse(text.toString('utf8')) as Record<string, string>;
}
