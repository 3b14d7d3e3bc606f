import assert from 'node:assert/strict';
import { layerOf, readWords } from './layers.ts';

describe('test run: layers', () => {
  it('are told by the name of the file', () => {
    assert.equal(layerOf('operator/src/cluster.test.ts'), 'cluster');
    assert.equal(layerOf('scripts/testing/cluster/node.test.ts'), 'node');
    for (const file of ['operator/src/kube/store.test.ts', 'services/mycluster.test.ts'])
      assert.equal(layerOf(file), undefined, file);
  });

  it('are left out one by one, wherever the words stand', () => {
    assert.deepEqual(readWords(['operator', '--without', 'node', 'C27', '--without', 'cluster']), {
      words: ['operator', 'C27'],
      without: ['node', 'cluster'],
      patterns: [],
    });
    assert.deepEqual(readWords([]), { words: [], without: [], patterns: [] });
  });

  it('stand beside patterns of titles, which must be ones', () => {
    const { words, patterns } = readWords(['api', '--grep', '(^| )[AB][0-9]+ ']);
    assert.deepEqual([words, patterns], [['api'], ['(^| )[AB][0-9]+ ']]);
    for (const args of [['--grep'], ['--grep', '(']])
      assert.match(readWords(args).problem ?? '', /^--grep takes a regular expression/);
  });

  it('that nobody knows are refused, as are flags', () => {
    for (const args of [['--without', 'lint'], ['--without']])
      assert.equal(readWords(args).problem, '--without takes cluster or node');
    assert.equal(readWords(['--verbose']).problem, 'unknown flag --verbose');
  });
});
