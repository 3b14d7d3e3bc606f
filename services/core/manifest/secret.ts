/** Reads the values of Secrets and ConfigMaps. No message carries a value. */
import type { ConfigMapDocument, SecretDocument } from './documents.ts';
import { isRecord, type ManifestValue } from './documents.ts';
import { fieldPath, type Problem } from './problem.ts';

/** Longest value in characters. */
const MAX_VALUE = 65_536;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a base64 value, or what is wrong with it. */
function decode(value: string): { text: string } | { message: string } {
  // kubectl, too, takes values that were wrapped by `base64`.
  const compact = value.replace(/\s+/g, '');
  if (!BASE64.test(compact))
    return { message: 'must be base64; put plain text below stringData instead' };
  try {
    const text = decoder.decode(Buffer.from(compact, 'base64'));
    return text.length > MAX_VALUE
      ? { message: `must have at most ${MAX_VALUE} characters` }
      : { text };
  } catch {
    return { message: 'must be UTF-8 text once it is decoded' };
  }
}

const textsOf = (value: unknown): [string, string][] =>
  isRecord(value)
    ? Object.entries(value).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      )
    : [];

const isEmpty = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && Object.keys(value).length === 0);

/** The Secret with decoded values, and the keys whose value cannot be decoded. */
export function readSecret(manifest: ManifestValue): {
  object: SecretDocument;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const decoded = textsOf(manifest['data']).flatMap(([key, value]): [string, string][] => {
    const result = decode(value);
    if ('text' in result) return [[key, result.text]];
    problems.push({ path: fieldPath('data', key), message: result.message });
    return [];
  });
  const { stringData, data: _encoded, ...rest } = manifest;
  const data = Object.fromEntries([...decoded, ...textsOf(stringData)]);
  if (isEmpty(manifest['data']) && isEmpty(stringData))
    problems.push({ path: 'stringData', message: 'must have at least one key' });
  return { object: { ...rest, data } as SecretDocument, problems };
}

/** The ConfigMap; one without data has no keys. */
export const readConfigMap = (manifest: ManifestValue): ConfigMapDocument =>
  ({ ...manifest, data: Object.fromEntries(textsOf(manifest['data'])) }) as ConfigMapDocument;
