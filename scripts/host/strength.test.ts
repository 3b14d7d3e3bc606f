import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { LEAST_KEY_BITS, bitsOf } from './strength.ts';

describe('the strength of a key', () => {
  it('B13 is enough for 32 random bytes, however they are written', () => {
    for (const writing of ['base64', 'base64url', 'hex'] as const)
      for (let round = 0; round < 2_000; round += 1) {
        const key = randomBytes(32).toString(writing);
        assert.ok(bitsOf(key) >= LEAST_KEY_BITS, key);
      }
  });

  for (const [why, key] of [
    ['16 bytes in hexadecimal', '0f1e2d3c4b5a69788796a5b4c3d2e1f0'],
    ['32 letters', 'abcdefghijklmnopqrstuvwxyzabcdef'],
    ['24 bytes in base64', 'q83vEjRWeJCrze8SNFZ4kKvN7xI0Vnj'],
    ['one letter many times', 'a'.repeat(200)],
    ['a pattern', 'AbC123'.repeat(20)],
    ['nothing', ''],
  ] as const)
    it(`B13 is too little for ${why}`, () => {
      assert.ok(bitsOf(key) < LEAST_KEY_BITS, String(bitsOf(key)));
    });
});
