/** `get`, `checks`, `findings`, `export`: what there is and what happened. */
import { stringify } from 'yaml';
import { portable } from '../../core/manifest/portable.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { complain, type CliIo, print } from '../io.ts';
import {
  channelKind,
  checkKind,
  findingKind,
  type Kind,
  kindAndNames,
  monitorKind,
  secretKind,
} from '../kinds.ts';
import type { Check, Finding, Page, StoredSecret } from '../model.ts';
import { type Format, printList, printOne } from '../output.ts';
import { age, plain, wrap } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

export interface ListOptions {
  readonly output: Format;
  readonly limit?: number | undefined;
  readonly monitor?: string | undefined;
}

async function listKind(
  { client }: Context,
  kind: Kind,
  { limit, monitor }: ListOptions,
): Promise<unknown[]> {
  if (kind.path === secretKind.path) {
    const { items } = await client().get<Page<StoredSecret>>(kind.path);
    return items.filter((it) => it.kind.toLowerCase() === kind.word);
  }
  if (kind.word === checkKind.word && monitor === undefined)
    throw new CliError(EXIT.usage, 'checks are listed by monitor: duckmon checks NAME');
  return client().list<unknown>(kind.path, { monitor }, limit ?? kind.limit);
}

/** Shows all objects of a kind, or those that are named. */
export async function get(
  context: Context,
  words: readonly string[],
  options: ListOptions,
): Promise<ExitCode> {
  const { kind, names } = kindAndNames(words);
  const { io } = context;
  const nothing = `no ${kind.plural} found`;
  if (names.length === 0) {
    printList(io, await listKind(context, kind, options), options.output, kind.view, nothing);
    return EXIT.ok;
  }
  const found = await findNamed(context, kind, names, options);
  const [only] = found;
  if (names.length === 1) printOne(io, only, options.output, kind.view);
  else printList(io, found, options.output, kind.view, nothing);
  return EXIT.ok;
}

async function findNamed(
  context: Context,
  kind: Kind,
  names: readonly string[],
  options: ListOptions,
): Promise<unknown[]> {
  if (kind.hasItems) {
    const found: unknown[] = [];
    for (const name of names) found.push(await context.client().get(itemPath(kind.path, name)));
    return found;
  }
  const all = await listKind(context, kind, { ...options, limit: 500 });
  return names.map((name) => {
    const item = all.find((it) => kind.view.name(it) === `${kind.word}/${name}`);
    if (item === undefined)
      throw new CliError(EXIT.notFound, `${kind.word} ${JSON.stringify(name)} not found`);
    return item;
  });
}

/** The last checks of a monitor, newest first. */
export async function checks(
  { io, client }: Context,
  monitor: string,
  { output, limit }: ListOptions,
): Promise<ExitCode> {
  const items = await client().list<Check>(checkKind.path, { monitor }, limit ?? checkKind.limit);
  if (items.length === 0) await client().get(itemPath(monitorKind.path, monitor));
  printList(io, items, output, checkKind.view, `${monitor} was not checked yet`);
  return EXIT.ok;
}

/** What proves a finding, in one line: the quote of its first claim, or why it was not judged. */
export function proofOf({ claims, verdict, why }: Finding): string {
  const [claim] = claims;
  if (claim) {
    const change = claim.before !== null && claim.after !== null;
    const values = change ? ` (${claim.before} → ${claim.after})` : '';
    return `“${claim.quote}”${values}`;
  }
  return verdict === 'undetermined' || verdict === null
    ? `not judged${why === null ? '' : `: ${why}`}`
    : (why ?? verdict);
}

function printFinding(io: CliIo, finding: Finding): void {
  const { id, monitor, state, severity, title, lastSeenAt, seenCount } = finding;
  const seen = seenCount > 1 ? `, seen ${seenCount} times` : '';
  const when = age(lastSeenAt, io.now());
  print(io, plain(`${id}  ${monitor}  ${state}  ${severity}  ${when} ago${seen}`));
  for (const line of wrap(title, '  ', io.columns)) print(io, line);
  for (const line of wrap(proofOf(finding), '  ', io.columns)) print(io, line);
}

/** Findings, last seen first, each with its proof. */
export async function findings(
  { io, client }: Context,
  monitor: string | undefined,
  { output, limit, state }: ListOptions & { readonly state?: string | undefined },
): Promise<ExitCode> {
  const query = { monitor, state };
  const items = await client().list<Finding>(findingKind.path, query, limit ?? findingKind.limit);
  if (output !== 'table') printList(io, items, output, findingKind.view, '');
  else if (items.length === 0) complain(io, 'no findings');
  else items.forEach((finding) => printFinding(io, finding));
  return EXIT.ok;
}

/** Every object as YAML that `apply` takes again. Values of Secrets cannot be read and are named only. */
export async function exportAll({ io, client }: Context): Promise<ExitCode> {
  const secrets = (await client().get<Page<StoredSecret>>(secretKind.path)).items;
  const channels = await client().list<Record<string, unknown>>(channelKind.path, {}, 100_000);
  const monitors = await client().list<Record<string, unknown>>(monitorKind.path, {}, 100_000);
  const documents = [...channels, ...monitors].map((object) =>
    stringify(portable(object), { lineWidth: 0 }),
  );
  for (const { kind, name, keys } of secrets)
    io.out(
      `# ${kind} ${plain(name)} (${plain(keys.join(', '))}) is not exported: values are never read back.\n`,
    );
  io.out(documents.join('---\n'));
  return EXIT.ok;
}
