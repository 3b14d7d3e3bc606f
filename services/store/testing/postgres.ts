/** Real databases for tests: one embedded server a test process, one fresh database a call. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { Client } from 'pg';
import type { DatabaseRole } from '../embedded/directory.ts';
import type { RunningPostgres } from '../embedded/launcher.ts';
import { startPostgres } from '../embedded/launcher.ts';
import { silentLog } from '../log.ts';
import { migrate } from '../migrate.ts';
import { openPool, toldByQuery } from '../pool.ts';
import { ensureDatabase, ensureRoles } from '../roles.ts';

export interface TestDatabase {
  readonly name: string;
  /** The server it is on, for tests that stop or ask it. */
  readonly server: RunningPostgres;
  url(role: DatabaseRole): string;
  /** The pool of a role; made on first use, ended by `close`. */
  pool(role: DatabaseRole): Pool;
  /** Makes the partitions of these days ('YYYY-MM-DD', UTC), so that history can be written. */
  ensureDays(...days: readonly string[]): Promise<void>;
  /** Ends the pools and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** False gives a database without our schema. */
  readonly migrated?: boolean | undefined;
  /** Days whose partitions are there from the start: copied, which is faster than `ensureDays`. */
  readonly days?: readonly string[] | undefined;
}

interface TestServer {
  /** Databases to copy, by the days whose partitions they have. */
  readonly templates: Map<string, Promise<string>>;
  readonly postgres: RunningPostgres;
  readonly admin: Client;
  stop(): Promise<void>;
}

const TEMPLATE = 'duckmon_template';

/**
 * Ends the server and removes its folder when this process is gone, however it went: the helper
 * reads a pipe that only this process holds open.
 */
function watch(pid: number, dir: string): () => void {
  const script =
    'read -r _; kill -INT "$1" 2>/dev/null; sleep 1; kill -QUIT "$1" 2>/dev/null; rm -rf "$2"';
  const helper = spawn('sh', ['-c', script, 'sh', String(pid), dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  helper.unref();
  return () => helper.kill('SIGKILL');
}

async function startServer(): Promise<TestServer> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-test-'));
  await chmod(dir, 0o755);
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), durable: false });
  const unwatch = watch(postgres.pid, dir);
  const admin = new Client(postgres.url('postgres', 'postgres'));
  admin.on('error', toldByQuery);
  await admin.connect();
  const { passwords } = postgres;
  await ensureDatabase(postgres.url('postgres', 'postgres'), {
    password: passwords.duckmon_owner,
    database: TEMPLATE,
  });
  await migrate(postgres.url('duckmon_owner', TEMPLATE));
  await ensureRoles(postgres.url('duckmon_owner', TEMPLATE), {
    api: passwords.mon_api,
    scheduler: passwords.mon_scheduler,
    backup: passwords.mon_backup,
  });
  return {
    templates: new Map(),
    postgres,
    admin,
    stop: async () => {
      await admin.end();
      await postgres.stop();
      unwatch();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

let server: Promise<TestServer> | undefined;

const sharedServer = (): Promise<TestServer> => (server ??= startServer());

/** Stops the server of this process; the next `testDatabase` starts another. */
export async function stopTestServer(): Promise<void> {
  const running = server;
  server = undefined;
  await (await running)?.stop();
}

/** Made once for each set of days. */
function templateWith(
  days: readonly string[],
  { templates, admin, postgres }: TestServer,
): Promise<string> {
  if (days.length === 0) return Promise.resolve(TEMPLATE);
  const key = days.join();
  const known = templates.get(key);
  if (known) return known;
  const make = async (): Promise<string> => {
    const name = `${TEMPLATE}_${templates.size}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER duckmon_owner`);
    const owner = new Client(postgres.url('duckmon_owner', name));
    owner.on('error', toldByQuery);
    await owner.connect();
    for (const day of days) await owner.query('SELECT ensure_partitions($1::date)', [day]);
    // a template with a connection cannot be copied
    await owner.end();
    return name;
  };
  const made = make();
  templates.set(key, made);
  return made;
}

/**
 * A fresh database on this process's own server (started on first use), with our schema and roles.
 * Takes about 0.1 s; close it when done.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const running = await sharedServer();
  const { postgres, admin } = running;
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template =
    options.migrated === false ? 'template1' : await templateWith(options.days ?? [], running);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER duckmon_owner`);
  const pools = new Map<DatabaseRole, Pool>();
  const url = (role: DatabaseRole): string => postgres.url(role, name);
  const pool = (role: DatabaseRole): Pool => {
    const known = pools.get(role);
    if (known) return known;
    const made = openPool(url(role), { applicationName: 'test', log: silentLog, max: 8 });
    pools.set(role, made);
    return made;
  };
  return {
    name,
    server: postgres,
    url,
    pool,
    ensureDays: async (...days) => {
      for (const day of days)
        await pool('duckmon_owner').query('SELECT ensure_partitions($1::date)', [day]);
    },
    close: async () => {
      await Promise.all([...pools.values()].map((made) => made.end()));
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

// Mocha's own hooks are there only under mocha; the first start takes longer than one test may.
if (typeof globalThis.before === 'function') {
  before('start Postgres', async function () {
    this.timeout(180_000);
    await sharedServer();
  });
  after('stop Postgres', async function () {
    this.timeout(60_000);
    await stopTestServer();
  });
}
