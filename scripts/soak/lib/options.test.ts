import assert from 'node:assert/strict';
import { parseSoak } from './options.ts';

describe('soak: options', () => {
  it('takes half an hour by default, and leaves the counts to the soak', () => {
    const [count, monitors] = [undefined, undefined];
    assert.deepEqual(parseSoak(['kills']), { name: 'kills', minutes: 30, count, monitors });
  });

  it('reads the flags', () => {
    const { minutes, count } = parseSoak(['browser', '--minutes', '0.5', '--count', '50']);
    assert.deepEqual([minutes, count], [0.5, 50]);
    assert.equal(parseSoak(['chaos', '--monitors', '2000']).monitors, 2000);
  });

  it('has no name when none is given, nor with --help', () => {
    for (const args of [[], ['--help'], ['kills', '-h']])
      assert.equal(parseSoak(args).name, undefined);
  });

  it('names a wrong length', () => {
    for (const wrong of ['0', 'long', '10001'])
      assert.throws(
        () => parseSoak(['kills', '--minutes', wrong]),
        new RegExp(`--minutes: ${wrong}`),
      );
  });

  it('names a wrong count', () => {
    for (const wrong of ['0', '1.5', 'all'])
      assert.throws(
        () => parseSoak(['browser', '--count', wrong]),
        new RegExp(`--count: ${wrong}`),
      );
  });

  it('names a wrong number of monitors', () => {
    for (const wrong of ['0', '2.5', '10001'])
      assert.throws(
        () => parseSoak(['chaos', '--monitors', wrong]),
        new RegExp(`--monitors: ${wrong} must be a whole number, 1 to 10000`),
      );
  });

  it('refuses two soaks at once and unknown flags', () => {
    assert.throws(() => parseSoak(['kills', 'browser']), /One soak at a time/);
    assert.throws(() => parseSoak(['kills', '--hours', '1']), /--hours/);
  });
});
