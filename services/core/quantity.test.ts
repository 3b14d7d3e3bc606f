import assert from 'node:assert/strict';
import { bytesOf } from './quantity.ts';

describe('core: quantities', () => {
  it('are bytes in every unit that the schema takes', () => {
    const sizes = ['1', '1500m', '2k', '3M', '1.5G', '2T', '1Ki', '512Mi', '1.5Gi', '1Ti'];
    assert.deepEqual(sizes.map(bytesOf), [
      1,
      2,
      2_000,
      3_000_000,
      1_500_000_000,
      2e12,
      1_024,
      536_870_912,
      1_610_612_736,
      2 ** 40,
    ]);
  });

  it('are refused when they are none', () => {
    for (const text of ['', 'Gi', '1X', '-1', '1.2.3'])
      assert.throws(() => bytesOf(text), /is no quantity/, text);
  });
});
