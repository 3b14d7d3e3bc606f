import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './lib/prepare.ts';
import { WORDS } from './prod/commands.ts';

const SCRIPT = path.join(import.meta.dirname, 'prod.ts');
const VIEW = {
  'current-context': 'prod',
  clusters: [{ cluster: { server: 'https://k8s.example.org' } }],
};

describe('scripts/prod.ts', function () {
  // Each is a process of its own.
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-words-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, lines: string): void =>
    writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  /** A kubectl that knows one context, and a helm that says what it was called with. */
  function writePrograms(kubectl = ''): void {
    mkdirSync(path.join(folder, 'bin'));
    write(
      'kubectl',
      `case "$*" in *view*) echo '${JSON.stringify(VIEW)}'; exit;; esac\n${kubectl}`,
    );
    write('helm', `echo "$@"`);
  }
  const prod = (...args: string[]) => {
    const flags = ['--disable-warning=ExperimentalWarning', SCRIPT, ...args];
    const env = { PATH: `${path.join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, {
      encoding: 'utf8',
      env,
    });
    return { status, output: stdout, said: stderr };
  };

  it('is behind every word of the guide in package.json', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const word of WORDS)
      assert.equal(scripts[word], `node scripts/run.mjs scripts/prod.ts ${word}`);
  });

  it('tells its words, and ends with 2 when one is wrong', () => {
    const help = prod('--help');
    assert.deepEqual([help.status, help.said], [0, '']);
    assert.match(help.output, /^ {2}prod-up /m);
    const { status, output, said } = prod('prod-up', '--fast');
    assert.deepEqual([status, output], [2, '']);
    assert.match(said, /^duckmon: Unknown option '--fast'.* See --help\.$/m);
  });

  it('shows on standard output what it would do, and says where beside it', () => {
    writePrograms();
    const { status, output, said } = prod('prod-logs', 'api', '--dry-run');
    assert.equal(status, 0);
    assert.match(output, /^kubectl --context=prod -n=duckmon logs .*component=api/);
    assert.match(said, /^duckmon: prod-logs: api of context prod \(https:\/\/k8s\.example\.org\)/);
  });

  it('ends with 1 and a sentence when the cluster does not do it', () => {
    writePrograms('echo "error: You must be logged in to the server (Unauthorized)" >&2; exit 1');
    const { status, said } = prod('generate-keys', '--cluster');
    assert.equal(status, 1);
    assert.match(
      said,
      /^duckmon: The API server does not accept the credentials of the context prod/m,
    );
    assert.doesNotMatch(said, /at .*\.ts:\d/);
  });

  it('destroys nothing where nobody can answer', () => {
    writePrograms('exit 0');
    const gone = path.join(folder, 'gone');
    write('helm', `case "$*" in *uninstall*) touch ${gone};; *) echo "{}";; esac`);
    const { status, said } = prod('prod-down');
    assert.deepEqual([status, existsSync(gone)], [1, false]);
    assert.match(said, /repeat it with --yes/);
  });

  it('hands words of this machine on to duckmon', () => {
    const { status } = prod('generate-keys', '--file', path.join(folder, 'keys.env'));
    assert.equal(status, 0);
    assert.match(readFileSync(path.join(folder, 'keys.env'), 'utf8'), /^JWT_SECRET=.{44}$/m);
  });
});
