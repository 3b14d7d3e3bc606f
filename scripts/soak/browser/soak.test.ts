import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isIll, mixedPages, pageAt, usualPages } from './corpus.ts';
import { watchRemains } from './remains.ts';
import { soakBrowser } from './soak.ts';

describe('pages of the soak of browsers', () => {
  it('are as many as asked for, with each ill one among them once', () => {
    const pages = mixedPages(100, 0);
    const ill = pages.filter(isIll).map(({ name }) => name);
    assert.equal(pages.length, 100);
    assert.equal(new Set(ill).size, ill.length);
    assert.ok(ill.includes('crash') && !ill.includes('blobs'));
    assert.ok(mixedPages(100, 1).some(({ name }) => name === 'blobs'));
  });

  it('are known again by their address', () => {
    for (const page of [...mixedPages(100, 0), ...mixedPages(100, 1), ...usualPages(20)])
      assert.deepEqual(pageAt(`http://site.test/${page.name}`), page);
  });
});

describe('what a browser leaves behind', () => {
  /** A process with one below it; `pids` are both. */
  const family = async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { detached: true });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    return { parent, pids: [parent.pid ?? 0, Number(line.toString())] as const };
  };
  const end = async ({ parent, pids }: Awaited<ReturnType<typeof family>>): Promise<void> => {
    const gone = once(parent, 'close');
    process.kill(-pids[0], 'SIGKILL');
    await gone;
  };

  it('is nothing while all of it is in use', async () => {
    const living = await family();
    const remains = watchRemains(living.pids[0], 0);
    assert.equal((await remains.settle(7)).processes, 2);
    remains.stop();
    await end(living);
  });

  it('is a folder of a browser that has ended', async () => {
    const living = await family();
    await end(living);
    const folder = mkdtempSync(path.join(tmpdir(), `duckmon-chromium-${living.pids[0]}-`));
    mkdirSync(path.join(folder, 'tmp'));
    writeFileSync(path.join(folder, 'tmp', 'file'), 'x');
    const remains = watchRemains(living.pids[0], 0);
    await assert.rejects(remains.settle(1), new RegExp(path.join(path.basename(folder), 'file')));
    remains.stop();
    rmSync(folder, { recursive: true });
  });

  it('is a process that outlives the one that began it', async () => {
    const living = await family();
    const remains = watchRemains(living.pids[0], 0);
    await remains.settle(1);
    const gone = once(living.parent, 'exit');
    process.kill(living.pids[0], 'SIGKILL');
    await gone;
    await assert.rejects(
      remains.expectNothing(),
      new RegExp(`process ${living.pids[1]}, an orphan`),
    );
    remains.stop();
    process.kill(living.pids[1], 'SIGKILL');
  });
});

describe('the short form of the soak of browsers', function () {
  this.timeout(180_000);

  it('C35 ill pages leave no process and no file, and each comes to what it is', async () => {
    const lines: string[] = [];
    await soakBrowser({ count: 40 }, (line) => lines.push(line));
    const said = lines.join('\n');
    assert.match(said, /40 checks: .* MB/);
    assert.match(said, /p99 of usual pages beside ill ones/);
    assert.match(said, /nothing is left of it/);
  });
});
