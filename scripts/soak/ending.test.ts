import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MAIN = path.resolve(import.meta.dirname, 'main.ts');
const PATIENCE_MS = 30_000;

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that has ended and waits for its parent is gone all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Looks again and again until there is something. */
async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    assert.ok(performance.now() < deadline, `never: ${what}`);
    await delay(50);
  }
}

describe('a soak or a bench that is ended', function () {
  this.timeout(90_000);
  let folder: string;
  let soak: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-ending-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    soak?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const pidIn = (pattern: string): number | undefined => {
    const [file] = globSync(path.join(folder, pattern));
    const pid = file === undefined ? NaN : Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  };

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`by ${signal} takes its installation and its folder with it`, async () => {
      soak = spawn(process.execPath, [MAIN, 'kills', '--minutes', '5'], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: folder },
      });
      const pids = [
        await until('an installation', () => pidIn('duckmon-local-*/pid')),
        await until('its database', () => pidIn('duckmon-local-*/postgres/*/postmaster.pid')),
      ];
      assert.deepEqual(pids.map(isThere), [true, true]);
      soak.kill(signal);
      await until('the end of both', () => (pids.some(isThere) ? undefined : true));
      await until('an empty folder', () => (readdirSync(folder).length === 0 ? true : undefined));
    });
});
