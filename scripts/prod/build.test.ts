import assert from 'node:assert/strict';
import { build, plan } from './build.ts';
import type { BuildCommand } from './commands.ts';
import { buildInDocker, deliver } from './deliver.ts';
import { describe as told, nodeOf, type Destination } from './destination.ts';
import { fakeDeps, PLACE, WHERE, type Answer, type FakeDeps } from './testing.ts';

const NAMES = {
  duckmon: 'reg.example.org/duckmon:1',
  'duckmon-browser': 'reg.example.org/duckmon-browser:1',
  'duckmon-postgres': 'reg.example.org/duckmon-postgres:1',
};
const ARCHIVES = Object.entries(NAMES).map(([image, name]) => ({ name, file: `/o/${image}.tar` }));
const PUSH: Destination = { kind: 'push', registry: 'reg.example.org' };
const COMMAND: BuildCommand = {
  kind: 'prod-build',
  where: WHERE,
  dryRun: true,
  output: '/o',
  registry: undefined,
  docker: false,
  push: false,
};
const digestFor = (line: string): string => {
  const name = line.split(' ').at(-1)?.replace(/:1$/, '') ?? '';
  return JSON.stringify([`${name}@sha256:${name.length}`]);
};
const docker: Answer = ({ line }) => (line.startsWith('image inspect') ? digestFor(line) : '');
const lines = ({ calls }: FakeDeps): string[] =>
  calls.map(({ program, line }) => `${program} ${line.split(' ')[0]}`);

describe('prod-build: where the images go', () => {
  const SERVER = 'https://10.243.0.2:6443';
  it('is the node when the context is that of ./scripts/cluster up --node', () => {
    const own = { ...PLACE, server: SERVER };
    assert.deepEqual(nodeOf(own, SERVER, '/bin'), {
      kind: 'node',
      programs: '/bin',
      context: 'prod',
    });
  });

  it('is nowhere for another cluster, without a node, and without a context', () => {
    const own = { ...PLACE, server: SERVER };
    for (const found of [
      nodeOf(PLACE, SERVER, '/bin'),
      nodeOf(own, SERVER, undefined),
      nodeOf(undefined, SERVER, '/bin'),
    ])
      assert.deepEqual(found, { kind: 'here' });
  });

  it('is said before anything is done', () => {
    assert.match(
      told(PUSH, COMMAND),
      /^builds duckmon, .* into \/o, and pushes them to reg\.example/,
    );
    const node: Destination = { kind: 'node', programs: '/bin', context: 'prod' };
    assert.match(told(node, COMMAND), /gives them to the node of the context prod$/);
    assert.match(told({ kind: 'here' }, COMMAND), /stay on this machine$/);
    assert.match(told(PUSH, { ...COMMAND, docker: true }), / by docker, and pushes them/);
  });
});

describe('prod-build --dry-run', () => {
  it('shows the commands for each way', () => {
    const node: Destination = { kind: 'node', programs: '/bin', context: 'prod' };
    assert.deepEqual(plan(COMMAND, node, NAMES, '/state'), [
      'node scripts/images.ts build --output=/o --registry=localhost',
      './scripts/cluster --state /state load /o/duckmon.tar /o/duckmon-browser.tar /o/duckmon-postgres.tar',
    ]);
    assert.equal(plan(COMMAND, { kind: 'here' }, NAMES, '/state').length, 1);
    const pushed = plan({ ...COMMAND, registry: 'r' }, PUSH, NAMES, '/state').join('\n');
    assert.match(pushed, /--registry=r\n[^]*skopeo copy[^]*crane push[^]*docker push/);
    const built = plan({ ...COMMAND, docker: true }, PUSH, NAMES, '/state');
    assert.deepEqual(
      built.map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['docker build', 'docker build', 'docker build', 'docker push', 'docker push', 'docker push'],
    );
  });

  it('builds nothing, and needs no cluster', async () => {
    const deps = fakeDeps();
    assert.equal(await build(COMMAND, deps), 0);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.said[0] ?? '', /^prod-build: builds .*; they stay on this machine$/);
  });
});

describe('prod-build --push', () => {
  it('pushes by skopeo as they were built', async () => {
    const deps = fakeDeps();
    assert.deepEqual(await deliver(PUSH, NAMES, ARCHIVES, deps), {});
    assert.deepEqual(lines(deps), ['skopeo copy', 'skopeo copy', 'skopeo copy']);
  });

  it('pushes by docker without skopeo, and takes the digests that the registry then has', async () => {
    const deps = fakeDeps(docker);
    const has = async (program: string): Promise<boolean> => program === 'docker';
    const given = { ...deps, programs: { ...deps.programs, has } };
    assert.deepEqual(await deliver(PUSH, NAMES, ARCHIVES, given), {
      duckmon: 'sha256:23',
      'duckmon-browser': 'sha256:31',
      'duckmon-postgres': 'sha256:32',
    });
    assert.deepEqual(lines(deps).slice(0, 3), ['docker load', 'docker push', 'docker load']);
  });

  it('says what is missing when there is neither, and which program failed', async () => {
    const deps = fakeDeps();
    const none = { ...deps, programs: { ...deps.programs, has: async () => false } };
    await assert.rejects(deliver(PUSH, NAMES, ARCHIVES, none), /--push needs skopeo or docker/);
    const failing = fakeDeps(() => new Error('denied'));
    await assert.rejects(deliver(PUSH, NAMES, ARCHIVES, failing), /skopeo copy ended with 1/);
  });

  it('is told of for a registry that somebody else pushes to', async () => {
    const deps = fakeDeps();
    await deliver({ kind: 'tell', registry: 'r' }, NAMES, ARCHIVES, deps);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.printed.join('\n'), /skopeo copy/);
  });
});

describe('prod-build --docker', () => {
  it('builds from the Dockerfiles, the one first that others stand on', async () => {
    const deps = fakeDeps(docker);
    assert.equal((await buildInDocker(NAMES, true, deps))?.duckmon, 'sha256:23');
    assert.match(
      deps.calls[0]?.line ?? '',
      /^build --file=\S+duckmon\.Dockerfile --tag=\S+\/duckmon:1/,
    );
    assert.deepEqual(lines(deps).slice(2, 4), ['docker build', 'docker push']);
  });

  it('knows no digest before the push, and says how to push', async () => {
    const deps = fakeDeps(docker);
    assert.equal(await buildInDocker(NAMES, false, deps), undefined);
    assert.equal(deps.printed.filter((line) => line.startsWith('docker push')).length, 3);
  });

  it('fails when the registry tells no digest', async () => {
    const deps = fakeDeps(({ line }) => (line.startsWith('image') ? 'null' : ''));
    await assert.rejects(buildInDocker(NAMES, true, deps), /does not tell the digest of reg/);
  });
});
