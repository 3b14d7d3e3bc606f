/** The command as npm installs it: a link that any node may start, from anywhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('./duckmon.mjs', import.meta.url));

describe('scripts/duckmon.mjs', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'duckmon-bin-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [script, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        DUCKMON_API: 'http://127.0.0.1:1',
        DUCKMON_TOKEN: '',
        DUCKMON_DATA: '',
      },
    });

  it('runs the cli and ends with its exit code', () => {
    const { status, stderr } = run(command, 'get', 'mj');
    assert.equal(status, 5);
    assert.match(stderr, /^duckmon: Service not responding/);
  });
  it('runs through the link that npm makes', () => {
    const link = path.join(folder, 'duckmon');
    symlinkSync(command, link);
    assert.equal(run(link, '--help').status, 0);
  });
  it('keeps the folder in which it was called', () => {
    writeFileSync(path.join(folder, 'bad.yaml'), 'kind: Nothing\n');
    const { status, stderr } = run(command, 'apply', '-f', 'bad.yaml');
    assert.equal(status, 1);
    assert.match(stderr, /^duckmon: bad\.yaml:1: /);
  });
  it('prints nothing but the answer', () => {
    assert.equal(run(command, '--help').stderr, '');
  });
});
