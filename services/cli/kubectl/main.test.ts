import assert from 'node:assert/strict';
import type { MonitorJob, MonitorJobStatus } from '../../../crds/types/monitorjob.ts';
import { ApiError, NoAnswerError } from '../../core/kube/errors.ts';
import type { Transport } from '../../core/kube/transport.ts';
import type { KubeObject, ObjectRef, Resource } from '../../core/kube/types.ts';
import type { KubectlIo } from './cluster.ts';
import { reasonsOf } from './commands/why.ts';
import { main } from './main.ts';

const NOW = new Date('2026-03-10T12:00:00Z');

const job = (status: MonitorJobStatus = {}, patch: object = {}): MonitorJob =>
  ({
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'MonitorJob',
    metadata: { name: 'shop', namespace: 'team', generation: 1 },
    spec: {
      suspend: false,
      sources: [{ name: 'page', url: 'https://shop.example/' }],
      schedule: { interval: '15m' },
    },
    status,
    ...patch,
  }) as unknown as MonitorJob;
const condition = (type: string, status: 'True' | 'False', reason: string, message = '') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: NOW.toISOString(),
  observedGeneration: 1,
});
const well: MonitorJobStatus = {
  observedGeneration: 1,
  conditions: [condition('Ready', 'True', 'Ready'), condition('Paused', 'False', 'NotPaused')],
  lastCheck: { time: '2026-03-10T11:55:00Z', outcome: 'Unchanged' },
};

describe('kubectl monitor', () => {
  let out = '';
  let err = '';
  let patches: { kind: string; ref: ObjectRef; patch: unknown }[] = [];
  let passed: (readonly string[])[] = [];
  let time = 0;
  let failure: Error | undefined;
  /** What `get` answers, given how often something was patched. */
  let answer: (patched: number) => KubeObject;
  let items: KubeObject[] = [];
  beforeEach(() => {
    out = '';
    err = '';
    patches = [];
    passed = [];
    time = NOW.getTime();
    failure = undefined;
    items = [];
    answer = () => job(well);
  });

  const transport = {
    get: () => (failure ? Promise.reject(failure) : Promise.resolve(answer(patches.length))),
    list: (_resource: Resource, options: { continue?: string }) =>
      Promise.resolve(
        options.continue === undefined
          ? { metadata: { resourceVersion: '1', continue: 'more' }, items: items.slice(0, 1) }
          : { metadata: { resourceVersion: '1' }, items: items.slice(1) },
      ),
    create: () => Promise.resolve({ metadata: {}, status: { userInfo: { username: 'anna' } } }),
    mergePatch: (resource: Resource, ref: ObjectRef, patch: unknown) => {
      if (failure) return Promise.reject(failure);
      patches.push({ kind: resource.kind, ref, patch });
      return Promise.resolve(answer(patches.length));
    },
  } as unknown as Transport;
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    columns: 160,
    now: () => new Date(time),
    sleep: (ms: number) => {
      time += ms;
      return Promise.resolve();
    },
    open: () => Promise.resolve({ transport, namespace: 'team' }),
    kubectl: (args: readonly string[]) => {
      passed.push(args);
      return Promise.resolve(0);
    },
  } as unknown as KubectlIo;
  const call = (...argv: string[]) => main(argv, io);

  it('lists the monitors of all pages', async () => {
    items = [job(well), job(well, { metadata: { name: 'other', namespace: 'team' } })] as never;
    assert.equal(await call('status'), 0);
    assert.match(out, /^NAME +SCHEDULE/);
    assert.match(out, /shop .*15m .*True[\s\S]*other/);
  });

  it('says when there are none', async () => {
    await call('status', '-n', 'empty');
    assert.equal(err, 'No MonitorJobs in the namespace empty.\n');
  });

  it('shows one in detail, in columns', async () => {
    await call('status', 'shop');
    assert.match(out, /^Name: {12}team\/shop$/m);
    assert.match(out, /^Last check: {6}5m ago: Unchanged$/m);
    assert.match(out, /^ {2}Ready {10}True {5}Ready$/m);
  });

  it('asks for a run by the annotation and waits for the very answer', async () => {
    const wish = NOW.toISOString();
    answer = (patched) =>
      job({
        ...well,
        ...(patched > 0 && time > NOW.getTime() + 1000 ? { lastHandledRunRequest: wish } : {}),
      });
    assert.equal(await call('run', 'shop', '--wait'), 0);
    assert.deepEqual(patches, [
      {
        kind: 'MonitorJob',
        ref: { namespace: 'team', name: 'shop' },
        patch: { metadata: { annotations: { 'mon.duckerhub.com/run-requested-at': wish } } },
      },
    ]);
    assert.equal(out, 'shop: Unchanged\n');
  });

  it('ends with 1 when no check came in time, and says what to do', async () => {
    assert.equal(await call('run', 'shop', '--wait', '--timeout', '3s'), 1);
    assert.match(err, /not checked within 3s; see kubectl monitor why shop/);
  });

  it('ends with 1 when the check failed', async () => {
    answer = () =>
      job({
        lastHandledRunRequest: NOW.toISOString(),
        lastCheck: { time: '', outcome: 'Failed', message: 'No answer.' },
      });
    assert.equal(await call('run', 'shop', '--wait'), 1);
    assert.equal(out, 'shop: Failed (No answer.)\n');
  });

  it('shows a plan and leaves the object as it was', async () => {
    answer = (patched) => job({ ...well, ...(patched === 1 ? { plan: ['watch the page'] } : {}) });
    assert.equal(await call('plan', 'shop'), 0);
    assert.equal(out, '- watch the page\n');
    assert.deepEqual(
      patches.map(({ patch }) => patch),
      [
        { metadata: { annotations: { 'mon.duckerhub.com/dry-run': 'true' } } },
        { metadata: { annotations: { 'mon.duckerhub.com/dry-run': null } } },
      ],
    );
  });

  it('takes the mark of a dry run off also when no plan came', async () => {
    assert.equal(await call('plan', 'shop', '--timeout', '2s'), 1);
    assert.equal(patches.length, 2);
  });

  it('freezes the platform and waits until it holds', async () => {
    const platform = (frozen: boolean) => ({
      metadata: {},
      status: { conditions: [condition('Frozen', frozen ? 'True' : 'False', 'x')] },
    });
    answer = () => platform(time > NOW.getTime());
    assert.equal(await call('freeze'), 0);
    assert.deepEqual(patches, [
      {
        kind: 'MonitorPlatform',
        ref: { namespace: 'duckmon', name: 'default' },
        patch: {
          spec: { suspend: true },
          metadata: { annotations: { 'mon.duckerhub.com/suspend-requested-by': 'anna' } },
        },
      },
    ]);
    assert.match(out, /^Frozen/);
    answer = () => platform(true);
    assert.equal(await call('resume', '--timeout', '1s'), 1);
    assert.deepEqual(patches.at(-1)?.patch, {
      spec: { suspend: false },
      metadata: {
        annotations: {
          'mon.duckerhub.com/suspend-requested-by': null,
          'mon.duckerhub.com/resume-requested-by': 'anna',
        },
      },
    });
    assert.match(err, /freeze was not lifted within 1s/);
  });

  it('asks for new keys, gracefully or at once', async () => {
    answer = () => ({ metadata: {} });
    await call('rotate');
    await call('rotate', '--now', '--platform', 'mon');
    assert.deepEqual(
      patches.map(({ patch }) =>
        Object.entries((patch as { metadata: { annotations: object } }).metadata.annotations),
      ),
      ['rotate', 'rotate-now'].map((act) => [
        [`mon.duckerhub.com/${act}-requested-at`, NOW.toISOString()],
        [`mon.duckerhub.com/${act}-requested-by`, 'anna'],
      ]),
    );
    assert.equal(patches[1]?.ref.namespace, 'mon');
  });

  it('asks for a new data key once, and then says how far it is', async () => {
    const data = (state: string) => ({ ring: 'Data', kid: state, state });
    const conditions = [condition('DataKeyRotating', 'True', 'SealingAgain', '12 rows are left')];
    answer = (patched) =>
      ({
        metadata: {},
        status: { keys: [data('Current'), ...(patched ? [data('Previous')] : [])], conditions },
      }) as KubeObject;
    assert.equal(await call('rotate', '--data-key'), 0);
    assert.match(out, /Backups from before need the old one/);
    const annotations = {
      'mon.duckerhub.com/rotate-data-key-requested-at': NOW.toISOString(),
      'mon.duckerhub.com/rotate-data-key-requested-by': 'anna',
    };
    assert.deepEqual(
      patches.map(({ patch }) => patch),
      [{ metadata: { annotations } }],
    );
    assert.equal(await call('rotate', '--data-key'), 0);
    assert.match(out, /A rotation is under way\. 12 rows are left\n$/);
    assert.equal(patches.length, 1);
    assert.equal(await call('rotate', '--data-key', '--now'), 2);
    assert.equal(patches.length, 1);
  });

  it('passes logs on to kubectl', async () => {
    assert.equal(await call('logs', 'scheduler', '-f', '--tail', '5', '--kubeconfig', 'k'), 0);
    assert.deepEqual(passed, [
      [
        '--kubeconfig=k',
        'logs',
        '--namespace=duckmon',
        '--selector=mon.duckerhub.com/component=scheduler',
        '--prefix',
        '--max-log-requests=50',
        '--tail=5',
        '--follow',
      ],
    ]);
    assert.equal(await call('logs', 'postgres'), 2);
    assert.match(err, /must be one of operator, scheduler/);
  });

  it('says in the server’s words what it refused, with an exit code of its own', async () => {
    const refuse = (status: number, message: string) =>
      new ApiError(status, { message }, 'GET /apis/x');
    failure = refuse(404, 'monitorjobs "shop" not found');
    assert.equal(await call('why', 'shop'), 3);
    assert.equal(err, 'kubectl monitor: monitorjobs "shop" not found\n');
    failure = refuse(403, 'no');
    assert.equal(await call('why', 'shop'), 4);
    failure = new NoAnswerError('unreachable', 'ECONNREFUSED');
    assert.equal(await call('why', 'shop'), 5);
  });

  it('has a help for every command', async () => {
    for (const command of ['status', 'run', 'plan', 'why', 'freeze', 'resume', 'rotate', 'logs'])
      assert.equal(await call(command, '--help'), 0);
  });
});

describe('kubectl monitor why', () => {
  it('names what is wrong, and a pause', () => {
    const conditions = [
      condition('Accepted', 'False', 'ChannelNotFound', 'Apply ops.'),
      condition('Ready', 'False', 'NotAccepted'),
      condition('Paused', 'True', 'Suspended'),
    ];
    assert.deepEqual(reasonsOf(job({ observedGeneration: 1, conditions })), [
      'Accepted: ChannelNotFound. Apply ops.',
      'Paused: Suspended',
    ]);
  });

  it('says that nothing is wrong, and when it looks again', () => {
    const lines = reasonsOf(job(well));
    assert.match(lines[0] ?? '', /Nothing is wrong.*Unchanged/);
    assert.match(lines[1] ?? '', /every 15m/);
  });

  it('says that an edit was not taken up, and that nobody saw the object', () => {
    const edited = job(well, { metadata: { name: 'shop', namespace: 'team', generation: 2 } });
    assert.deepEqual(reasonsOf(edited), ['The last edit has not been taken up yet.']);
    assert.match(reasonsOf(job())[0] ?? '', /operator has not seen/);
  });

  it('says that the first check is still to come', () => {
    const { lastCheck: _none, ...ready } = well;
    assert.deepEqual(reasonsOf(job(ready)), ['It is ready and waits for its first check.']);
  });
});
