/** Reads the manifests that `-f` names: files, folders, or standard input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ManifestKind } from '../core/manifest/documents.ts';
import { ManifestError, type ParsedDocument, parseManifests } from '../core/manifest/parse.ts';
import { CliError, EXIT } from './exit.ts';
import type { CliIo } from './io.ts';

/** Objects that others refer to come first. */
const ORDER: readonly ManifestKind[] = ['Secret', 'ConfigMap', 'NotificationChannel', 'MonitorJob'];

function filesOf(io: CliIo, name: string): string[] {
  const file = path.resolve(io.cwd, name);
  try {
    if (!statSync(file).isDirectory()) return [file];
    return readdirSync(file)
      .filter((entry) => /\.(ya?ml|json)$/.test(entry) && !entry.startsWith('.'))
      .toSorted()
      .map((entry) => path.join(file, entry));
  } catch (error) {
    throw unreadable(name, error);
  }
}

export const unreadable = (name: string, error: unknown): CliError => {
  const code = (error as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'it does not exist' : (code ?? String(error));
  return new CliError(EXIT.failed, `${name} cannot be read: ${why}`, { cause: error });
};

async function textsOf(io: CliIo, name: string): Promise<{ name: string; text: string }[]> {
  if (name === '-') return [{ name: 'stdin', text: await io.readInput() }];
  return filesOf(io, name).map((file) => {
    const shown = path.relative(io.cwd, file) || file;
    try {
      return { name: shown, text: readFileSync(file, 'utf8') };
    } catch (error) {
      throw unreadable(shown, error);
    }
  });
}

function refuseTwice(documents: readonly ParsedDocument[]): void {
  const seen = new Map<string, ParsedDocument>();
  for (const document of documents) {
    const key = `${document.kind}/${document.name}`;
    const first = seen.get(key);
    if (first && document.name !== '')
      throw new CliError(
        EXIT.failed,
        `${placeOf(document)}: ${key} stands in ${placeOf(first)} already; remove one of them`,
      );
    seen.set(key, document);
  }
}

/** `shop.yaml:12`, where an object begins or a path of it stands. */
export const placeOf = (document: ParsedDocument, path?: string): string =>
  `${document.fileName}:${path === undefined ? document.line : document.lineOf(path)}`;

/**
 * All manifests behind the given names; Secrets and channels before the jobs that need them.
 * @throws CliError when a file cannot be read or is no manifest, or an object stands twice.
 */
export async function readManifests(
  io: CliIo,
  names: readonly string[],
): Promise<ParsedDocument[]> {
  const documents: ParsedDocument[] = [];
  const problems: string[] = [];
  for (const name of names)
    for (const { name: file, text } of await textsOf(io, name))
      try {
        documents.push(...parseManifests(text, file));
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        problems.push(error.message);
      }
  if (problems.length > 0) throw new CliError(EXIT.failed, problems.join('\n'));
  if (documents.length === 0)
    throw new CliError(EXIT.failed, `no objects found in ${names.join(', ')}`);
  refuseTwice(documents);
  return documents.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** The one MonitorJob of the files that is meant. @throws CliError when there is none, or several */
export async function oneJob(
  io: CliIo,
  { filename, name }: { readonly filename: readonly string[]; readonly name?: string | undefined },
): Promise<ParsedDocument> {
  const jobs = (await readManifests(io, filename)).filter(
    (it) => it.kind === 'MonitorJob' && (name === undefined || it.name === name),
  );
  const [only, second] = jobs;
  if (!only)
    throw new CliError(
      EXIT.failed,
      `no MonitorJob${name === undefined ? '' : ` ${name}`} in ${filename.join(', ')}`,
    );
  if (second)
    throw new CliError(
      EXIT.usage,
      `several MonitorJobs in ${filename.join(', ')}; choose one with --name: ${jobs.map((it) => it.name).join(', ')}`,
    );
  return only;
}
