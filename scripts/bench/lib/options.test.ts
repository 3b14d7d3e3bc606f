import assert from 'node:assert/strict';
import { SetupError } from '../../../services/core/errors.ts';
import { parseBench } from './options.ts';

describe('bench: options', () => {
  it('takes five pairs by default', () => {
    assert.deepEqual(parseBench(['claim']), { name: 'claim', pairs: 5, quick: false });
  });

  it('takes fewer when it shall be quick, unless told how many', () => {
    assert.equal(parseBench(['claim', '--quick']).pairs, 2);
    assert.equal(parseBench(['claim', '--quick', '--pairs', '7']).pairs, 7);
  });

  it('has no name when none is given, nor with --help', () => {
    for (const args of [[], ['--help'], ['claim', '-h']])
      assert.equal(parseBench(args).name, undefined);
  });

  it('names a wrong count of pairs', () => {
    for (const count of ['0', '1.5', 'many', '1001'])
      assert.throws(() => parseBench(['claim', '--pairs', count]), new RegExp(`--pairs: ${count}`));
  });

  it('refuses an unknown flag by name', () => {
    assert.throws(
      () => parseBench(['claim', '--fast']),
      (error) => error instanceof SetupError && error.message.includes('--fast'),
    );
  });

  it('refuses two benches at once', () => {
    assert.throws(() => parseBench(['claim', 'idle']), /One bench at a time: claim idle/);
  });
});
