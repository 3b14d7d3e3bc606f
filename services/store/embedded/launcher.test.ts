import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { PostgresStartError } from './errors.ts';
import type { RunningPostgres } from './launcher.ts';
import { startPostgres } from './launcher.ts';
import { isAlive, waitForEnd } from './process.ts';

const startError = (code: string) => (error: unknown) =>
  error instanceof PostgresStartError && error.code === code;

/** Starts Postgres in a process of its own, as local mode does. */
const PARENT = `
  const { startPostgres } = await import(process.argv[1]);
  const { pid, url } = await startPostgres({ dir: process.argv[2] });
  console.log(JSON.stringify({ pid, url: url('postgres', 'postgres') }));
  setInterval(() => undefined, 60_000);`;

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded/launcher', function () {
  this.timeout(120_000);
  let dir = '';
  let running: RunningPostgres | undefined;
  const start = async (options: { port?: number } = {}): Promise<RunningPostgres> =>
    (running = await startPostgres({ dir: path.join(dir, 'postgres'), ...options }));
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-launcher-'));
    await chmod(dir, 0o755);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('makes a database, accepts its superuser by SCRAM, and is gone after stop', async () => {
    const server = await start();
    const url = server.url('postgres', 'postgres');
    assert.deepEqual(await ask(url, 'SELECT system_user AS who'), [
      { who: 'scram-sha-256:postgres' },
    ]);
    await server.stop();
    assert.equal(isAlive(server.pid), false);
  });

  it('refuses a wrong password', async () => {
    const url = (await start()).url('postgres', 'postgres').replace(/:[^:@]+@/, ':wrong@');
    await assert.rejects(ask(url, 'SELECT 1'), /password authentication failed/);
  });

  it('runs as another user when it was started by root', async () => {
    const { pid } = await start();
    const text = await readFile(`/proc/${pid}/status`, 'utf8');
    assert.doesNotMatch(text, /^Uid:\s+0\s/m);
  });

  it('leaves no password on its command line or in its environment', async () => {
    const { pid, passwords } = await start();
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const env = await readFile(`/proc/${pid}/environ`, 'utf8');
    for (const password of Object.values(passwords)) assert.ok(!(text + env).includes(password));
  });

  it('keeps the data from one start to the next, with fsync on', async () => {
    const url = (await start()).url('postgres', 'postgres');
    await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await running?.stop();
    const again = (await start()).url('postgres', 'postgres');
    assert.deepEqual(await ask(again, 'SELECT answer FROM kept'), [{ answer: 42 }]);
    assert.deepEqual(await ask(again, 'SHOW fsync'), [{ fsync: 'on' }]);
  });

  it('is told when the server dies by itself', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGQUIT');
    await server.exited;
    assert.equal(isAlive(server.pid), false);
  });

  it('refuses a second start in the same folder while the first one runs', async () => {
    await start();
    await assert.rejects(
      startPostgres({ dir: path.join(dir, 'postgres') }),
      startError('alreadyRunning'),
    );
  });

  it('says which port is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await assert.rejects(start({ port }), (error: unknown) => {
      return startError('portInUse')(error) && String(error).includes(String(port));
    });
    blocker.close();
  });

  it('can be started again after a failed start', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await assert.rejects(start({ port }), startError('portInUse'));
    blocker.close();
    await once(blocker, 'close');
    assert.equal((await start({ port })).port, port);
  });

  it('does not start when it was aborted before', async () => {
    const options = { dir: path.join(dir, 'postgres'), signal: AbortSignal.abort() };
    await assert.rejects(startPostgres(options), startError('aborted'));
  });

  it('takes over after its parent was killed, and loses nothing', async () => {
    const args = ['--input-type=module', '-e', PARENT];
    const module = path.join(import.meta.dirname, 'launcher.ts');
    const parent = spawn(process.execPath, [...args, module, path.join(dir, 'postgres')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const orphan = JSON.parse(String(line)) as { pid: number; url: string };
    await ask(orphan.url, 'CREATE TABLE orphaned AS SELECT 7 AS n');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    assert.equal(isAlive(orphan.pid), true);
    const server = await start();
    assert.equal(isAlive(orphan.pid), false);
    const url = server.url('postgres', 'postgres');
    assert.deepEqual(await ask(url, 'SELECT n FROM orphaned'), [{ n: 7 }]);
  });

  it('does not touch a stranger whose id stands in a stale postmaster.pid', async () => {
    await (await start()).stop();
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = stranger.pid ?? 0;
    const file = path.join(dir, 'postgres', 'data', 'postmaster.pid');
    await writeFile(file, `${pid}\n/elsewhere\n0\n0\n\n127.0.0.1\n`);
    await start();
    assert.equal(isAlive(pid), true);
    stranger.kill('SIGKILL');
    assert.equal(await waitForEnd(pid, 5_000), true);
  });

  it('makes the database again when the first attempt was cut off', async () => {
    const fresh = path.join(dir, 'cut');
    const first = await startPostgres({ dir: fresh, durable: false });
    await first.stop();
    await rm(path.join(fresh, 'data'), { recursive: true });
    await writeFile(path.join(fresh, 'home', 'data.partial'), 'half');
    const second = await startPostgres({ dir: fresh, durable: false });
    assert.equal((await stat(path.join(fresh, 'data', 'PG_VERSION'))).isFile(), true);
    await second.stop();
  });

  it('refuses data of a newer version and starts nothing', async () => {
    const newer = path.join(dir, 'newer');
    const first = await startPostgres({ dir: newer, durable: false });
    await first.stop();
    await writeFile(path.join(newer, 'data', 'PG_VERSION'), '99\n');
    await assert.rejects(startPostgres({ dir: newer }), startError('newerDataDirectory'));
    await assert.rejects(stat(path.join(newer, 'launcher.lock')), /ENOENT/);
  });
});
