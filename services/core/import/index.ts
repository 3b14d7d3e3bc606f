/** Reads the files of other programs, and our own, as objects that can be created. Pure. */
import {
  isRecord,
  ManifestError,
  parseManifests,
  validateManifest,
  type ParsedDocument,
} from '../manifest/index.ts';
import type { Built } from './build.ts';
import { convertChangedetection, isChangedetection } from './changedetection.ts';
import { ImportError, readImport, type FileContent } from './read.ts';
import type {
  ImportedObject,
  ImportFormat,
  ImportNote,
  ImportReport,
  SkippedEntry,
} from './report.ts';
import { convertUptimeKuma, isUptimeKuma } from './uptimeKuma.ts';
import { convertUrlwatch, isUrlwatch } from './urlwatch.ts';

export { ImportError } from './read.ts';
export {
  IMPORT_FORMATS,
  type ImportedObject,
  type ImportFormat,
  type ImportNote,
  type ImportReport,
  type SkippedEntry,
} from './report.ts';
export { isChannelName, tellChannel } from './tell.ts';

/** Most entries of one file. */
export const MAX_ENTRIES = 500;

/**
 * What the entries of a file become, and what of each could not be carried over.
 * @param fileName for messages only
 * @param from the program; found out from the file when absent
 * @throws ImportError when it is a file of none of them
 */
export function convertImport(text: string, fileName: string, from?: ImportFormat): ImportReport {
  const content = readImport(text, fileName);
  const format = from ?? formatOf(content);
  if (format === undefined)
    throw new ImportError(
      `${fileName}: is of no program that is known here: a url-watches.json of changedetection.io, jobs of urlwatch or webchanges, a backup of Uptime Kuma, or manifests; name the program if it is one of them`,
    );
  const report = { from: format, ...convertAs(format, content, text, fileName) };
  const count = report.objects.length + report.skipped.length;
  if (count > MAX_ENTRIES)
    throw new ImportError(
      `${fileName}: has ${count} entries; at most ${MAX_ENTRIES} are imported at once, so split the file`,
    );
  return report;
}

/** The values of a file: JSON is one. */
const valuesOf = (content: FileContent): readonly unknown[] =>
  content.kind === 'json' ? [content.value] : content.documents.map(({ value }) => value);

function formatOf(content: FileContent): ImportFormat | undefined {
  const values = valuesOf(content);
  if (values.some((value) => isRecord(value) && 'apiVersion' in value)) return 'duckmon';
  if (values.some(isUptimeKuma)) return 'uptimeKuma';
  if (content.kind === 'json')
    return isChangedetection(content.value) ? 'changedetection' : undefined;
  return values.some(isUrlwatch) ? 'urlwatch' : undefined;
}

type Converted = Built & { readonly notes: ImportNote[] };

function convertAs(
  format: ImportFormat,
  content: FileContent,
  text: string,
  fileName: string,
): Converted {
  const [first] = valuesOf(content);
  switch (format) {
    case 'changedetection':
      return convertChangedetection(first);
    case 'urlwatch':
      return convertUrlwatch(
        content.kind === 'yaml' ? content.documents : [{ line: 1, value: content.value }],
      );
    case 'uptimeKuma':
      if (isUptimeKuma(first)) return convertUptimeKuma(first);
      throw new ImportError(`${fileName}: monitorList: is missing; export a backup as JSON`);
    case 'duckmon':
      return convertManifests(text, fileName);
    default:
      return format satisfies never;
  }
}

/** Our own manifests: nothing is lost, but Secrets are not taken from here. */
function convertManifests(text: string, fileName: string): Converted {
  const objects: ImportedObject[] = [];
  const skipped: SkippedEntry[] = [];
  for (const document of manifestsOf(text, fileName)) {
    const { kind, name, line, manifest } = document;
    const label = `${kind.toLowerCase()}/${name || `line ${line}`}`;
    if (kind === 'Secret' || kind === 'ConfigMap') {
      const why = `a ${kind} is not imported`;
      skipped.push({ label, why, todo: 'use duckmon apply -f for it' });
      continue;
    }
    const problems = problemsOf(document);
    if (problems === '') objects.push({ kind, name, label, manifest, notes: [] });
    else skipped.push({ label, why: problems, todo: 'mend the file and import it again' });
  }
  return { objects, skipped, notes: [] };
}

function manifestsOf(text: string, fileName: string): ParsedDocument[] {
  try {
    return parseManifests(text, fileName);
  } catch (error) {
    if (error instanceof ManifestError) throw new ImportError(error.message, { cause: error });
    throw error;
  }
}

function problemsOf({ fileName, manifest, lineOf }: ParsedDocument): string {
  const checked = validateManifest(manifest);
  if (checked.ok) return '';
  return checked.problems
    .slice(0, 5)
    .map(({ path, message }) => `${fileName}:${lineOf(path)}: ${path}: ${message}`)
    .join('; ');
}
