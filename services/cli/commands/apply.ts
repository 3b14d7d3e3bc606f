/** `apply` and `delete -f`: manifests in files become objects, or go. */
import type { ParsedDocument } from '../../core/manifest/parse.ts';
import type { Client } from '../client.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { placeOf, readManifests } from '../files.ts';
import { complain, type CliIo, print } from '../io.ts';
import { channelKind, monitorKind, secretKind } from '../kinds.ts';
import type { ApplyAnswer } from '../model.ts';
import { plain } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

/** Bytes of one request; the API takes 256 KB. */
const CHUNK_BYTES = 200_000;

export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly dryRun?: boolean | undefined;
}

/** Groups of documents that each fit into one request, in their order. */
function chunksOf<T extends Pick<ParsedDocument, 'manifest'>>(documents: readonly T[]): T[][] {
  const chunks: T[][] = [];
  let room = 0;
  for (const document of documents) {
    const size = Buffer.byteLength(JSON.stringify(document.manifest));
    if (size > room || chunks.length === 0) {
      chunks.push([]);
      room = CHUNK_BYTES;
    }
    chunks.at(-1)?.push(document);
    room -= size;
  }
  return chunks;
}

/** The names of the files, for the API's own messages. */
const sourceOf = (documents: readonly ParsedDocument[]): string =>
  [...new Set(documents.map(({ fileName }) => fileName))].join(', ').slice(0, 255);

type Result = ApplyAnswer['results'][number];

/** Applies manifests of no file. @returns what became of each */
export async function applyInChunks(
  client: Client,
  objects: readonly Pick<ParsedDocument, 'manifest'>[],
  dryRun: boolean,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const chunk of chunksOf(objects)) {
    const documents = chunk.map(({ manifest }) => manifest);
    const answer = await client.post<ApplyAnswer>('/api/v1/apply', { documents, dryRun });
    results.push(...answer.results);
  }
  return results;
}

function printResult(
  io: CliIo,
  result: Result,
  chunk: readonly ParsedDocument[],
  dryRun: boolean,
): boolean {
  const label = plain(`${result.kind.toLowerCase()}/${result.name}`);
  const problems = result.problems ?? [];
  if (result.action !== 'refused' && problems.length === 0) {
    print(io, `${label} ${result.action}${dryRun ? ' (dry run)' : ''}`);
    return true;
  }
  const document = chunk.find(({ kind, name }) => kind === result.kind && name === result.name);
  for (const { path, message } of problems) {
    const place = document ? `${placeOf(document, path)}: ` : '';
    complain(io, plain(`${place}${label}: ${path === '' ? '' : `${path}: `}${message}`));
  }
  if (problems.length === 0) complain(io, `${label}: refused`);
  return false;
}

/** Applies everything that the files name; exit code 1 when any object was refused. */
export async function apply(
  { io, client }: Context,
  { filename, dryRun = false }: ApplyOptions,
): Promise<ExitCode> {
  const documents = await readManifests(io, filename);
  let isFine = true;
  for (const chunk of chunksOf(documents)) {
    const answer = await client().post<ApplyAnswer>('/api/v1/apply', {
      documents: chunk.map(({ manifest }) => manifest),
      source: sourceOf(chunk),
      dryRun,
    });
    for (const result of answer.results) isFine = printResult(io, result, chunk, dryRun) && isFine;
  }
  return isFine ? EXIT.ok : EXIT.failed;
}

/** Where an object of a kind is deleted. */
const DELETE_PATHS: Readonly<Record<ParsedDocument['kind'], string>> = {
  MonitorJob: monitorKind.path,
  NotificationChannel: channelKind.path,
  Secret: secretKind.path,
  ConfigMap: '/api/v1/configmaps',
};

async function removeOne(client: Client, io: CliIo, path: string, label: string): Promise<boolean> {
  try {
    await client.remove(path);
    print(io, `${plain(label)} deleted`);
    return true;
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.notFound) throw error;
    complain(io, `${plain(label)} not found`);
    return false;
  }
}

/** Deletes what the files name; jobs before what they need. Exit code 3 when something was not there. */
export async function removeFiles(
  { io, client }: Context,
  filename: readonly string[],
): Promise<ExitCode> {
  let isComplete = true;
  for (const { kind, name } of (await readManifests(io, filename)).toReversed()) {
    const path = itemPath(DELETE_PATHS[kind], name);
    isComplete =
      (await removeOne(client(), io, path, `${kind.toLowerCase()}/${name}`)) && isComplete;
  }
  return isComplete ? EXIT.ok : EXIT.notFound;
}

const DELETABLE: Readonly<Record<string, string>> = {
  monitorjob: DELETE_PATHS.MonitorJob,
  notificationchannel: DELETE_PATHS.NotificationChannel,
  secret: DELETE_PATHS.Secret,
  configmap: DELETE_PATHS.ConfigMap,
};

/** Deletes objects by kind and name. Exit code 3 when one was not there. */
export async function removeNamed(
  { io, client }: Context,
  word: string,
  names: readonly string[],
): Promise<ExitCode> {
  const path = DELETABLE[word];
  if (path === undefined)
    throw new CliError(EXIT.usage, `a ${word} is history and cannot be deleted by hand`);
  if (names.length === 0) throw new CliError(EXIT.usage, `name the ${word} that is to be deleted`);
  let isComplete = true;
  for (const name of names)
    isComplete =
      (await removeOne(client(), io, itemPath(path, name), `${word}/${name}`)) && isComplete;
  return isComplete ? EXIT.ok : EXIT.notFound;
}
