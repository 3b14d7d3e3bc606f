import assert from 'node:assert/strict';
import path from 'node:path';
import { CLUSTER_HELP, parseCluster } from './commands.ts';

const DEFAULT = '/checkout/.cache/cluster';
const parse = (...args: string[]) => parseCluster(args, DEFAULT);

describe('cluster: the command line', () => {
  it('starts in the default folder on free ports', () => {
    assert.deepEqual(parse('up'), {
      kind: 'up',
      state: DEFAULT,
      port: undefined,
      etcdPort: undefined,
      node: false,
    });
  });

  it('reads folder and ports, before and behind the command', () => {
    const wanted = { kind: 'up', state: '/srv/one', port: 6443, etcdPort: 2379, node: false };
    const flags = ['--state', '/srv/one', '--port', '6443', '--etcd-port=2379'];
    assert.deepEqual(parse('up', ...flags), wanted);
    assert.deepEqual(parse(...flags, 'up'), wanted);
  });

  it('takes a folder relative to where it is called', () => {
    assert.deepEqual(parse('down', '--state', 'one'), {
      kind: 'down',
      state: path.resolve('one'),
    });
  });

  it('knows the commands without arguments', () => {
    for (const kind of ['down', 'status', 'kubeconfig'])
      assert.deepEqual(parse(kind), { kind, state: DEFAULT });
    assert.deepEqual(parse('build'), { kind: 'build', node: false });
  });

  it('takes a node for up and build, and for nothing else', () => {
    const up = parse('up', '--node');
    assert.equal(up.kind === 'up' && up.node, true);
    assert.deepEqual(parse('--node', 'build'), { kind: 'build', node: true });
    for (const command of ['down', 'status', 'kubeconfig'])
      assert.throws(() => parse(command, '--node'), /--node is for up and build only/);
    assert.throws(() => parse('--node', 'load', 'a.tar'), /--node is for up and build only/);
  });

  it('loads archives by their paths, and asks for one', () => {
    assert.deepEqual(parse('load', '/a.tar', 'b.tar'), {
      kind: 'load',
      state: DEFAULT,
      files: ['/a.tar', path.resolve('b.tar')],
    });
    assert.throws(() => parse('load'), /load takes the paths of OCI archives/);
  });

  it('hands everything behind kubectl and helm on, flags of ours as well', () => {
    assert.deepEqual(parse('--state', '/s', 'kubectl', 'get', 'mj', '-o', 'yaml', '--help'), {
      kind: 'run',
      state: '/s',
      program: 'kubectl',
      args: ['get', 'mj', '-o', 'yaml', '--help'],
    });
    assert.deepEqual(parse('helm', 'list', '--state', 'x'), {
      kind: 'run',
      state: DEFAULT,
      program: 'helm',
      args: ['list', '--state', 'x'],
    });
  });

  it('takes a folder that is called like a program for a folder', () => {
    assert.deepEqual(parse('--state', 'kubectl', 'down'), {
      kind: 'down',
      state: path.resolve('kubectl'),
    });
  });

  it('refuses an unknown command by name, and a missing one', () => {
    assert.throws(() => parse('start'), /no command start/);
    assert.throws(() => parse(), /command is missing/);
  });

  it('refuses an unknown flag by name', () => {
    assert.throws(() => parse('up', '--ports', '1'), /--ports/);
  });

  it('refuses two commands', () => {
    assert.throws(() => parse('down', 'up'), /One command at a time: down up/);
  });

  it('refuses a port that is none, by flag', () => {
    for (const wrong of ['0', '65536', 'http', '1.5'])
      assert.throws(() => parse('up', '--etcd-port', wrong), new RegExp(`--etcd-port: ${wrong} `));
  });

  it('refuses a port where nothing is started', () => {
    assert.throws(() => parse('down', '--port', '6443'), /--port and --etcd-port are for up only/);
    assert.throws(() => parse('--port', '6443', 'kubectl', 'get'), /are for up only/);
  });

  it('describes every command and flag in its help', () => {
    assert.deepEqual(parse('up', '--help'), { kind: 'help' });
    for (const word of ['up', 'load', 'down', 'status', 'kubeconfig', 'kubectl', 'helm', 'build'])
      assert.match(CLUSTER_HELP, new RegExp(`^  ${word} `, 'm'));
    for (const flag of ['state', 'port', 'etcd-port', 'node', 'help'])
      assert.match(CLUSTER_HELP, new RegExp(`^  --${flag}`, 'm'));
  });
});
