import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { buildPrograms, isBuilt } from './build.ts';
import { clusterCache } from './source.ts';
import { ETCD, KUBERNETES } from './versions.ts';

/** A go that writes down how it was called, and whose build makes a file or fails. */
const fakeGo = (folder: string, buildStatus: number): string => `#!/bin/sh
case "$1" in
  env) echo go1.99.0; exit;;
  mod) echo '{"GoMod":"${folder}/original.mod"}'; exit;;
esac
echo "cgo=$CGO_ENABLED flags=$GOFLAGS work=$GOWORK in=$PWD $*" >> ${folder}/calls
/bin/cat go.mod >> ${folder}/modules
echo 'example.org/one' >&2
echo 'one.go:1: what the compiler says' >&2
while [ $# -gt 1 ]; do if [ "$1" = -o ]; then echo built > "$2"; fi; shift; done
exit ${buildStatus}
`;

describe('cluster: building', () => {
  let folder: string;
  let env: Record<string, string>;
  const said: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-build-'));
    mkdirSync(path.join(folder, 'path'));
    env = {
      PATH: path.join(folder, 'path'),
      DUCKMON_CACHE: path.join(folder, 'cache'),
      GOFLAGS: '-mod=vendor',
    };
    writeFileSync(
      path.join(folder, 'original.mod'),
      'replace k8s.io/api => ./staging/src/k8s.io/api\n',
    );
    useGo(0);
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const useGo = (buildStatus: number): void =>
    writeFileSync(path.join(folder, 'path', 'go'), fakeGo(folder, buildStatus), { mode: 0o755 });
  const build = (...programs: Parameters<typeof buildPrograms>[0]): Promise<string> =>
    buildPrograms(programs, { env, clock: systemClock, say: (line) => said.push(line), install });
  const install = (names: readonly string[]): readonly string[] => names.slice(-1);
  const calls = (): string[] => readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n');

  it('builds what is asked for into one folder of the cache, and says so', async () => {
    const bin = await build('etcd', 'kubectl');
    assert.equal(bin, path.join(clusterCache(env), 'bin'));
    for (const program of ['etcd', 'kubectl'] as const) {
      assert.equal(readFileSync(path.join(bin, program), 'utf8'), 'built\n');
      assert.equal(isBuilt(program, env), true);
    }
    assert.equal(isBuilt('helm', env), false);
    assert.match(said.join('\n'), /building etcd, kubectl[^]*built etcd [^]*built kubectl /);
    assert.match(said.join('\n'), new RegExp(`built etcd ${ETCD} after \\d+ s`));
  });

  it('builds in a module of its own, with the replacements of the original', async () => {
    await build('kubectl');
    const module = path.join(clusterCache(env), 'modules', 'kubectl');
    assert.ok(calls()[0]?.includes(`in=${module} build `), calls()[0]);
    assert.match(
      readFileSync(path.join(folder, 'modules'), 'utf8'),
      new RegExp(`k8s.io/api => k8s.io/api v0${KUBERNETES.slice(1)}`),
    );
  });

  it('keeps out the settings of Go that would change what is built', async () => {
    await build('etcd');
    assert.match(calls()[0] ?? '', /^cgo=0 flags= work=off /);
  });

  it('lets a C compiler take part where a program is partly C', async () => {
    await build('runc');
    assert.match(calls()[0] ?? '', /^cgo=1 .* -tags seccomp /);
    assert.match(said.join('\n'), /runc is partly C; if it does not build, install pkg-config/);
  });

  it('builds once, and needs no Go after that', async () => {
    await build('etcd');
    rmSync(path.join(folder, 'path', 'go'));
    await build('etcd');
    assert.equal(calls().length, 1);
  });

  it('builds anew what was built by another recipe', async () => {
    await build('etcd');
    writeFileSync(path.join(clusterCache(env), 'built', 'etcd.json'), '{"version":"3.0.0"}');
    await build('etcd');
    assert.equal(calls().length, 2);
  });

  it('shows what the compiler said when it fails, and begins anew the next time', async () => {
    useGo(1);
    await assert.rejects(
      build('etcd'),
      (error) =>
        error instanceof SetupError &&
        /could not build etcd \(exit 1\):[^]*what the compiler says/.test(error.message),
    );
    assert.equal(existsSync(path.join(clusterCache(env), 'bin', 'etcd')), false);
    useGo(0);
    await build('etcd');
    assert.equal(isBuilt('etcd', env), true);
  });

  it('names the module that cannot be fetched', async () => {
    rmSync(path.join(folder, 'original.mod'));
    await assert.rejects(build('kubectl'), /could not fetch k8s\.io\/kubernetes .*GOPROXY/);
  });

  it('says how many packages are compiled when it takes long', async () => {
    let now = 0;
    const clock = { ...systemClock, monotonic: () => (now += 31_000) };
    await buildPrograms(['etcd'], { env, clock, say: (line) => said.push(line) });
    assert.match(said.join('\n'), /etcd: 2 packages compiled after \d+ s/);
  });
});
