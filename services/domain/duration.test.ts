import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['0s', 0],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1h5s', 3_605_000],
    ['2m3s', 123_000],
    ['744h', 2_678_400_000],
    ['1h2m3s', 3_723_000],
  ] as const)
    it(`reads ${text} as ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  for (const text of [
    '',
    '5',
    '1d',
    '-1s',
    '1.5h',
    '1m1h',
    ' 1s',
    '1s ',
    '1H',
    '1h 2m',
    '100ms',
    '1000000h',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDuration(text), RangeError);
    });
  it('names the text that it refuses', () => {
    assert.throws(() => parseDuration('soon'), /"soon"/);
  });
});

describe('formatDuration', () => {
  for (const [ms, text] of [
    [0, '0s'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [3_605_000, '1h5s'],
    [1499, '1s'],
    [59_999, '1m'],
  ] as const)
    it(`writes ${ms} ms as ${text}`, () => {
      assert.equal(formatDuration(ms), text);
    });
  it('is read back as the same time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds * 1000)), seconds * 1000);
      }),
    );
  });
  it('refuses a negative time', () => {
    assert.throws(() => formatDuration(-1), RangeError);
  });
});
