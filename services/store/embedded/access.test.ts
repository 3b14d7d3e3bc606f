import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isReachable, isTrusted, runAs } from './access.ts';

describe('embedded/access', () => {
  let dir = '';
  const nobody = { uid: 65_534, gid: 65_534 };
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-access-'));
    await chmod(dir, 0o755);
  });
  after(() => rm(dir, { recursive: true }));

  it('keeps the user of an ordinary process', () => {
    assert.equal(runAs(undefined, 1000), undefined);
  });

  it('hands postgres to nobody when the process is root', () => {
    assert.deepEqual(runAs(undefined, 0), { uid: 65_534, gid: 65_534 });
  });

  it('takes the user it is told to when the process is root', () => {
    assert.deepEqual(runAs(70, 0), { uid: 70, gid: 70 });
  });

  it('finds a folder below open folders reachable', async () => {
    const open = path.join(dir, 'open');
    await mkdir(open, { mode: 0o755 });
    assert.equal(await isReachable(open, nobody), true);
  });

  it('finds a folder below a private one unreachable for somebody else', async () => {
    const inner = path.join(dir, 'private', 'inner');
    await mkdir(inner, { recursive: true });
    await chmod(path.join(dir, 'private'), 0o700);
    assert.equal(await isReachable(inner, nobody), false);
  });

  it('finds a private folder reachable for its owner', async () => {
    const own = path.join(dir, 'own');
    await mkdir(own, { mode: 0o700 });
    const owner = { uid: process.geteuid?.() ?? 0, gid: 12_345 };
    assert.equal(await isReachable(own, owner), true);
  });

  it('does not mind that the last folders do not exist yet', async () => {
    assert.equal(await isReachable(path.join(dir, 'later', 'on'), nobody), true);
  });

  it('trusts a folder of ours that only we can write', async () => {
    assert.equal(await isTrusted(dir), true);
  });

  it('does not trust a folder that others can write', async () => {
    const shared = path.join(dir, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o777);
    assert.equal(await isTrusted(shared), false);
  });

  it('does not trust a link to a folder', async () => {
    const link = path.join(dir, 'link');
    await symlink(dir, link);
    assert.equal(await isTrusted(link), false);
  });
});
