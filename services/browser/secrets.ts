/** Takes out of a document what a monitor's own headers carry: some pages show the request. */
import type { FetchSource } from '../core/contracts/browser.ts';

/** Headers whose values are words that any page may hold. */
const HARMLESS =
  /^(?:accept(?:-.*)?|user-agent|cache-control|pragma|referer|origin|content-.*|range|dnt|if-.*|sec-.*|x-requested-with)$/i;
/** Shorter pieces are found everywhere and protect nothing. */
const LEAST = 8;

/** The document with stars for each secret of the headers, in the forms in which pages echo them. */
export function withoutSecrets(document: string | Uint8Array, source: FetchSource): Buffer {
  const bytes = Buffer.from(document);
  const secrets = secretsOf(source.http?.headers ?? []);
  if (secrets.length === 0) return bytes;
  // one character a byte: no byte of the document is changed by the way there and back
  const masked = secrets
    .map((secret) => Buffer.from(secret).toString('latin1'))
    .reduce(
      (text, secret) => text.replaceAll(secret, '*'.repeat(secret.length)),
      bytes.toString('latin1'),
    );
  return Buffer.from(masked, 'latin1');
}

/** Every form of every secret, the longest first, so that none is left in pieces. */
function secretsOf(
  headers: readonly { readonly name: string; readonly value: string }[],
): string[] {
  const values = headers.filter(({ name }) => !HARMLESS.test(name)).map(({ value }) => value);
  const pieces = values.flatMap((value) => [value, ...value.split(/[\s;,=]+/), ...loginOf(value)]);
  const secrets = pieces.filter((piece) => piece.length >= LEAST).flatMap(formsOf);
  return [...new Set(secrets)].sort((left, right) => right.length - left.length);
}

/** Name and password of Basic authentication. */
function loginOf(value: string): string[] {
  const encoded = /^Basic\s+([\w+/=-]+)\s*$/i.exec(value)?.[1];
  if (encoded === undefined) return [];
  const login = Buffer.from(encoded, 'base64').toString('utf8');
  return [login, login.slice(login.indexOf(':') + 1)];
}

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;'),
];
