import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { selectTests } from './selection.ts';

describe('selectTests', () => {
  let root: string;

  before(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'duckmon-selection-'));
    for (const file of [
      'services/llm/judge.test.ts',
      'services/domain/diff.test.ts',
      'crds/crds.test.ts',
      'services/llm/node_modules/x/x.test.ts',
      'services/llm/judge.ts',
    ]) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), '');
    }
  });

  after(() => rmSync(root, { recursive: true }));

  it('takes every test file when there are no words', () => {
    assert.deepEqual(selectTests(root, []), {
      files: ['crds/crds.test.ts', 'services/domain/diff.test.ts', 'services/llm/judge.test.ts'],
      titles: [],
      whole: true,
    });
  });

  it('takes the files of a folder that a word names, with or without services/', () => {
    assert.deepEqual(selectTests(root, ['llm']).files, ['services/llm/judge.test.ts']);
    assert.deepEqual(selectTests(root, ['services/domain/']).files, [
      'services/domain/diff.test.ts',
    ]);
  });

  it('takes one file that a word names', () => {
    assert.deepEqual(selectTests(root, ['crds/crds.test.ts']).files, ['crds/crds.test.ts']);
  });

  it('reads any other word as the beginning of a word in a title', () => {
    const { titles, files } = selectTests(root, ['C27', 'a.b']);
    assert.deepEqual(titles, [String.raw`(^| )C27|(^| )a\.b`]);
    assert.equal(files.length, 3);
  });

  it('joins words and patterns of titles', () => {
    const { titles, whole } = selectTests(root, ['C27'], ['(^| )[AB][0-9]+ ']);
    assert.deepEqual([titles, whole], [['(^| )C27|(^| )[AB][0-9]+ '], false]);
    assert.deepEqual(selectTests(root, [], ['D7']).titles, ['D7']);
  });

  it('joins folders and titles', () => {
    const { files, titles } = selectTests(root, ['llm', 'D7']);
    assert.deepEqual(files, ['services/llm/judge.test.ts']);
    assert.deepEqual(titles, ['(^| )D7']);
  });

  it('leaves the folders outside the checkout alone', () => {
    assert.deepEqual(selectTests(root, ['..']).titles.length, 1);
  });
});
