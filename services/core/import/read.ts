/** Reads a file that may be any of the formats, bounded: JSON, or YAML without tags. */
import { type Document, LineCounter, visit } from 'yaml';
import { isRecord } from '../manifest/index.ts';
import { isTooDeep, ManifestError, plainValue, readYaml } from '../manifest/parse.ts';

/** Largest JSON file in characters; YAML is bounded as manifests are. */
export const MAX_IMPORT_CHARS = 8_388_608;

/** A file that cannot be read at all; its message names the line and what to do. */
export class ImportError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
  }
}

/** What stands in the file: one JSON value, or the documents of a YAML file. */
export type FileContent =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'yaml'; readonly documents: readonly YamlEntry[] };

export interface YamlEntry {
  readonly line: number;
  readonly value: unknown;
}

/** @throws ImportError */
export function readImport(text: string, fileName: string): FileContent {
  if (text.startsWith('PK\u0003\u0004'))
    throw new ImportError(
      `${fileName}: is a zip archive; unpack it and import the url-watches.json (or watch.json) in it`,
    );
  if (text.length > MAX_IMPORT_CHARS)
    throw new ImportError(
      `${fileName}: is larger than ${MAX_IMPORT_CHARS} characters; split the file`,
    );
  return /^\s*[{[]/.test(text) ? readJson(text, fileName) : readDocuments(text, fileName);
}

function readJson(text: string, fileName: string): FileContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 160) : '';
    throw new ImportError(`${fileName}: is not valid JSON: ${why}`, { cause: error });
  }
  if (isTooDeep(value)) throw new ImportError(`${fileName}: is nested deeper than 40 levels`);
  return { kind: 'json', value };
}

/** Tags that every YAML value has without saying so. */
const PLAIN_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|seq|map|merge)$/;

function refuseTags(document: Document, fileName: string, lines: LineCounter): void {
  visit(document, (_key, node) => {
    const { tag, range } = node as { tag?: unknown; range?: readonly number[] | null };
    if (typeof tag === 'string' && !PLAIN_TAG.test(tag))
      throw new ImportError(
        `${fileName}:${lines.linePos(range?.[0] ?? 0).line}: has the tag ${tag.slice(0, 60)}; take it out, since no tag is followed here`,
      );
  });
}

function readDocuments(text: string, fileName: string): FileContent {
  const lines = new LineCounter();
  try {
    const documents = readYaml(text, fileName, lines, true).map((document) => {
      const line = lines.linePos(document.contents?.range?.[0] ?? document.range?.[0] ?? 0).line;
      refuseTags(document, fileName, lines);
      return { line, value: valueOf(document, fileName, line) };
    });
    return { kind: 'yaml', documents: documents.filter(({ value }) => value !== null) };
  } catch (error) {
    if (error instanceof ManifestError) throw new ImportError(error.message, { cause: error });
    throw error;
  }
}

function valueOf(document: Document, fileName: string, line: number): unknown {
  try {
    return plainValue(document);
  } catch (error) {
    const why =
      error instanceof ReferenceError
        ? 'expands too many YAML aliases'
        : error instanceof Error
          ? error.message
          : String(error);
    throw new ImportError(`${fileName}:${line}: ${why}`, { cause: error });
  }
}

/** The records of a list or of the values of an object, with where each stands. */
export function recordsOf(
  value: unknown,
  place: string,
): { readonly place: string; readonly entry: unknown }[] {
  if (Array.isArray(value))
    return value.map((entry: unknown, at) => ({ place: `${place}[${at}]`, entry }));
  return isRecord(value)
    ? Object.entries(value).map(([key, entry]) => ({ place: `${place}.${key}`, entry }))
    : [];
}
