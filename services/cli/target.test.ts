import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './exit.ts';
import type { CliIo } from './io.ts';
import { dataFolder, findTarget, isLoopback } from './target.ts';
import { temporaryFolder } from './testing/api.ts';

describe('the target of a command', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const io = (env: Record<string, string> = {}, root = folder.path): CliIo =>
    ({ env, cwd: folder.path, root }) as CliIo;
  const write = (name: string, text: string): void => {
    mkdirSync(path.join(folder.path, '.duckmon'), { recursive: true });
    writeFileSync(path.join(folder.path, '.duckmon', name), text);
  };

  it('is port 8000 of this machine when nothing is said', () => {
    assert.deepEqual(findTarget(io(), {}), { url: 'http://127.0.0.1:8000', token: undefined });
  });
  it('is what the running duckmon wrote into its data folder', () => {
    write('api-url', 'http://127.0.0.1:8123\n');
    write('admin-token', 'secret-token\n');
    assert.deepEqual(findTarget(io(), {}), { url: 'http://127.0.0.1:8123', token: 'secret-token' });
  });
  it('is the environment before the data folder', () => {
    write('api-url', 'http://127.0.0.1:8123');
    const env = { DUCKMON_API: 'http://127.0.0.1:1', DUCKMON_TOKEN: 't' };
    assert.deepEqual(findTarget(io(env), {}), { url: 'http://127.0.0.1:1', token: 't' });
  });
  it('is the flag before the environment', () => {
    const env = { DUCKMON_API: 'http://127.0.0.1:1' };
    assert.equal(findTarget(io(env), { api: 'http://127.0.0.1:2/' }).url, 'http://127.0.0.1:2');
  });
  it('takes an empty variable as unset', () => {
    assert.equal(findTarget(io({ DUCKMON_API: '' }), {}).url, 'http://127.0.0.1:8000');
  });
  it('never sends the local admin token to another machine', () => {
    write('admin-token', 'secret-token');
    assert.equal(findTarget(io(), { api: 'https://mon.example.org' }).token, undefined);
  });
  it('sends a token that was named to any machine', () => {
    const target = findTarget(io({ DUCKMON_TOKEN: 't' }), { api: 'https://mon.example.org' });
    assert.equal(target.token, 't');
  });
  for (const api of ['localhost:8000', 'ftp://x', 'nonsense'])
    it(`refuses ${api} as an address`, () => {
      assert.throws(
        () => findTarget(io(), { api }),
        (error) => error instanceof CliError && error.exit === 2,
      );
    });
  it('says which file cannot be read', () => {
    mkdirSync(path.join(folder.path, '.duckmon', 'api-url'), { recursive: true });
    assert.throws(() => findTarget(io(), {}), /api-url cannot be read \(EISDIR\)/);
  });

  it('finds the data folder by flag, environment, here, or in the checkout', () => {
    const root = path.join(folder.path, 'checkout');
    assert.equal(dataFolder(io({ DUCKMON_DATA: 'b' }), { data: 'a' }), path.join(folder.path, 'a'));
    assert.equal(dataFolder(io({ DUCKMON_DATA: 'b' }), {}), path.join(folder.path, 'b'));
    assert.equal(dataFolder(io({}, root), {}), path.join(root, '.duckmon'));
    write('version', '1');
    assert.equal(dataFolder(io({}, root), {}), path.join(folder.path, '.duckmon'));
  });

  for (const [url, local] of [
    ['http://127.0.0.1:1', true],
    ['http://127.9.9.9', true],
    ['http://[::1]:1', true],
    ['http://localhost:1', true],
    ['http://127.0.0.1.example.org', false],
    ['http://localhost.example.org', false],
    ['http://10.0.0.1', false],
  ] as const)
    it(`takes ${url} as ${local ? 'this machine' : 'another machine'}`, () => {
      assert.equal(isLoopback(new URL(url)), local);
    });
});
