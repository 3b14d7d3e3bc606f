/**
 * The entry point of administrators in a pod of the api, which `kubectl monitor` runs by exec, and on one
 * machine, where `duckmon admin` does; `USAGE` lists the commands. It needs no running api, only its environment.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { httpUrl, loadConfig } from '../../core/config.ts';
import { SetupError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { createLog } from '../../core/log.ts';
import { readBackupKeys } from '../../store/backups/keys.ts';
import { openPool } from '../../store/pool.ts';
import { createClear } from './clear.ts';
import { parseAsked } from './command.ts';
import { EXIT, type ExitCode } from './deps.ts';
import { endOf, runAdmin } from './run.ts';

const schema = z.object({
  DATABASE_URL: z.string(),
  PUBLIC_URL: httpUrl(),
  /** As those of the api. */
  OBJECTS: z.enum(['store', 'cluster']).default('store'),
  KUBECONFIG: z.string().optional(),
  USERS_NAMESPACE: z.string().optional(),
  /** Opens backups whose audit heads are compared. */
  BACKUP_KEY_FILE: z.string().optional(),
  /** Who runs this program. */
  ADMIN_RUNNER: z.enum(['kubectl', 'duckmon']).default('kubectl'),
});

/** Standard output is what was asked for; the log goes where people see it as well. */
const log = createLog('api-admin', 'warn', { write: (line) => void process.stderr.write(line) });

async function write(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const asked = parseAsked(argv);
  const config = loadConfig(schema, process.env);
  const { DATABASE_URL: url, BACKUP_KEY_FILE: keyFile } = config;
  const backupKeys = keyFile === undefined ? undefined : await readBackupKeys(keyFile);
  const pool = openPool(url, { applicationName: 'duckmon-api-admin', log, max: 1 });
  try {
    return await runAdmin(asked, {
      pool,
      clock: systemClock,
      newId,
      publicUrl: config.PUBLIC_URL,
      runner: config.ADMIN_RUNNER,
      clear: createClear(config, { pool, clock: systemClock }),
      backupKeys,
      write,
    });
  } finally {
    await pool.end();
  }
}

function ended(error: unknown): ExitCode {
  const end =
    error instanceof SetupError ? { code: EXIT.usage, text: error.message } : endOf(error);
  if (!end) throw error;
  process.stderr.write(`${end.text}\n`);
  return end.code;
}

process.exitCode = await main(process.argv.slice(2)).catch(ended);
