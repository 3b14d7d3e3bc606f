import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from './errors.ts';
import { testKeys } from './testing/keys.ts';
import { watchKeyFile } from './keyFile.ts';

const failed = (problem: unknown): void => assert.fail(String(problem));

describe('core: key file', () => {
  let folder: string;
  let file: string;
  const write = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  const fresh = () => testKeys().of('browser')();

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-keys-'));
    file = path.join(folder, 'keys.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the keys of the file', () => {
    const keys = fresh();
    write(JSON.stringify(keys));
    assert.deepEqual(watchKeyFile(file)(), keys);
  });

  it('gives the new keys after the file was replaced', () => {
    write(JSON.stringify(fresh()));
    const source = watchKeyFile(file, failed, 0);
    const next = fresh();
    write(JSON.stringify(next));
    assert.deepEqual(source(), next);
  });

  it('follows a symbolic link that is turned, as mounted Secrets do', () => {
    const [one, two] = [fresh(), fresh()];
    writeFileSync(path.join(folder, 'one'), JSON.stringify(one));
    writeFileSync(path.join(folder, 'two'), JSON.stringify(two));
    symlinkSync('one', file);
    const source = watchKeyFile(file, failed, 0);
    assert.deepEqual(source(), one);
    symlinkSync('two', `${file}.new`);
    renameSync(`${file}.new`, file);
    assert.deepEqual(source(), two);
  });

  it('gives the same object until the file changes', () => {
    write(JSON.stringify(fresh()));
    const source = watchKeyFile(file, failed, 0);
    assert.equal(source(), source());
  });

  it('does not look again before its time', () => {
    const first = fresh();
    write(JSON.stringify(first));
    const source = watchKeyFile(file, failed, 60_000);
    write(JSON.stringify(fresh()));
    assert.deepEqual(source(), first);
  });

  for (const [what, text] of [
    ['half a file', '{"service": "bro'],
    ['an empty file', ''],
    ['another document', '{"keys": []}'],
  ] as const)
    it(`keeps the last good keys over ${what}, says so once, and takes the next good file`, () => {
      const [first, next] = [fresh(), fresh()];
      const problems: unknown[] = [];
      write(JSON.stringify(first));
      const source = watchKeyFile(file, (problem) => problems.push(problem), 0);
      write(text);
      assert.deepEqual([source(), source(), source()], [first, first, first]);
      assert.equal(problems.length, 1);
      write(JSON.stringify(next));
      assert.deepEqual(source(), next);
    });

  it('keeps the last good keys when the file is gone', () => {
    const first = fresh();
    const problems: unknown[] = [];
    write(JSON.stringify(first));
    const source = watchKeyFile(file, (problem) => problems.push(problem), 0);
    rmSync(file);
    assert.deepEqual([source(), source()], [first, first]);
    assert.equal(problems.length, 1);
  });

  it('says in a sentence that there is no file at the start', () => {
    assert.throws(
      () => watchKeyFile(path.join(folder, 'none')),
      (error) =>
        error instanceof SetupError &&
        /cannot be read; start with .* or set KEYS_FILE\.$/.test(error.message),
    );
  });
});
