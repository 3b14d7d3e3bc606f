import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../core/clock.ts';
import { loadConnection } from '../../../core/kube/connection.ts';
import { createTransport } from '../../../core/kube/transport.ts';
import { temporaryFolder } from '../../testing/api.ts';
import { startExecServer, type ExecServer } from '../../testing/execServer.ts';
import type { KubectlIo } from '../cluster.ts';
import { createExec, outcomeOf, refusalOf } from '../exec.ts';
import { main } from '../main.ts';
import { readyOf } from './admin.ts';

const SUCCESS = JSON.stringify({ metadata: {}, status: 'Success' });
const exited = (code: number): string =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });
const pod = (name: string, ready: 'True' | 'False', metadata: object = {}) => ({
  metadata: { name, ...metadata },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});

describe('kubectl monitor in a pod of the api', () => {
  let server: ExecServer;
  let folder: ReturnType<typeof temporaryFolder>;

  before(async () => {
    folder = temporaryFolder();
    server = await startExecServer(folder.path);
  });
  after(async () => {
    await server.close();
    folder.remove();
  });

  const PODS = '/api/v1/namespaces/duckmon/pods';
  const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const answer = (path: string, body: unknown, status = 200): unknown =>
    server.objects.set(path, { status, body });
  const pods = (...items: object[]): unknown =>
    answer(PODS, { metadata: { resourceVersion: '1' }, items });

  beforeEach(() => {
    server.objects.clear();
    server.asked.length = 0;
    pods(pod('api-1', 'False'), pod('api-2', 'True'));
    answer(REVIEWS, { metadata: {}, status: { userInfo: { username: 'ann' } } }, 201);
    server.script = [
      ['out', 'https://mon.example.org/sign-in?token=x\n'],
      ['status', SUCCESS],
    ];
  });

  async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const io = {
      out: (text: string) => void (out += text),
      err: (text: string) => void (err += text),
      cwd: folder.path,
      open: async (file: string) => {
        const connection = await loadConnection(file, systemClock);
        return {
          transport: createTransport({ connection, clock: systemClock, userAgent: 'test' }),
          exec: createExec(file),
          namespace: undefined,
        };
      },
    } as unknown as KubectlIo;
    const code = await main([...argv, '--kubeconfig', server.kubeconfig], io);
    return { code, out, err };
  }
  const program = (): { pod: string; args: string[] } => {
    const [url] = server.asked;
    const args = url?.searchParams.getAll('command') ?? [];
    assert.deepEqual(args.slice(0, 2), ['node', 'services/api/admin/main.ts']);
    return { pod: url?.pathname.split('/').at(-2) ?? '', args: args.slice(2) };
  };

  it('runs the entry point in a ready pod, and passes on what it writes', async () => {
    const { code, out, err } = await call('sign-in');
    assert.deepEqual([code, out, err], [0, 'https://mon.example.org/sign-in?token=x\n', '']);
    assert.deepEqual(program(), { pod: 'api-2', args: ['--asked-by=ann', 'sign-in'] });
    assert.equal(server.asked[0]?.searchParams.get('container'), 'api');
  });

  for (const [argv, args] of [
    [
      ['sign-in', '--json'],
      ['sign-in', '--json'],
    ],
    [
      ['revoke-all', '--reason', 'a leak'],
      ['revoke-all', '--reason=a leak'],
    ],
    [
      ['disable', 'ann@example.org', '--reason', '--'],
      ['disable', '--reason=--', '--', 'ann@example.org'],
    ],
    [
      ['enable', 'ann@example.org'],
      ['enable', '--', 'ann@example.org'],
    ],
    [['users'], ['users']],
    [
      ['users', '--inactive', '90d', '--csv'],
      ['users', '--csv', '--inactive=90d'],
    ],
    [
      ['grant-admin', 'ann'],
      ['grant-admin', '--', 'ann'],
    ],
    [
      ['revoke-admin', 'ann', '--force'],
      ['revoke-admin', '--force', '--', 'ann'],
    ],
    [
      ['export', '--workspace', 'team-a'],
      ['export', '--workspace=team-a'],
    ],
    [
      ['export', 'ann'],
      ['export', '--', 'ann'],
    ],
    [
      ['erase', 'ann', '--dry-run', '--json'],
      ['erase', '--json', '--dry-run', '--', 'ann'],
    ],
    [
      ['audit', 'verify', '--workspace', 'team-a'],
      ['audit', 'verify', '--workspace=team-a'],
    ],
    [
      ['audit', 'export'],
      ['audit', 'export'],
    ],
  ] as const)
    it(`asks for ${argv.join(' ')}`, async () => {
      await call(...argv);
      assert.deepEqual(program().args, ['--asked-by=ann', ...args]);
    });

  it('E14 hands on the heads that a copy on this machine has, the newest ones', async () => {
    const hash = (n: number): string => n.toString(16).padStart(64, '0');
    const file = path.join(folder.path, 'copy.jsonl');
    const lines = Array.from({ length: 60 }, (_, n) => ({
      chain: '_platform',
      rows: n + 1,
      head: hash(n + 1),
    }));
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    await call('audit', 'verify', '--against', file);
    const { args } = program();
    assert.deepEqual(args.slice(0, 4), [
      '--asked-by=ann',
      'audit',
      'verify',
      `--head=11:${hash(11)}`,
    ]);
    assert.deepEqual([args.length, args.at(-1)], [53, `--head=60:${hash(60)}`]);
  });

  it('runs nothing for a copy that is not there, or is of another chain', async () => {
    const file = path.join(folder.path, 'other.jsonl');
    writeFileSync(file, JSON.stringify({ chain: 'team-b', rows: 1, head: 'a'.repeat(64) }));
    const other = await call('audit', 'verify', '--against', file);
    assert.match(other.err, /has no head of the audit of _platform; give a file that kubectl/);
    const absent = await call('audit', 'verify', '--against', '/nowhere');
    assert.deepEqual([absent.code, /\/nowhere cannot be read/.test(absent.err)], [1, true]);
    assert.deepEqual(server.asked, []);
  });

  it('goes on without the name of the caller where the cluster does not say it', async () => {
    answer(REVIEWS, { message: 'no' }, 403);
    assert.equal((await call('users')).code, 0);
    assert.deepEqual(program().args, ['users']);
  });

  it('ends as the program ended, with its words on standard error', async () => {
    server.script = [
      ['err', 'There is no user bob\n'],
      ['status', exited(3)],
    ];
    const { code, err } = await call('disable', 'bob');
    assert.deepEqual([code, err], [3, 'There is no user bob\n']);
    server.script = [['status', exited(137)]];
    assert.equal((await call('users')).code, 1);
  });

  it('puts characters together that came in two parts', async () => {
    const bytes = Buffer.from('ü');
    server.script = [
      ['out', bytes.subarray(0, 1)],
      ['out', bytes.subarray(1)],
      ['out', 'x'.repeat(200)],
      ['status', SUCCESS],
    ];
    assert.equal((await call('users')).out, `ü${'x'.repeat(200)}`);
  });

  it('says which Role is missing, whether the pods or the exec are refused', async () => {
    server.script = 403;
    const { code, err } = await call('sign-in');
    assert.equal(code, 4);
    assert.match(
      err,
      /a Role in the namespace duckmon with list of pods, and get and create of pods\/exec/,
    );
    answer(PODS, { message: 'pods is forbidden' }, 403);
    assert.match((await call('sign-in')).err, /a Role in the namespace duckmon/);
  });

  it('says what to look at when no pod of the api is ready', async () => {
    pods(pod('api-1', 'False'));
    const { code, err } = await call('sign-in');
    assert.equal(code, 1);
    assert.match(
      err,
      /no pod of the api is ready in the namespace duckmon; see kubectl monitor doctor/,
    );
    assert.deepEqual(server.asked, []);
  });

  it('says that a pod has gone before, and that it went in the middle', async () => {
    server.script = 404;
    assert.match((await call('revoke-all')).err, /the pod api-2 has just gone; try again/);
    server.script = [['out', 'half']];
    const { code, err } = await call('revoke-all');
    assert.equal(code, 1);
    assert.match(err, /ended before the answer: it may or may not have been done/);
  });
});

describe('the pod that is chosen', () => {
  it('is ready and not about to end', () => {
    const ending = pod('b', 'True', { deletionTimestamp: '2026-03-10T12:00:00Z' });
    assert.equal(readyOf([pod('a', 'False'), ending, pod('c', 'True')])?.metadata.name, 'c');
    assert.equal(readyOf([{ metadata: { name: 'new' } }]), undefined);
  });
});

describe('the end of a program in a pod', () => {
  it('is not run when the container has no such program', () => {
    const message = 'exec: "node": executable file not found';
    assert.deepEqual(outcomeOf({ status: 'Failure', reason: 'InternalError', message }), {
      kind: 'notRun',
      why: message,
    });
  });
  it('is told of a connection that was not made', () => {
    assert.deepEqual(refusalOf('connect ECONNREFUSED'), {
      kind: 'notRun',
      why: 'connect ECONNREFUSED',
    });
  });
});
