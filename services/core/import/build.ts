/** Makes MonitorJobs of the entries of a file, each by itself: a bad one does not hold up the others. */
import { isRecord, validateManifest, type ManifestValue } from '../manifest/index.ts';
import { fieldsOf, type Fields } from './fields.ts';
import { newNames } from './names.ts';
import { SkipEntry } from './parts.ts';
import { labelOf, newNotes, type ImportedObject, type Notes, type SkippedEntry } from './report.ts';

/** An entry of the file. */
export interface Entry {
  /** Where it stands, for one that has no name. */
  readonly place: string;
  readonly value: unknown;
}

/** What a format makes of an entry; the name follows the title. */
export interface Draft {
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** @throws SkipEntry when nothing can be made of it */
export type Convert = (fields: Fields, notes: Notes) => Draft;

export interface Built {
  readonly objects: ImportedObject[];
  readonly skipped: SkippedEntry[];
}

/** Fields that hold what a program calls an entry. */
const TITLES = ['title', 'name', 'url', 'navigate', 'command'];

/** Converts every entry; each ends up as an object or among the skipped ones. */
export function buildAll(entries: readonly Entry[], convert: Convert): Built {
  const nameOf = newNames();
  const built: Built = { objects: [], skipped: [] };
  for (const { place, value } of entries) {
    if (!isRecord(value)) {
      built.skipped.push({
        label: place,
        why: 'is no object with fields',
        todo: 'look at the file',
      });
      continue;
    }
    const label = labelOf(...TITLES.map((title) => value[title])) || place;
    const done = convertOne(value, convert, nameOf);
    if ('why' in done) built.skipped.push({ label, ...done });
    else built.objects.push({ ...done, label });
  }
  return built;
}

function convertOne(
  value: Readonly<Record<string, unknown>>,
  convert: Convert,
  nameOf: (text: string) => string,
): Omit<ImportedObject, 'label'> | Omit<SkippedEntry, 'label'> {
  const notes = newNotes();
  try {
    const { title, spec } = convert(fieldsOf(value), notes);
    const manifest = jobOf('x', spec);
    const checked = validateManifest(manifest);
    if (!checked.ok)
      return {
        why: `its manifest would be refused: ${checked.problems
          .slice(0, 3)
          .map(({ path, message }) => `${path}: ${message}`)
          .join('; ')}`,
        todo: 'write the monitor by hand',
      };
    const name = nameOf(title);
    return { kind: 'MonitorJob', name, manifest: jobOf(name, spec), notes: notes.all };
  } catch (error) {
    if (!(error instanceof SkipEntry)) throw error;
    return { why: error.message, todo: error.todo };
  }
}

const jobOf = (name: string, spec: Readonly<Record<string, unknown>>): ManifestValue => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec: { ...spec },
});
