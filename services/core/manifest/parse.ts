/** Reads YAML or JSON files into single manifests that still know their line. */
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { isRecord, kindOf, type ManifestKind, type ManifestValue } from './documents.ts';
import { pathKeys } from './problem.ts';

/** Largest file that is read, in characters. */
export const MAX_MANIFEST_CHARS = 1_048_576;
/** Most objects in one file. */
export const MAX_DOCUMENTS = 500;
/** How often YAML aliases may be expanded in one document. */
const MAX_ALIASES = 100;
/** Deepest nesting; the schemas need less than ten. */
const MAX_DEPTH = 40;

/** One object of a file. */
export interface ParsedDocument {
  readonly kind: ManifestKind;
  /** `metadata.name`, or '' when there is none. */
  readonly name: string;
  readonly manifest: ManifestValue;
  readonly fileName: string;
  /** Line where the object begins; the first is 1. */
  readonly line: number;
  /** The line of a path such as `spec.goal.prompt`, or of its nearest parent that stands in the file. */
  readonly lineOf: (path: string) => number;
}

/** A file that cannot be read as manifests; each problem says its line. */
export class ManifestError extends Error {
  readonly fileName: string;
  readonly problems: readonly { readonly line: number; readonly message: string }[];

  constructor(fileName: string, problems: readonly { line: number; message: string }[]) {
    super(problems.map(({ line, message }) => `${fileName}:${line}: ${message}`).join('\n'));
    this.name = 'ManifestError';
    this.fileName = fileName;
    this.problems = problems;
  }
}

type Keys = readonly (string | number)[];

function lineAt(document: Document, keys: Keys, lines: LineCounter): number {
  for (let length = keys.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MAX_DEPTH || Object.values(value).some((child) => isTooDeep(child, depth + 1));
}

/** The plain value of a YAML document; aliases are bounded, so that a small file stays small. */
export function plainValue(document: Document): unknown {
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  if (isTooDeep(value)) throw new Error(`is nested deeper than ${MAX_DEPTH} levels`);
  return value;
}

/** The objects of a document: itself, or the items of a List of Kubernetes. */
function* objectsOf(value: unknown): Generator<{ base: Keys; manifest: unknown }> {
  const isList = isRecord(value) && String(value['kind']).endsWith('List');
  if (!isList || !Array.isArray(value['items'])) yield { base: [], manifest: value };
  else
    for (const [index, manifest] of value['items'].entries())
      yield { base: ['items', index], manifest };
}

function nameOf(manifest: ManifestValue): string {
  const metadata = manifest['metadata'];
  return isRecord(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
}

/**
 * The YAML documents of a text, bounded.
 * @param merge follows `<<`
 * @throws ManifestError
 */
export function readYaml(
  text: string,
  fileName: string,
  lines: LineCounter,
  merge = false,
): Document[] {
  const fail = (line: number, message: string) => new ManifestError(fileName, [{ line, message }]);
  if (text.length > MAX_MANIFEST_CHARS)
    throw fail(1, `is larger than ${MAX_MANIFEST_CHARS} characters; split the file`);
  let documents: Document[];
  try {
    documents = [
      ...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge }),
    ] as Document[];
  } catch (error) {
    if (error instanceof RangeError) throw fail(1, `is nested deeper than ${MAX_DEPTH} levels`);
    throw error;
  }
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0)
    throw new ManifestError(
      fileName,
      errors
        .slice(0, 20)
        .map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message })),
    );
  if (documents.length > MAX_DOCUMENTS)
    throw fail(1, `has more than ${MAX_DOCUMENTS} objects; split the file`);
  return documents;
}

/**
 * The manifests of a file in the order in which they stand: several YAML documents, `List` kinds, or
 * JSON. Empty documents are skipped; what the objects contain is not looked at yet.
 * @param fileName for messages only
 * @throws ManifestError with every line that is no YAML or no known kind.
 */
export function parseManifests(yamlText: string, fileName: string): ParsedDocument[] {
  const lines = new LineCounter();
  const parsed: ParsedDocument[] = [];
  const problems: { line: number; message: string }[] = [];
  for (const document of readYaml(yamlText, fileName, lines)) {
    if (document.contents === null) continue;
    const problemAt = (keys: Keys, message: string) =>
      problems.push({ line: lineAt(document, keys, lines), message });
    try {
      for (const { base, manifest } of objectsOf(plainValue(document))) {
        if (manifest === null) continue;
        if (!isRecord(manifest)) {
          problemAt(base, 'is not an object with apiVersion, kind, metadata and spec');
          continue;
        }
        const kind = kindOf(manifest);
        if (!kind.ok) {
          problemAt([...base, kind.path], `${kind.path}: ${kind.message}`);
          continue;
        }
        const lineOf = (path: string) => lineAt(document, [...base, ...pathKeys(path)], lines);
        const place = { fileName, line: lineAt(document, base, lines), lineOf };
        parsed.push({ kind: kind.kind, name: nameOf(manifest), manifest, ...place });
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problemAt(
        [],
        error instanceof ReferenceError ? 'expands too many YAML aliases' : error.message,
      );
    }
  }
  if (parsed.length > MAX_DOCUMENTS)
    problems.push({ line: 1, message: `has more than ${MAX_DOCUMENTS} objects` });
  if (problems.length > 0) throw new ManifestError(fileName, problems);
  return parsed;
}
