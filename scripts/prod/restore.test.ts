import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import { restore } from './restore.ts';
import { changes, clusterWithJobs, fakeDeps, PLACE, WHERE } from './testing.ts';

describe('restore --cluster', () => {
  const COMMAND = {
    kind: 'restore',
    where: WHERE,
    dryRun: false,
    from: 'latest',
    yes: true,
    timeoutMs: 5_000,
  } as const;
  const STOP = [
    'scale deployment/duckmon-api --replicas=0',
    'scale deployment/duckmon-scheduler --replicas=0',
    'wait --for=delete pods duckmon-api',
    'wait --for=delete pods duckmon-scheduler',
  ];
  /** One that was at none before starts as one. */
  const START = [
    'scale deployment/duckmon-api --replicas=2',
    'scale deployment/duckmon-scheduler --replicas=1',
  ];

  it('works while api and scheduler rest, and starts them again', async () => {
    const deps = fakeDeps(clusterWithJobs('Complete'));
    assert.equal(await restore(COMMAND, PLACE, deps), 0);
    assert.deepEqual(changes(deps), [...STOP, 'create', ...START]);
    const made = deps.calls.find(({ line }) => line.startsWith('create --filename'));
    assert.match(made?.input ?? '', /"args": \[\n +"restore",\n +"latest",\n +"--force"/);
    assert.deepEqual(deps.printed, ['{"ok":true,"rows":7}']);
  });

  it('starts them again when it fails', async () => {
    const deps = fakeDeps(clusterWithJobs('Failed', '{"ok":false}'));
    await assert.rejects(restore(COMMAND, PLACE, deps), SetupError);
    assert.deepEqual(changes(deps), [...STOP, 'create', ...START]);
  });

  it('does not start them beside a restore that goes on, and has said how', async () => {
    const deps = fakeDeps(clusterWithJobs(undefined));
    await assert.rejects(restore(COMMAND, PLACE, deps), /it goes on/);
    assert.deepEqual(changes(deps), [...STOP, 'create']);
    assert.match(deps.said.join('\n'), /scale deployment\/duckmon-api --replicas=2$/m);
  });

  it('throws nothing away without a yes', async () => {
    const deps = fakeDeps(clusterWithJobs('Complete'), { ask: async () => 'n' });
    await assert.rejects(restore({ ...COMMAND, yes: false }, PLACE, deps), /Nothing was changed/);
    assert.deepEqual(changes(deps), []);
  });

  it('only looks when it is to list or to verify', async () => {
    for (const from of ['list', 'verify']) {
      const deps = fakeDeps(clusterWithJobs('Complete'));
      assert.equal(await restore({ ...COMMAND, from, yes: false }, PLACE, deps), 0);
      assert.deepEqual(changes(deps), ['create']);
      const made = deps.calls.find(({ line }) => line.startsWith('create --filename'));
      assert.match(made?.input ?? '', new RegExp(`"args": \\[\\s+"${from}"\\s+\\]`));
    }
  });

  it('shows every step in a dry run', async () => {
    const deps = fakeDeps(clusterWithJobs('Complete'));
    assert.equal(await restore({ ...COMMAND, dryRun: true, yes: false }, PLACE, deps), 0);
    assert.deepEqual(changes(deps), []);
    assert.equal(deps.printed.length, STOP.length + 1 + START.length);
  });
});
