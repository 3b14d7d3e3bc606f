import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { isRunning, recordOf, startProcess, stopProcess, type ProcessRecord } from './processes.ts';

/** A program that says when it is there, and that may not listen to SIGTERM. */
const program = (deaf: boolean): string[] => [
  '-e',
  `${deaf ? "process.on('SIGTERM', () => {});" : ''} setInterval(() => {}, 1000); console.log('here');`,
];

describe('cluster: processes', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-processes-'));
  });
  afterEach(() => {
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true });
  });

  async function start(deaf: boolean): Promise<{ child: ChildProcess; record: ProcessRecord }> {
    const child = spawn(process.execPath, program(deaf));
    children.push(child);
    await once(child.stdout, 'data');
    return { child, record: await recordOf(child.pid ?? 0) };
  }

  it('ends a process that listens by asking it', async () => {
    const { child, record } = await start(false);
    const ended = once(child, 'exit');
    await stopProcess(record, 10_000, systemClock);
    assert.deepEqual(await ended, [null, 'SIGTERM']);
    assert.equal(await isRunning(record), false);
  });

  it('ends a process that does not listen when its patience is over', async () => {
    const { child, record } = await start(true);
    const ended = once(child, 'exit');
    await stopProcess(record, 50, systemClock);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
  });

  it('leaves a process alone that only has the same id', async () => {
    const { record } = await start(false);
    const another = { ...record, mark: `${record.mark}1` };
    await stopProcess(another, 50, systemClock);
    assert.equal(await isRunning(another), false);
    assert.equal(await isRunning(record), true);
  });

  it('is done at once with a process that has ended', async () => {
    const { child, record } = await start(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await stopProcess(record, 10_000, systemClock);
    assert.equal(await isRunning(record), false);
  });

  if (process.platform === 'linux')
    it('counts a process that ended and was not collected as gone', async () => {
      const shell = spawn('sh', [
        '-c',
        `sh -c 'echo $$' & exec ${process.execPath} -e 'setInterval(() => {}, 1000)'`,
      ]);
      children.push(shell);
      const [text] = (await once(shell.stdout, 'data')) as [Buffer];
      const pid = Number(text.toString());
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
        await new Promise((resolve) => setImmediate(resolve));
      assert.equal(await isRunning(await recordOf(pid)), false);
    });

  it('starts a program in a session of its own and keeps what it says', async () => {
    const log = path.join(folder, 'log');
    const record = await startProcess(process.execPath, ['-e', 'console.log(process.pid)'], log);
    while (await isRunning(record)) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(readFileSync(log, 'utf8').trim(), String(record.pid));
  });

  it('fails when there is no such program', async () => {
    await assert.rejects(
      startProcess(path.join(folder, 'gone'), [], path.join(folder, 'log')),
      /ENOENT/,
    );
  });
});
