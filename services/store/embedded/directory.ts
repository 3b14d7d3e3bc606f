/** The folder of the embedded server: layout, ownership, passwords, version of the data. */
import { randomBytes } from 'node:crypto';
import { access, chmod, chown, constants, lstat, mkdir, mkdtemp } from 'node:fs/promises';
import { readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunAs } from './access.ts';
import { isReachable } from './access.ts';
import { PostgresStartError, errnoOf } from './errors.ts';

/** The superuser, the owner of the tables, and the roles of the services. */
export const DATABASE_ROLES = [
  'postgres',
  'duckmon_owner',
  'mon_api',
  'mon_scheduler',
  'mon_backup',
] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];
export type Passwords = Readonly<Record<DatabaseRole, string>>;

export interface Layout {
  /** The folder that was asked for, with links followed. */
  readonly dir: string;
  /** PGDATA; owned by the user that postgres runs as. */
  readonly data: string;
  /** HOME and TMPDIR of postgres. */
  readonly home: string;
}

/** Where a database lies whose own place its user cannot reach, such as below root's home. */
const ELSEWHERE = '/var/lib/duckmon';

async function makeReachable(dir: string, user: RunAs, elsewhere: string): Promise<void> {
  if (await isReachable(path.dirname(dir), user)) return;
  const known = await lstat(dir).catch(() => undefined);
  if (known?.isSymbolicLink()) return;
  await mkdir(elsewhere, { recursive: true });
  const home = await mkdtemp(path.join(elsewhere, 'postgres-'));
  await symlink(home, dir);
}

async function ownFolder(folder: string, user: RunAs | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (user) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
}

/**
 * Makes the folder and the ones in it. When root's postgres user cannot reach `dir`, `dir` becomes
 * a link to a folder with a random name below /var/lib/duckmon.
 * @throws PostgresStartError `unwritable` with the system's reason.
 */
export async function prepareDirectory(
  dir: string,
  user: RunAs | undefined,
  elsewhere = ELSEWHERE,
): Promise<Layout> {
  const wanted = path.resolve(dir);
  try {
    await mkdir(path.dirname(wanted), { recursive: true });
    if (user) await makeReachable(wanted, user, elsewhere);
    await mkdir(wanted, { recursive: true });
    const real = await realpath(wanted);
    await chmod(real, user ? 0o711 : 0o700);
    await access(real, constants.W_OK);
    const home = path.join(real, 'home');
    await ownFolder(home, user);
    return { dir: real, data: path.join(real, 'data'), home };
  } catch (cause) {
    throw new PostgresStartError(
      'unwritable',
      `The folder ${wanted} cannot be written (${errnoOf(cause) ?? String(cause)}); give this user the right to, or choose another folder.`,
      { cause },
    );
  }
}

async function readOrMake(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600, flag: 'wx' });
  return password;
}

/** The password of each role, from files of mode 0600 that are made when missing. */
export async function loadPasswords(dir: string): Promise<Passwords> {
  const folder = path.join(dir, 'passwords');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const pairs: [DatabaseRole, string][] = [];
  for (const role of DATABASE_ROLES) pairs.push([role, await readOrMake(path.join(folder, role))]);
  return Object.fromEntries(pairs) as Record<DatabaseRole, string>;
}

/**
 * The major version of the data, or undefined when there is none yet.
 * @throws PostgresStartError when the data is of another major version than the programs.
 */
export async function checkVersion(data: string, programs: number): Promise<number | undefined> {
  const text = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const found = Number.parseInt(text, 10);
  if (found > programs)
    throw new PostgresStartError(
      'newerDataDirectory',
      `The data in ${data} was written by Postgres ${found}, this duckmon has ${programs}; start the newer duckmon that wrote it.`,
    );
  if (found < programs)
    throw new PostgresStartError(
      'olderDataDirectory',
      `The data in ${data} was written by Postgres ${found}, this duckmon has ${programs}; back it up with the older duckmon ("duckmon backup FILE") and restore it into a new folder.`,
    );
  return found;
}
