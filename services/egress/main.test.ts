import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testKeys } from '../core/testing/keys.ts';

const main = path.join(import.meta.dirname, 'main.ts');

describe('egress: as a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-egress-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('starts with a key file, answers, and ends well on SIGTERM', async () => {
    const keysFile = path.join(folder, 'keys.json');
    writeFileSync(keysFile, JSON.stringify(testKeys().of('egress')()));
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], KEYS_FILE: keysFile, EGRESS_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(String(chunk).split('\n')[0] ?? '') as { url: string };
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
  });

  it('says in one sentence that the key file is missing', async () => {
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        KEYS_FILE: path.join(folder, 'none.json'),
        EGRESS_PORT: '0',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 2);
    assert.match(said, /^The key file \S+ cannot be read; start with [^\n]+\n$/);
  });
});
