import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { withLock } from './lock.ts';
import { recordOf } from './processes.ts';

describe('cluster: one process at a time', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-lock-'));
    file = path.join(folder, 'locks', 'one');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const noWait = (): void => assert.fail('it waited');

  it('gives back what the work returns and leaves nothing', async () => {
    assert.equal(await withLock(file, systemClock, noWait, async () => 7), 7);
    assert.deepEqual(readdirSync(path.dirname(file)), []);
  });

  it('lets go when the work fails', async () => {
    const fails = withLock(file, systemClock, noWait, () => Promise.reject(new Error('broken')));
    await assert.rejects(fails, /broken/);
    assert.equal(await withLock(file, systemClock, noWait, async () => 8), 8);
  });

  it('waits for the process that holds it, names it once, and goes on when it has died', async () => {
    const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)']);
    await once(child.stdout, 'data');
    await withLock(file, systemClock, noWait, async () => undefined);
    writeFileSync(file, JSON.stringify(await recordOf(child.pid ?? 0)));
    const waitedFor: number[] = [];
    let polls = 0;
    const clock = {
      ...systemClock,
      sleep: async () => {
        polls += 1;
        if (polls < 3) return;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      },
    };
    await withLock(
      file,
      clock,
      (pid) => waitedFor.push(pid),
      async () => undefined,
    );
    assert.deepEqual([waitedFor, polls], [[child.pid], 3]);
  });

  it('takes over what a dead process left, also half written', async () => {
    await withLock(file, systemClock, noWait, async () => undefined);
    for (const left of ['', '{"pid":', JSON.stringify({ pid: process.pid, mark: 'earlier' })]) {
      writeFileSync(file, left);
      assert.equal(await withLock(file, systemClock, noWait, async () => left), left);
    }
  });
});
