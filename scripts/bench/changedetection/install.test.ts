import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { benchCache, installChangedetection, VERSION } from './install.ts';

/** A python3 that makes a virtual environment whose pip ends with a status. */
const fakePython = (pipStatus: number): string => `#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" >> "%s/pip"\\nexit ${pipStatus}\\n' "$3" > "$3/bin/python"
chmod +x "$3/bin/python"
`;

describe('bench: installing changedetection.io', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const oldPath = process.env['PATH'];
  const said: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-install-'));
    env = { DUCKMON_CACHE: path.join(folder, 'cache') };
    mkdirSync(path.join(folder, 'bin'));
    said.length = 0;
  });
  afterEach(() => {
    process.env['PATH'] = oldPath;
    rmSync(folder, { recursive: true });
  });

  const usePython = (pipStatus: number): void => {
    writeFileSync(path.join(folder, 'bin', 'python3'), fakePython(pipStatus));
    chmodSync(path.join(folder, 'bin', 'python3'), 0o755);
    process.env['PATH'] = `${path.join(folder, 'bin')}:${oldPath}`;
  };
  const install = (): string => installChangedetection(env, (line) => said.push(line));
  const venv = (): string => path.join(benchCache(env), `changedetection-${VERSION}`);

  it('asks pip for exactly the version of the targets, and says so first', () => {
    usePython(0);
    assert.equal(install(), path.join(venv(), 'bin', 'changedetection.io'));
    assert.match(
      readFileSync(path.join(venv(), 'pip'), 'utf8'),
      /install .*changedetection\.io==0\.60\.10/,
    );
    assert.match(said.join(), /fetching changedetection\.io 0\.60\.10/);
  });

  it('installs once', () => {
    usePython(0);
    install();
    install();
    assert.equal(readFileSync(path.join(venv(), 'pip'), 'utf8').trim().split('\n').length, 1);
    assert.equal(said.length, 1);
  });

  it('says what to do when pip fails, and begins anew the next time', () => {
    usePython(1);
    assert.throws(
      install,
      (error) => error instanceof SetupError && /pip could not install/.test(error.message),
    );
    assert.equal(existsSync(path.join(venv(), 'installed')), false);
    usePython(0);
    install();
    assert.equal(existsSync(path.join(venv(), 'installed')), true);
  });

  it('says that Python is missing', () => {
    process.env['PATH'] = path.join(folder, 'bin');
    assert.throws(
      install,
      (error) => error instanceof SetupError && /Python 3 .* is missing/.test(error.message),
    );
  });

  it('keeps to the cache folder of the user when none is named', () => {
    assert.equal(benchCache({ XDG_CACHE_HOME: '/c' }), '/c/duckmon/bench');
    assert.equal(benchCache({}), path.join(os.homedir(), '.cache/duckmon/bench'));
  });
});
