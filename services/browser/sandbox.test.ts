import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newKeyEntry } from '../core/keyring.ts';
import { SetupError } from '../core/errors.ts';
import type { Running } from '../core/lifecycle.ts';
import { deriveServiceKeys } from '../core/serviceKeys.ts';
import { chromiumFlags, SANDBOXES } from './chromium/flags.ts';
import type { ChromiumProgram } from './chromium/find.ts';
import { readConfig } from './config.ts';
import { startBrowser, type BrowserDeps } from './start.ts';
import { silentLog } from './testing/request.ts';

const keys = deriveServiceKeys({ keys: [newKeyEntry(new Date())] }, 'browser');

describe('the sandbox of the browser', function () {
  this.timeout(20_000);
  let folder: string;
  let running: Running | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-sandbox-'));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    rmSync(folder, { recursive: true });
  });

  const start = async (sandbox: string, deps: Partial<BrowserDeps> = {}): Promise<Running> => {
    const env = { KEYS_FILE: 'unused', BROWSER_PORT: '0', BROWSER_SANDBOX: sandbox };
    const given = { log: silentLog, keys: () => keys, ...deps };
    running = await startBrowser(readConfig(env), given);
    return running;
  };
  /** A program that ends as Chromium does where the kernel gives it no namespaces. */
  const withoutNamespaces = async (): Promise<ChromiumProgram> => {
    const file = path.join(folder, 'chromium');
    writeFileSync(file, '#!/bin/sh\necho "No usable sandbox!" >&2\nexit 1\n', { mode: 0o755 });
    return { file };
  };

  it('C22 ends the start where it is required and Chromium cannot have it, with what the pod lacks', async () => {
    await assert.rejects(
      start('Required', { findChromium: withoutNamespaces }),
      (error) =>
        error instanceof SetupError &&
        /seccomp profile duckmon\/chromium\.json/.test(error.message) &&
        /No usable sandbox!/.test(error.message),
    );
  });

  it('C22 starts where it is required and Chromium has it', async () => {
    assert.match((await start('Required')).url, /^http:/);
  });

  it('is not tried where it is not required', async () => {
    await start('Own', { findChromium: withoutNamespaces });
    await running?.stop();
    await start('None', { findChromium: withoutNamespaces });
  });

  it('C22 is left out by one word of the pool, and by nothing else', () => {
    for (const sandbox of SANDBOXES) {
      const flags = chromiumFlags('/profile', 'http://10.0.0.1:8005', sandbox);
      assert.equal(flags.includes('--no-sandbox'), sandbox === 'None');
    }
    assert.ok(!chromiumFlags('/profile', 'http://10.0.0.1:8005').includes('--no-sandbox'));
    assert.throws(() => readConfig({ KEYS_FILE: 'k', BROWSER_SANDBOX: 'off' }), /BROWSER_SANDBOX/);
  });
});
