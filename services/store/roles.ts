/** The database's roles: who owns the tables, and how the services sign in. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { withClient } from './pool.ts';

export interface RolePasswords {
  readonly api: string;
  readonly scheduler: string;
  readonly backup: string;
}

const ITERATIONS = 4096;

/**
 * The SCRAM-SHA-256 verifier of a password (RFC 5803), as Postgres stores it: so the password itself
 * is in no statement and no log.
 */
export function scramVerifier(password: string, salt: Uint8Array = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const key = (word: string): Buffer => createHmac('sha256', salted).update(word).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  const server = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`;
}

async function exists(client: Client, catalogue: string, value: string): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT 1 FROM ${catalogue} = $1`, [value]);
  return rowCount === 1;
}

async function ensureLogin(client: Client, role: string, password: string): Promise<void> {
  const name = client.escapeIdentifier(role);
  if (!(await exists(client, 'pg_roles WHERE rolname', role)))
    await client.query(`CREATE ROLE ${name}`);
  const verifier = client.escapeLiteral(scramVerifier(password));
  await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${verifier}`);
}

/**
 * Gives the services' roles their sign-in. Idempotent; runs as the owner, who may create roles, or
 * as a superuser.
 */
export const ensureRoles = (ownerUrl: string, passwords: RolePasswords): Promise<void> =>
  withClient(ownerUrl, 'duckmon-roles', async (client) => {
    await ensureLogin(client, 'mon_api', passwords.api);
    await ensureLogin(client, 'mon_scheduler', passwords.scheduler);
    await ensureLogin(client, 'mon_backup', passwords.backup);
  });

/**
 * Makes the owner of the tables (no superuser, so that row-level security binds it too) and its
 * database. Idempotent; `adminUrl` is a superuser's on any database.
 */
export const ensureDatabase = (
  adminUrl: string,
  owner: { readonly password: string; readonly database: string },
): Promise<void> =>
  withClient(adminUrl, 'duckmon-roles', async (client) => {
    await ensureLogin(client, 'duckmon_owner', owner.password);
    await client.query('ALTER ROLE duckmon_owner NOSUPERUSER NOBYPASSRLS CREATEROLE');
    if (await exists(client, 'pg_database WHERE datname', owner.database)) return;
    const database = client.escapeIdentifier(owner.database);
    await client.query(`CREATE DATABASE ${database} OWNER duckmon_owner`);
  });
