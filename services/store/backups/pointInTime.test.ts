import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { findPostgres, type PostgresPrograms } from '../../../scripts/testing/postgres/program.ts';
import { freePorts } from '../../local/testing/installation.ts';
import { runBackup } from '../backup.ts';
import { dump } from '../dump.ts';
import { runAs } from '../embedded/access.ts';
import { silentLog } from '../log.ts';
import { migrate } from '../migrate.ts';
import { claimDeliveries } from '../outbox.ts';
import { openPool, withClient } from '../pool.ts';
import { restore } from '../restore.ts';
import { ensureDatabase, ensureRoles } from '../roles.ts';
import { later, NOON, seedMonitor } from '../testing/monitors.ts';
import { seedAlert, seedCheck, seedDelivery } from '../testing/rows.ts';
import { withWorkspace, type Tx } from '../workspace.ts';

const execute = promisify(execFile);
const USER = runAs(undefined);
const PASSWORD = 'test';
/** Of history: more partitions than the server has locks for. */
const DAYS = 60;

const SMALL = {
  max_locks_per_transaction: '20',
  max_connections: '15',
  max_wal_senders: '2',
  max_worker_processes: '1',
  fsync: 'off',
};

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

describe('F23 a Postgres of one’s own, version 15', function () {
  this.timeout(120_000);
  let home = '';
  let programs: PostgresPrograms;
  const servers = new Set<Server>();
  const at = (...names: string[]): string => path.join(home, ...names);
  const url = ({ port }: Server, role: string, database = 'duckmon'): string =>
    `postgresql://${role}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const environment = (): Record<string, string | undefined> => ({
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    ...(programs.libraries === undefined ? {} : { LD_LIBRARY_PATH: programs.libraries }),
  });
  const run = (program: string, args: readonly string[]): Promise<unknown> =>
    execute(path.join(programs.folder, program), args, {
      cwd: home,
      env: { ...environment(), HOME: home, PGPASSWORD: PASSWORD },
      ...USER,
    });

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'duckmon-pitr-'));
    programs = await findPostgres(at('programs'));
    await mkdir(at('wal'));
    await writeFile(at('password'), PASSWORD);
    await chmod(home, 0o755);
    if (USER) for (const name of ['', 'wal', 'password']) await chown(at(name), USER.uid, USER.gid);
  });
  after(async () => {
    for (const server of servers) await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function start(
    folder: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<Server> {
    const [port = 0] = await freePorts(1);
    const all = { ...SMALL, ...settings, port: String(port), unix_socket_directories: '' };
    const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(path.join(programs.folder, 'postgres'), ['-D', at(folder), ...args], {
      cwd: home,
      env: { ...environment(), TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...USER,
    });
    await ready(child);
    const server: Server = {
      port,
      stop: async () => {
        servers.delete(server);
        if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit');
      },
    };
    servers.add(server);
    return server;
  }

  /** Makes a server with our database, which archives its log. */
  async function create(): Promise<Server> {
    await run('initdb', [
      '-D',
      at('first'),
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      at('password'),
      '-E',
      'UTF8',
      '--locale',
      'C',
    ]);
    await appendFile(
      at('first', 'pg_hba.conf'),
      'host replication all 127.0.0.1/32 scram-sha-256\n',
    );
    const server = await start('first', {
      wal_level: 'replica',
      archive_mode: 'on',
      archive_command: `test ! -f ${at('wal')}/%f && cp %p ${at('wal')}/%f`,
    });
    await ensureDatabase(url(server, 'postgres', 'postgres'), {
      password: PASSWORD,
      database: 'duckmon',
    });
    await migrate(url(server, 'duckmon_owner'));
    await ensureRoles(url(server, 'duckmon_owner'), {
      api: PASSWORD,
      scheduler: PASSWORD,
      backup: PASSWORD,
    });
    await ask(
      url(server, 'mon_api'),
      "INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ('team', 'Team', 'team', now())",
    );
    return server;
  }

  /** One query as somebody, on a connection of its own. */
  const ask = <R extends object>(address: string, text: string, values: unknown[] = []) =>
    withClient(address, 'test', async (client) => (await client.query<R>(text, values)).rows);

  /** A hash over every row of every table. */
  const ledgerOf = async (server: Server): Promise<string> => {
    const hash = createHash('sha256');
    const tables = await ask<{ name: string }>(
      url(server, 'postgres'),
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
         AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    for (const { name } of tables)
      hash.update(
        JSON.stringify(
          await ask(url(server, 'postgres'), `SELECT t::text AS row FROM ${name} t ORDER BY 1`),
        ),
      );
    return hash.digest('hex');
  };

  /** Works in the workspace `team` as the scheduler. */
  const work = async <T>(server: Server, does: (tx: Tx, pool: Pool) => Promise<T>): Promise<T> => {
    const pool = openPool(url(server, 'mon_scheduler'), {
      applicationName: 'test',
      log: silentLog,
    });
    try {
      return await withWorkspace(pool, 'team', (tx) => does(tx, pool));
    } finally {
      await pool.end();
    }
  };
  const claimed = (server: Server): Promise<readonly unknown[]> =>
    work(server, (_tx, pool) =>
      claimDeliveries(pool, { now: later(NOON, 1000), leaseMs: 1000, limit: 10, owner: 'test' }),
    );

  it('F23 comes back to the moment before a table was dropped, row by row, and sends nothing again', async () => {
    const first = await create();
    await work(first, (tx) => seedMonitor(tx, { name: 'before' }));
    await run('pg_basebackup', [
      '--checkpoint=fast',
      '--wal-method=fetch',
      `--pgdata=${at('base')}`,
      `--dbname=${url(first, 'postgres', 'postgres')}`,
    ]);
    await work(first, async (tx) => {
      await seedMonitor(tx, { name: 'after' });
      const alert = await seedAlert(tx);
      await seedDelivery(tx, { alert_id: alert, state: 'pending', next_attempt_at: NOON });
    });
    const ledger = await ledgerOf(first);
    const [point] = await ask<{ at: string }>(
      url(first, 'postgres'),
      'SELECT clock_timestamp()::text AS at',
    );
    // Sent after the point, so that what comes back knows nothing of it.
    await work(first, (tx) => tx.query("UPDATE deliveries SET state = 'delivered'"));
    await ask(url(first, 'duckmon_owner'), 'DROP TABLE deliveries CASCADE');
    // A server that is stopped archives the rest of its log.
    await first.stop();
    await rm(at('first'), { recursive: true });

    const begun = performance.now();
    await writeFile(at('base', 'recovery.signal'), '');
    const second = await start('base', {
      hot_standby: 'off',
      restore_command: `cp ${at('wal')}/%f %p`,
      recovery_target_time: point?.at ?? '',
      recovery_target_action: 'promote',
    });
    const seconds = (performance.now() - begun) / 1000;
    if (process.env['DUCKMON_FIGURES'])
      console.log(`      back at the point in time: ${seconds.toFixed(1)} s`);
    assert.equal(await ledgerOf(second), ledger);
    const owner = { DATABASE_URL: url(second, 'duckmon_owner') };
    assert.match(await runBackup(['hold'], owner, NOON), /^1 alerts that were on their way wait/);
    assert.deepEqual(await claimed(second), []);
    await second.stop();
  });

  it('F24 backs up and restores a long history with the locks of a small server', async () => {
    const server = await start('base', {});
    const owner = url(server, 'duckmon_owner');
    for (let day = 0; day < DAYS; day += 1) {
      const [made] = await ask<{ at: string }>(
        owner,
        "SELECT ensure_partitions(d), d || ' 10:00:00Z' AS at FROM (SELECT '2026-01-01'::date + $1::int AS d) AS days",
        [day],
      );
      await work(server, (tx) => seedCheck(tx, { monitor: 'before', at: made?.at }));
    }
    const all = 'SELECT count(*) FROM checks';
    await assert.rejects(ask(owner, all), /53200/, 'one statement takes more locks than there are');
    const file = at('long.backup');
    const counts = await dump(url(server, 'mon_backup'), file, NOON);
    assert.equal(counts['checks'], DAYS);
    const restored = await restore(owner, file, { force: true });
    assert.deepEqual(restored.counts, counts);
    assert.equal((await dump(url(server, 'mon_backup'), file, NOON))['checks'], DAYS);
  });
});

/** Resolves when it takes connections. */
function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const lines: string[] = [];
  const output = child.stderr ?? Readable.from([]);
  createInterface({ input: output })
    .on('line', (line) => {
      lines.push(line);
      if (/database system is ready to accept connections/.test(line)) resolve();
    })
    .on('close', () => reject(new Error(`Postgres did not start: ${lines.join(' | ')}`)));
  return promise;
}
