import assert from 'node:assert/strict';
import { local } from './local.ts';
import { fakeDeps } from './testing.ts';

const COMMAND = { kind: 'local', args: ['backup', 'a file', '--force'], dryRun: false } as const;

describe('prod: words of this machine', () => {
  it('are handed on to duckmon, with its exit code', async () => {
    const deps = fakeDeps();
    assert.equal(await local(COMMAND, deps), 0);
    assert.match(deps.calls[0]?.line ?? '', /scripts\/duckmon\.mjs backup a file --force$/);
    assert.match(deps.said[0] ?? '', /duckmon of this machine \(for a cluster: --cluster\)/);
    assert.equal(
      await local(
        COMMAND,
        fakeDeps(() => new Error('failed')),
      ),
      1,
    );
  });

  it('are shown in a dry run', async () => {
    const deps = fakeDeps();
    assert.equal(await local({ ...COMMAND, dryRun: true }, deps), 0);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.printed[0] ?? '', /^node \S+duckmon\.mjs backup 'a file' --force$/);
  });
});
