/** `import`: monitors of other programs become ours, with a report of what could not be carried over. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import {
  convertImport,
  ImportError,
  type ImportedObject,
  type ImportFormat,
  type ImportNote,
  type ImportReport,
  tellChannel,
} from '../../core/import/index.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { unreadable } from '../files.ts';
import { complain, type CliIo, print } from '../io.ts';
import { channelKind } from '../kinds.ts';
import { plain } from '../terminal.ts';
import { applyInChunks } from './apply.ts';
import { type Context, itemPath } from './context.ts';

export interface ImportOptions {
  readonly from?: ImportFormat | undefined;
  readonly dryRun?: boolean | undefined;
  /** A channel that the monitors tell. */
  readonly channel?: string | undefined;
  /** A folder for manifests; nothing is created then. */
  readonly output?: string | undefined;
}

/** Creates what a file of another program has; what exists already is left alone. */
export async function importFile(
  context: Context,
  file: string,
  { from, dryRun = false, channel, output }: ImportOptions,
): Promise<ExitCode> {
  const { io } = context;
  const read = await reportOf(io, file, from);
  const report = channel === undefined ? read : tellChannel(read, channel);
  if (channel !== undefined && output === undefined) await checkChannel(context, channel, report);
  printReport(io, report);
  if (report.objects.length === 0) {
    complain(io, 'nothing can be imported');
    return EXIT.failed;
  }
  if (output !== undefined) return writeAll(io, report.objects, output, dryRun);
  return createAll(context, report.objects, dryRun);
}

/** Nothing is imported that would tell nobody. @throws CliError */
async function checkChannel(
  { client }: Context,
  channel: string,
  { objects }: ImportReport,
): Promise<void> {
  if (objects.some(({ kind, name }) => kind === 'NotificationChannel' && name === channel)) return;
  try {
    await client().get(itemPath(channelKind.path, channel));
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.notFound) throw error;
    throw new CliError(
      EXIT.notFound,
      `--channel ${channel}: there is no such channel; create it first, or see duckmon get nch`,
      { cause: error },
    );
  }
}

async function reportOf(
  io: CliIo,
  file: string,
  from: ImportFormat | undefined,
): Promise<ImportReport> {
  const text = file === '-' ? await io.readInput() : readFile(io, file);
  try {
    return convertImport(text, file === '-' ? 'stdin' : path.basename(file), from);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new CliError(EXIT.failed, error.message, { cause: error });
  }
}

function readFile(io: CliIo, file: string): string {
  try {
    return readFileSync(path.resolve(io.cwd, file), 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function printNote(io: CliIo, { field, what, why, todo }: ImportNote): void {
  const word = what === 'leftOut' ? 'left out' : 'changed ';
  print(io, `  ${word} ${plain(`${field}: ${why}${todo === '' ? '' : `; ${todo}`}`)}`);
}

function printReport(io: CliIo, { objects, skipped, notes }: ImportReport): void {
  for (const { kind, name, label, notes: own } of objects) {
    print(io, plain(`${kind.toLowerCase()}/${name} of “${label}”`));
    for (const note of own) printNote(io, note);
  }
  for (const { label, why, todo } of skipped)
    print(io, plain(`skipped “${label}”: ${why}${todo === '' ? '' : `; ${todo}`}`));
  if (notes.length > 0) print(io, 'the whole file');
  for (const note of notes) printNote(io, note);
}

const labelOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  plain(`${kind.toLowerCase()}/${name}`);

/** A dry run of apply says which are new; the others must not be changed by an import. */
async function createAll(
  { io, client }: Context,
  objects: readonly ImportedObject[],
  dryRun: boolean,
): Promise<ExitCode> {
  const tried = await applyInChunks(client(), objects, true);
  const isNew = new Set(tried.filter(({ action }) => action === 'created').map(labelOf));
  const fresh = objects.filter((object) => isNew.has(labelOf(object)));
  const made = dryRun
    ? tried.filter((result) => isNew.has(labelOf(result)))
    : await applyInChunks(client(), fresh, false);
  const results = [...made, ...tried.filter((result) => !isNew.has(labelOf(result)))];
  for (const { kind, name, action, problems = [] } of results) {
    const label = labelOf({ kind, name });
    if (action === 'created') print(io, `${label} created${dryRun ? ' (dry run)' : ''}`);
    else if (action === 'refused')
      complain(
        io,
        plain(
          `${label} refused: ${problems.map(({ path: at, message }) => `${at}: ${message}`).join('; ')}`,
        ),
      );
    else complain(io, `${label} exists already and was left alone`);
  }
  return results.every(({ action }) => action === 'created') ? EXIT.ok : EXIT.failed;
}

/** One file for each object; none is overwritten. */
function writeAll(
  io: CliIo,
  objects: readonly ImportedObject[],
  output: string,
  dryRun: boolean,
): ExitCode {
  const folder = path.resolve(io.cwd, output);
  const files = objects.map(({ name, manifest }) => ({
    file: path.join(folder, `${name}.yaml`),
    text: stringify(manifest, { lineWidth: 0 }),
  }));
  const taken = files.filter(({ file }) => existsSync(file));
  if (taken.length > 0)
    throw new CliError(
      EXIT.failed,
      `${taken.map(({ file }) => path.relative(io.cwd, file)).join(', ')}: there already; name another folder`,
    );
  if (!dryRun) mkdirSync(folder, { recursive: true });
  for (const { file, text } of files) {
    if (!dryRun) writeFileSync(file, text);
    print(io, `${path.relative(io.cwd, file)} written${dryRun ? ' (dry run)' : ''}`);
  }
  return EXIT.ok;
}
