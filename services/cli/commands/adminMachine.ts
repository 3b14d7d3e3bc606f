/** What administrators do on the machine itself, beside the database: the entry point of the api, run here. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { dataFolder, findTarget } from '../target.ts';
import { passed, type AdminFlags } from './adminFlags.ts';
import { readPostgresFile } from './backup.ts';
import type { Context } from './context.ts';

/** TypeScript in a checkout, JavaScript when it was built. */
function program({ root }: CliIo): string {
  const built = path.join(root, 'services/api/admin/main.js');
  return existsSync(built) ? built : path.join(root, 'services/api/admin/main.ts');
}

/**
 * Runs it under the role of the api; its exit code is the command's.
 * @param subject a user, behind all flags
 * @throws CliError where duckmon is not, or is older than this
 */
export async function runOnMachine(
  { io, options }: Context,
  words: readonly string[],
  { against, ...flags }: AdminFlags,
  subject?: string,
): Promise<ExitCode> {
  const { apiUrl } = readPostgresFile(dataFolder(io, options));
  if (apiUrl === undefined)
    throw new CliError(
      EXIT.failed,
      'this duckmon was started by an older version; start it again with ./scripts/down && ./scripts/up',
    );
  const env = {
    DATABASE_URL: apiUrl,
    PUBLIC_URL: findTarget(io, options).url,
    ADMIN_RUNNER: 'duckmon',
    OBJECTS: 'store',
  };
  const args = [
    ...words,
    ...passed({
      ...flags,
      ...(against === undefined ? {} : { against: path.resolve(io.cwd, against) }),
    }),
    ...(subject === undefined ? [] : ['--', subject]),
  ];
  const code = await io.runNode(program(io), args, env);
  return exitCodes.find((known) => known === code) ?? EXIT.failed;
}

const exitCodes = Object.values(EXIT);
