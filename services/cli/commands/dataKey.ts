/** `generate-keys --data-key`: the next step of turning the key of stored secrets. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { dataFolder } from '../target.ts';
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
