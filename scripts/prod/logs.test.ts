import assert from 'node:assert/strict';
import { logs, logsStep } from './logs.ts';
import { fakeDeps, PLACE, WHERE } from './testing.ts';

const PLAIN = {
  part: undefined,
  follow: false,
  previous: false,
  since: undefined,
  tail: undefined,
};
const COMMAND = { kind: 'prod-logs', where: WHERE, dryRun: false, ...PLAIN } as const;

describe('prod-logs', () => {
  it('shows everything of all parts, each line with its pod', async () => {
    const deps = fakeDeps();
    assert.equal(await logs(COMMAND, PLACE, deps), 0);
    const line = deps.calls[0]?.line ?? '';
    assert.match(line, /^logs --selector=app\.kubernetes\.io\/part-of=duckmon --all-containers/);
    for (const flag of ['--prefix', '--tail=-1', '--ignore-errors'])
      assert.ok(line.split(' ').includes(flag), flag);
  });

  it('shows one part, from a time on, and goes on', () => {
    const given = { part: 'api', follow: true, previous: true, since: '15m', tail: 20 } as const;
    const { args } = logsStep(PLACE, given);
    for (const flag of [
      '--selector=mon.duckerhub.com/component=api',
      '--follow',
      '--previous',
      '--since=15m',
      '--tail=20',
    ])
      assert.ok(args.includes(flag), flag);
  });

  it('ends as kubectl does, and runs nothing in a dry run', async () => {
    assert.equal(
      await logs(
        COMMAND,
        PLACE,
        fakeDeps(() => new Error('ended')),
      ),
      1,
    );
    const deps = fakeDeps();
    await logs({ ...COMMAND, dryRun: true }, PLACE, deps);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.printed[0] ?? '', /^kubectl --context=prod -n=duckmon logs /);
  });
});
