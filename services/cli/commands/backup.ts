/** `backup` and `restore`: run the store's own program on the database. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { dataFolder, readSmallFile } from '../target.ts';
import type { Context } from './context.ts';

/** What a local duckmon leaves in its data folder. */
const postgresFile = z.object({
  /** Owner of the database. */
  url: z.string().min(1),
  /** A role that reads everything and writes nothing. */
  backupUrl: z.string().min(1).optional(),
  /** The role of the api. */
  apiUrl: z.string().min(1).optional(),
});

/** @throws CliError when there is no duckmon, or no whole file of it */
export function readPostgresFile(data: string): z.infer<typeof postgresFile> {
  const text = readSmallFile(path.join(data, 'postgres.json'));
  if (text === undefined)
    throw new CliError(
      EXIT.failed,
      `Database connection failed: there is no duckmon in ${data}; start it with ./scripts/up, name its folder with --data, or set DATABASE_URL`,
    );
  try {
    return postgresFile.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(
      EXIT.failed,
      `${path.join(data, 'postgres.json')} is damaged; start duckmon again with ./scripts/up`,
      { cause: error },
    );
  }
}

/** The database, as somebody who reads it or as its owner. @throws CliError when there is none */
export function databaseUrl({ io, options }: Context, verb: 'dump' | 'restore'): string {
  const given = io.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  const { url, backupUrl } = readPostgresFile(dataFolder(io, options));
  return verb === 'dump' ? (backupUrl ?? url) : url;
}

/** A program of the store: TypeScript in a checkout, JavaScript when it was built. */
export function storeProgram(io: CliIo, name: 'backup' | 'dataKeysProgram'): string {
  const built = path.join(io.root, `services/store/${name}.js`);
  return existsSync(built) ? built : path.join(io.root, `services/store/${name}.ts`);
}

const run = async (
  context: Context,
  verb: 'dump' | 'restore',
  args: readonly string[],
): Promise<ExitCode> => {
  const { io } = context;
  const env = { DATABASE_URL: databaseUrl(context, verb) };
  const code = await io.runNode(storeProgram(io, 'backup'), [verb, ...args], env);
  return code === 0 ? EXIT.ok : EXIT.failed;
};

/**
 * Writes all data of the database to a file.
 * @throws CliError when the file is there already and `force` is not set.
 */
export async function backup(context: Context, file: string, force: boolean): Promise<ExitCode> {
  const target = path.resolve(context.io.cwd, file);
  if (existsSync(target) && !force)
    throw new CliError(
      EXIT.failed,
      `${file} is there already; choose another name, or overwrite it with --force`,
    );
  return run(context, 'dump', [target]);
}

/** Fills the database from a file; `force` also when there is something in it. */
export async function restore(context: Context, file: string, force: boolean): Promise<ExitCode> {
  const source = path.resolve(context.io.cwd, file);
  if (!existsSync(source)) throw new CliError(EXIT.failed, `${file} does not exist`);
  return run(context, 'restore', [source, ...(force ? ['--force'] : [])]);
}
