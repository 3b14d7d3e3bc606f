import assert from 'node:assert/strict';
import { backup } from './backup.ts';
import { changes, clusterWithJobs, fakeDeps, PLACE, WHERE } from './testing.ts';

describe('backup --cluster', () => {
  const COMMAND = { kind: 'backup', where: WHERE, dryRun: false, timeoutMs: 5_000 } as const;

  it('makes one of the schedule’s template, and prints what came of it', async () => {
    const deps = fakeDeps(clusterWithJobs('Complete'));
    assert.equal(await backup(COMMAND, PLACE, deps), 0);
    assert.deepEqual(deps.printed, ['{"ok":true,"rows":7}']);
    assert.match(deps.calls[0]?.line ?? '', /--from=cronjob\/duckmon-backup/);
    assert.match(
      deps.said.at(-1) ?? '',
      /copies of the Secrets duckmon-backup-key and duckmon-data-key/,
    );
  });

  it('shows the Job in a dry run', async () => {
    const deps = fakeDeps(clusterWithJobs('Complete'));
    assert.equal(await backup({ ...COMMAND, dryRun: true }, PLACE, deps), 0);
    assert.deepEqual(changes(deps), []);
    assert.match(deps.printed[0] ?? '', /^kubectl .* create [^]*"args": \[\n +"run"/);
  });
});
