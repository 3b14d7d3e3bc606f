import assert from 'node:assert/strict';
import { SetupError } from '../../services/core/errors.ts';
import {
  endOf,
  jobName,
  jobOf,
  resultIn,
  runJob,
  UnfinishedError,
  withArguments,
  type Job,
} from './job.ts';
import { fakeDeps, kubectlSays, PLACE, type Answer } from './testing.ts';

const JOB: Job = {
  kind: 'Job',
  metadata: { name: 'duckmon-backup-x' },
  spec: { template: { spec: { containers: [{ args: ['run'] }] } } },
};
const ended = (type: string): string =>
  JSON.stringify({ ...JOB, status: { conditions: [{ type, status: 'True' }] } });
const POD = {
  kind: 'Pod',
  metadata: { name: 'p' },
  status: {
    containerStatuses: [{ name: 'backup', state: { waiting: { reason: 'ErrImagePull' } } }],
  },
};

/** A cluster in which the Job ends at a round of looking, with what its pod wrote. */
function cluster(round: number, type: string, written: string): Answer {
  let rounds = 0;
  return ({ line }) => {
    if (line.startsWith('logs')) return written;
    if (line.startsWith('get pods')) return JSON.stringify({ items: [POD] });
    if (line.startsWith('get events')) return '{"items": []}';
    if (line.startsWith('get job')) return ++rounds < round ? JSON.stringify(JOB) : ended(type);
    return '';
  };
}

describe('prod: Jobs of the chart', () => {
  it('have a name by the time that Kubernetes takes', () => {
    const name = jobName('duckmon-restore', new Date('2026-11-26T12:00:00.123Z'));
    assert.equal(name, 'duckmon-restore-20261126t120000123z');
    assert.ok(/^[a-z0-9-]{1,63}$/.test(name));
  });

  it('are made of the template, and of nothing else but other arguments', async () => {
    const deps = fakeDeps(() => JSON.stringify(JOB));
    const args = ['restore', 'latest', '--force'];
    assert.deepEqual(
      await jobOf(PLACE, 'duckmon-restore', 'x', args, deps),
      withArguments(JOB, args),
    );
    assert.match(
      deps.calls[0]?.line ?? '',
      /^create job x --from=cronjob\/duckmon-restore --dry-run=client/,
    );
    assert.deepEqual(withArguments(JOB, undefined), JOB);
    assert.deepEqual(withArguments(JOB, args).spec.template.spec.containers, [{ args }]);
  });

  it('are not there when the chart makes no backups, and that is said', async () => {
    const deps = fakeDeps(() =>
      kubectlSays('Error from server (NotFound): cronjobs "x" not found'),
    );
    await assert.rejects(
      jobOf(PLACE, 'duckmon-backup', 'x', undefined, deps),
      (error) => error instanceof SetupError && /Set backup\.enabled=true/.test(error.message),
    );
  });

  it('end when their condition says so', () => {
    assert.equal(endOf(JOB), undefined);
    assert.equal(endOf(JSON.parse(ended('Complete')) as Job), 'Complete');
    assert.equal(endOf(JSON.parse(ended('Failed')) as Job), 'Failed');
  });

  it('tell what came of them in the last line that says whether it went well', () => {
    const written = '{"level":30}\n{"ok":false,"error":"a"}\n{"ok":true,"rows":7}\n{"level":30}\n';
    assert.equal(resultIn(written), '{"ok":true,"rows":7}');
    assert.equal(resultIn('{"level":30}\n'), undefined);
  });

  it('are waited for, with what they wait for told once', async () => {
    const deps = fakeDeps(cluster(4, 'Complete', '{"ok":true}'));
    assert.equal(await runJob(PLACE, JOB, 60_000, deps), '{"ok":true}');
    assert.deepEqual(deps.said, ['  duckmon-backup-x: backup ErrImagePull']);
    assert.equal(deps.calls[0]?.input, JSON.stringify(JOB, undefined, 2));
  });

  it('fail with what they said', async () => {
    const failed = fakeDeps(cluster(1, 'Failed', '{"ok":false,"error":"full"}\n'));
    await assert.rejects(
      runJob(PLACE, JOB, 60_000, failed),
      (error) =>
        error instanceof SetupError && /failed: \{"ok":false,"error":"full"\}/.test(error.message),
    );
    const silent = fakeDeps(cluster(1, 'Complete', ''));
    await assert.rejects(runJob(PLACE, JOB, 60_000, silent), /failed: it wrote nothing/);
  });

  it('that take too long are told of, and go on', async () => {
    const deps = fakeDeps(cluster(Infinity, 'Complete', ''));
    await assert.rejects(
      runJob(PLACE, JOB, 5_000, deps),
      (error) =>
        error instanceof UnfinishedError && /not ended after 5s .*it goes on/.test(error.message),
    );
  });
});
