import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket, type TcpSocketConnectOpts } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../core/clock.ts';
import { SetupError } from '../../core/errors.ts';
import { captureLog } from '../../core/testing/log.ts';
import { freePorts } from '../../local/testing/installation.ts';
import { prepareDatabase } from '../prepare.ts';
import { readTrial, startTrial, type RunningTrial, type Trial } from './trial.ts';

describe('embedded/trial', function () {
  this.timeout(60_000);
  let folder: string;
  let trial: Trial;
  let running: RunningTrial | undefined;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-trial-'));
    await chmod(folder, 0o755);
    const passwords = path.join(folder, 'secret');
    await mkdir(passwords);
    await writeFile(path.join(passwords, 'superuser-password'), 'super\n');
    await writeFile(path.join(passwords, 'owner-password'), 'owner');
    const [port = 0] = await freePorts(1);
    trial = { dir: path.join(folder, 'postgres'), passwords, port };
  });
  after(async () => {
    running?.stop();
    await running?.exited;
    await rm(folder, { recursive: true, force: true });
  });

  const url = (user: string, password: string): string =>
    `postgresql://${user}:${password}@127.0.0.1:${trial.port}/duckmon`;
  const deps = { log: captureLog().log, clock: systemClock, patienceMs: 20_000 };
  const passwords = { api: 'one', scheduler: 'two', backup: 'three' };

  /** A connection from another address than 127.0.0.1, which the server takes without our doing. */
  function fromElsewhere(): Socket {
    const socket = new Socket();
    const connect = socket.connect.bind(socket) as (options: TcpSocketConnectOpts) => Socket;
    const from = (port: number, host: string): Socket =>
      connect({ port, host, localAddress: '127.0.0.3' });
    return Object.assign(socket, { connect: from });
  }

  async function ask(connectionString: string, sql: string): Promise<unknown> {
    const client = new Client({ connectionString, stream: fromElsewhere });
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows[0];
    } finally {
      await client.end();
    }
  }

  it('lets the owner prepare the database and the services sign in, from other addresses', async () => {
    running = await startTrial(trial, deps.log);
    const prepared = { databaseUrl: url('duckmon_owner', 'owner'), passwords };
    const applied = await prepareDatabase(prepared, deps);
    assert.ok(applied.length > 0);
    assert.deepEqual(await ask(url('mon_api', 'one'), 'SELECT current_user AS who'), {
      who: 'mon_api',
    });
  });

  it('asks everybody for a password', async () => {
    await assert.rejects(ask(url('mon_api', 'two'), 'SELECT 1'), /password authentication failed/);
  });

  it('keeps what is in it over a restart', async () => {
    running?.stop();
    assert.equal(await running?.exited, 0);
    running = await startTrial(trial, deps.log);
    const prepared = { databaseUrl: url('duckmon_owner', 'owner'), passwords };
    assert.deepEqual(await prepareDatabase(prepared, deps), []);
  });

  it('names the file that the Secret lacks', async () => {
    const lacking = { ...trial, passwords: folder, dir: path.join(folder, 'other') };
    await assert.rejects(
      startTrial(lacking, deps.log),
      (error) =>
        error instanceof SetupError && /no readable file superuser-password/.test(error.message),
    );
  });

  it('names the variables that are missing', () => {
    assert.throws(() => readTrial({}), /POSTGRES_FOLDER is required; PASSWORDS_FOLDER is required/);
  });
});
