import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { watchFile } from './watchedFile.ts';

describe('core: a watched file', () => {
  let folder: string;
  let file: string;
  let problems: unknown[];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-watched-'));
    file = path.join(folder, 'file');
    problems = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (text: string): void => {
    writeFileSync(`${file}.next`, text);
    renameSync(`${file}.next`, file);
  };
  const watch = (checkEveryMs = 0, atFirst: (error: unknown) => number = () => -1) =>
    watchFile(file, {
      parse: (text) => {
        const number = Number(text);
        if (Number.isNaN(number)) throw new Error(`${text} is no number`);
        return number;
      },
      atFirst,
      onProblem: (error) => problems.push(error),
      checkEveryMs,
    });

  it('gives what stands for it until it is there, and then its content', () => {
    const read = watch();
    assert.equal(read(), -1);
    put('7');
    assert.equal(read(), 7);
    assert.deepEqual(problems, []);
  });

  it('leaves it to the caller whether its absence is an error', () => {
    const refuse = (error: unknown): never => {
      throw new Error('no file', { cause: error });
    };
    assert.throws(() => watch(0, refuse), /no file/);
  });

  it('keeps the last good content, and says once for each state why', () => {
    put('1');
    const read = watch();
    put('one');
    assert.deepEqual([read(), read()], [1, 1]);
    rmSync(file);
    assert.deepEqual([read(), read()], [1, 1]);
    assert.equal(problems.length, 2);
    put('2');
    assert.equal(read(), 2);
  });

  it('is not looked at again within the time that an answer may be old', () => {
    put('1');
    const read = watch(60_000);
    put('2');
    assert.equal(read(), 1);
  });
});
