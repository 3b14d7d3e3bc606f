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

  it('unpacks below the cache folder that is given', () => {
    assert.equal(readConfig({ ...env, DUCKMON_CACHE: '/cache' }).cacheFolder, '/cache');
  });
});
