import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SetupError } from '../../core/errors.ts';
import { findChromium } from './find.ts';

describe('looking for Chromium', () => {
  let folder: string;
  const program = (name: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    return file;
  };
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'duckmon-find-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes CHROMIUM_PATH before everything', async () => {
    program('chromium');
    const own = program('mine');
    assert.equal((await findChromium({ CHROMIUM_PATH: own, PATH: folder }, folder)).file, own);
  });

  it('names a CHROMIUM_PATH that is no program, and the next step', async () => {
    await assert.rejects(
      findChromium({ CHROMIUM_PATH: path.join(folder, 'none') }, folder),
      (error) => error instanceof SetupError && /correct it, or unset it/.test(error.message),
    );
  });

  it('prefers the headless shell to the full browser', async () => {
    program('google-chrome');
    const shell = program('chromium-headless-shell');
    assert.equal((await findChromium({ PATH: folder }, folder)).file, shell);
  });

  it('takes another usual name', async () => {
    const chrome = program('google-chrome-stable');
    assert.equal((await findChromium({ PATH: folder }, folder)).file, chrome);
  });
});
