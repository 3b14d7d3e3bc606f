import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isReachable } from './access.ts';
import { cacheFolder, copyPackage, findBinaries } from './binaries.ts';

const run = promisify(execFile);

describe('embedded/binaries', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-binaries-'));
    await chmod(dir, 0o755);
  });
  after(() => rm(dir, { recursive: true }));

  it('finds programs that run here', async () => {
    const { postgres, major } = await findBinaries(undefined);
    const { stdout } = await run(postgres, ['--version']);
    assert.match(stdout, new RegExp(`PostgreSQL\\) ${major}\\.`));
  });

  it('makes the first cache folder that is ours and open to its reader', async () => {
    const wanted = path.join(dir, 'cache');
    assert.equal(await cacheFolder({ uid: 65_534, gid: 65_534 }, [wanted]), wanted);
    assert.equal((await stat(wanted)).mode & 0o777, 0o755);
  });

  it('passes over a cache folder that somebody else could have filled', async () => {
    const planted = path.join(dir, 'planted');
    const good = path.join(dir, 'good');
    await mkdir(planted);
    await chmod(planted, 0o777);
    assert.equal(await cacheFolder(undefined, [planted, good]), good);
  });

  it('takes a random name when no cache folder is to be trusted', async () => {
    const planted = path.join(dir, 'planted-too');
    await mkdir(planted);
    await chmod(planted, 0o777);
    const fallback = await cacheFolder(undefined, [planted]);
    assert.match(fallback, /duckmon-cache-\w{6}$/);
    await rm(fallback, { recursive: true });
  });

  it('passes over a place that is no folder', async () => {
    const good = path.join(dir, 'good-too');
    assert.equal(await cacheFolder(undefined, ['/dev/null/cache', good]), good);
  });

  it('copies the programs with their links, readable for everybody, once', async function () {
    this.timeout(60_000);
    const cache = path.join(dir, 'copies');
    await mkdir(cache);
    const { postgres } = await findBinaries(undefined);
    const source = { folder: path.resolve(path.dirname(postgres), '../..'), version: '18.9.9' };
    const [first, second] = await Promise.all([
      copyPackage(source, cache),
      copyPackage(source, cache),
    ]);
    assert.equal(first, second);
    assert.deepEqual(await readdir(cache), [path.basename(first)]);
    const copy = path.join(first, 'native', 'bin', 'postgres');
    assert.equal(await isReachable(copy, { uid: 65_534, gid: 65_534 }), true);
    assert.equal(
      await realpath(path.join(first, 'native/lib/libpq.so.5')).then((at) => path.dirname(at)),
      path.join(first, 'native/lib'),
    );
    assert.match((await run(copy, ['--version'])).stdout, /PostgreSQL/);
  });
});
