/** Takes out of a page what a monitor's own headers and logins carry: some pages show them. */
import type { FetchSource } from '../core/contracts/browser.ts';

/** Headers whose values are words that any page may hold. */
const HARMLESS =
  /^(?:accept(?:-.*)?|user-agent|cache-control|pragma|referer|origin|content-.*|range|dnt|if-.*|sec-.*|x-requested-with)$/i;
/** Shorter pieces are found everywhere and protect nothing. */
const LEAST = 8;
/** A secret of a login is a secret as a whole; below this it is any word. */
const LEAST_LOGIN = 4;

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

/** The text with stars for the secrets of a login, in every form, and for every long piece of one. */
export const withoutLogin = (text: string, secrets: readonly string[]): string =>
  starred(text, piecesOf(secrets));

/** Whether a text shows a secret of a login, or a long piece of one. */
export const showsLogin = (text: string, secrets: readonly string[]): boolean =>
  placesOf(text, piecesOf(secrets)).next().done !== true;

/** A value with the same done to all texts in it. */
export function withoutLoginIn<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  const pieces = piecesOf(secrets);
  const clean = (one: unknown): unknown => {
    if (typeof one === 'string') return starred(one, pieces);
    if (Array.isArray(one)) return one.map(clean);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, clean(inner)]));
  };
  return clean(value) as T;
}

/** What no text may show, by its length: short forms as a whole, and all pieces of longer ones. */
type Pieces = ReadonlyMap<number, ReadonlySet<string>>;

function piecesOf(secrets: readonly string[]): Pieces {
  const pieces = new Map<number, Set<string>>();
  for (const form of secrets.filter(({ length }) => length >= LEAST_LOGIN).flatMap(formsOf)) {
    const size = Math.min(form.length, LEAST);
    const ofSize = pieces.get(size) ?? new Set();
    pieces.set(size, ofSize);
    for (let at = 0; at + size <= form.length; at += 1) ofSize.add(form.slice(at, at + size));
  }
  return pieces;
}

/** Where pieces stand, once through the text however many there are; places may overlap. */
function* placesOf(text: string, pieces: Pieces): Generator<readonly [from: number, to: number]> {
  if (pieces.size === 0) return;
  for (let at = 0; at < text.length; at += 1)
    for (const [size, ofSize] of pieces)
      if (ofSize.has(text.slice(at, at + size))) yield [at, at + size];
}

function starred(text: string, pieces: Pieces): string {
  let shown = '';
  let done = 0;
  for (const [from, to] of placesOf(text, pieces)) {
    const start = Math.max(from, done);
    if (to <= start) continue;
    shown += text.slice(done, start) + '*'.repeat(to - start);
    done = to;
  }
  return shown + text.slice(done);
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
