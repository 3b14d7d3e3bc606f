/** `generate-keys --data-key` and `admin rotate --data-key`: the next step of turning the key of stored secrets. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { dataFolder, findTarget, isLoopback } from '../target.ts';
import { databaseUrl, storeProgram } from './backup.ts';
import type { Context } from './context.ts';

/**
 * Runs the store's own program on the data folder's key and the database.
 * @throws CliError where there is no local duckmon
 */
export async function turnDataKey(context: Context): Promise<ExitCode> {
  const { io, options } = context;
  const file = path.join(dataFolder(io, options), 'keys', 'data-key.json');
  if (!existsSync(file))
    throw new CliError(
      EXIT.failed,
      `There is no data key in ${file}; start duckmon with ./scripts/up, or name its folder with --data`,
    );
  const env = { DATA_KEY_FILE: file, DATABASE_URL: databaseUrl(context, 'dump') };
  const code = await io.runNode(storeProgram(io, 'dataKeysProgram'), [], env);
  return code === 0 ? EXIT.ok : EXIT.failed;
}

/**
 * The same from `admin rotate`, whose other keys may be those of a cluster.
 * @throws CliError where the key is none of this machine's
 */
export async function rotateDataKey(context: Context): Promise<ExitCode> {
  const { url } = findTarget(context.io, context.options);
  if (!isLoopback(new URL(url)))
    throw new CliError(
      EXIT.usage,
      `--data-key: ${url} is not on this machine; in a cluster turn the key by kubectl monitor rotate --data-key`,
    );
  return turnDataKey(context);
}
