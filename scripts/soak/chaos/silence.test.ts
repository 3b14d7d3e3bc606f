import assert from 'node:assert/strict';
import { createSilence } from './silence.ts';

describe('soak chaos: silence', () => {
  it('is the longest time between two notes with other numbers of fetches', () => {
    const silence = createSilence();
    silence.note(7, 1_000);
    silence.note(8, 2_000);
    for (const now of [3_000, 4_000, 5_000]) silence.note(8, now);
    silence.note(9, 6_000);
    silence.note(10, 7_000);
    assert.equal(silence.longest(), 4_000);
  });

  it('counts one that has not ended', () => {
    const silence = createSilence();
    silence.note(7, 1_000);
    silence.note(7, 9_000);
    assert.equal(silence.longest(), 8_000);
  });

  it('is none before the first note', () => {
    const silence = createSilence();
    silence.note(0, 5_000);
    assert.equal(silence.longest(), 0);
  });
});
