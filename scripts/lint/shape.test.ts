import assert from 'node:assert/strict';
import { long, narrowedTests, strangers, tooLong } from './shape.ts';
import { readSource } from './source.ts';

const ofLength = (path: string, lines: number) => readSource(path, 'a\n'.repeat(lines));

describe('lint: shape of the project', () => {
  it('refuses a file of more than 400 lines', () => {
    const sources = [ofLength('a.ts', 400), ofLength('b.ts', 401)];
    assert.deepEqual(
      tooLong(sources).map(({ path }) => path),
      ['b.ts'],
    );
  });

  it('names a file of more than 250 lines', () => {
    const sources = [ofLength('a.ts', 250), ofLength('b.ts', 251), ofLength('c.ts', 401)];
    assert.deepEqual(
      long(sources).map(({ path }) => path),
      ['b.ts'],
    );
  });

  it('lets tests and generated types be longer', () => {
    const sources = [ofLength('a.test.ts', 900), ofLength('crds/types/a.ts', 900)];
    assert.deepEqual(tooLong(sources), []);
  });

  it('finds narrowed tests with their lines', () => {
    const word = 'skip';
    const source = readSource('a.test.ts', `\nit.${word}('x', () => undefined);\n`);
    assert.deepEqual(
      narrowedTests([source]).map(({ path, line }) => `${path}:${line}`),
      ['a.test.ts:2'],
    );
  });

  it('knows what belongs at the top, and passes what git ignores', () => {
    const entries = [
      'services',
      'README.md',
      '.duckmon',
      'debug.log',
      'node_modules',
      'src',
      'notes.txt',
    ];
    const found = strangers(entries, ['# local', '.duckmon/', '*.log', 'services/x/dist/', '']);
    assert.deepEqual(
      found.map(({ path }) => path),
      ['src', 'notes.txt'],
    );
  });
});
