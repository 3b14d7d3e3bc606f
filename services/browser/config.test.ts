import assert from 'node:assert/strict';
import { SetupError } from '../core/errors.ts';
import { readConfig } from './config.ts';

const env = { KEYS_FILE: '/keys/browser.json' };

describe('configuration of the browser service', () => {
  it('has a default for everything but the key file', () => {
    const config = readConfig(env);
    assert.deepEqual(
      [config.port, config.egressUrl, config.browserSlots, config.httpSlots],
      [8001, 'http://127.0.0.1:8005', 2, 32],
    );
  });

  it('names every wrong variable in one message', () => {
    assert.throws(
      () => readConfig({ BROWSER_SLOTS: 'many', BROWSER_PORT: '70000' }),
      (error) =>
        error instanceof SetupError &&
        /BROWSER_SLOTS/.test(error.message) &&
        /BROWSER_PORT/.test(error.message) &&
        /KEYS_FILE/.test(error.message),
    );
  });

  it('turns minutes into milliseconds', () => {
    assert.equal(readConfig({ ...env, BROWSER_IDLE_MINUTES: '2' }).idleMs, 120_000);
  });

  for (const [text, expected] of [
    [undefined, undefined],
    ['1073741824', 2 ** 30],
    ['1Gi', 2 ** 30],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['512Mi', 2 ** 29],
    ['2k', 2000],
    ['3G', 3e9],
  ] as const)
    it(`reads ${text} as ${expected} bytes`, () => {
      assert.equal(readConfig({ ...env, BROWSER_RECYCLE_MEMORY: text }).maxBytes, expected);
    });

  for (const text of ['1GB', '-1', '1 Gi', '.5Gi', 'much', '500m'])
    it(`refuses ${text} as an amount of memory, and says what one looks like`, () => {
      assert.throws(
        () => readConfig({ ...env, BROWSER_RECYCLE_MEMORY: text }),
        (error) =>
          error instanceof SetupError &&
          error.message.includes(
            'BROWSER_RECYCLE_MEMORY must be a number of bytes or a quantity such as 512Mi or 1Gi',
          ),
      );
    });

  it('lets what runs end within 140 s, or as long as it is told', () => {
    const seconds = [undefined, '0', '30'].map(
      (DRAIN_SECONDS) => readConfig({ ...env, DRAIN_SECONDS }).drainMs,
    );
    assert.deepEqual(seconds, [140_000, 0, 30_000]);
  });

  it('is for many checks unless BROWSER_ONCE is true', () => {
    const once = [undefined, 'false', 'true'].map(
      (BROWSER_ONCE) => readConfig({ ...env, BROWSER_ONCE }).once,
    );
    assert.deepEqual(once, [false, false, true]);
  });

  it('unpacks below the cache folder that is given', () => {
    assert.equal(readConfig({ ...env, DUCKMON_CACHE: '/cache' }).cacheFolder, '/cache');
  });
});
