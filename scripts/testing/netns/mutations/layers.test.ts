import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../lib/prepare.ts';
import { LAYERS, mutated } from './layers.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('the fences that are taken down one by one', () => {
  for (const layer of LAYERS)
    it(`has ${layer.fence} in ${layer.file}, and a test that is to miss it`, () => {
      const text = read(layer.file);
      assert.notEqual(mutated(text, layer), text);
      const words = layer.title.replace(/^(?:[A-H]\d+ )+/, '').replace(/ \d+$/, '');
      assert.ok(
        read(layer.test).includes(words),
        `${layer.test} has no test whose title has "${words}"`,
      );
    });

  it('takes down no piece that is there twice, or not at all', () => {
    const layer = { ...LAYERS[0]!, changes: [['a', 'b']] as const };
    for (const text of ['', 'aa']) assert.throws(() => mutated(text, layer), /does not have "a"/);
    assert.equal(mutated('xay', layer), 'xby');
  });
});
