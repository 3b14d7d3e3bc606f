import assert from 'node:assert/strict';
import path from 'node:path';
import { useFixture } from '../testing/fixture.ts';

describe('duckmon admin on the machine itself', () => {
  const world = useFixture();
  const ran: { script: string; args: readonly string[]; env: Record<string, string> }[] = [];
  let ends = 0;
  const runNode = async (
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<number> => {
    ran.push({ script, args, env });
    return ends;
  };
  const cli = (...argv: string[]) =>
    world.cli(['admin', ...argv, '--data', path.join(world.folder, 'data')], { runNode });
  const installed = (more: object = { apiUrl: 'postgres://mon_api' }): string =>
    world.write('data/postgres.json', JSON.stringify({ url: 'postgres://owner', ...more }));
  const args = (): readonly string[] => ran[0]?.args ?? [];

  beforeEach(() => {
    ran.length = 0;
    ends = 0;
  });

  it('runs the entry point of the api under the role of the api', async () => {
    installed();
    assert.equal((await cli('grant-admin', 'ann@example.org', '--reason', '-x')).code, 0);
    const [{ script, env } = { script: '', env: {} }] = ran;
    assert.match(script, /services\/api\/admin\/main\.ts$/);
    assert.deepEqual(args(), ['grant-admin', '--reason=-x', '--', 'ann@example.org']);
    assert.deepEqual(env, {
      DATABASE_URL: 'postgres://mon_api',
      PUBLIC_URL: world.api.url,
      ADMIN_RUNNER: 'duckmon',
      OBJECTS: 'store',
    });
  });

  for (const [argv, expected] of [
    [
      ['revoke-admin', 'ann', '--force'],
      ['revoke-admin', '--force', '--', 'ann'],
    ],
    [
      ['export', 'ann'],
      ['export', '--', 'ann'],
    ],
    [
      ['export', '--workspace', 'team-a'],
      ['export', '--workspace=team-a'],
    ],
    [
      ['erase', 'ann', '--yes'],
      ['erase', '--yes', '--', 'ann'],
    ],
    [
      ['erase', 'ann', '--dry-run'],
      ['erase', '--dry-run', '--', 'ann'],
    ],
    [
      ['users', '--csv', '--inactive', '90d'],
      ['users', '--csv', '--inactive=90d'],
    ],
    [
      ['audit', 'verify', '--json'],
      ['audit', 'verify', '--json'],
    ],
  ] as const)
    it(`runs it for ${argv.join(' ')}`, async () => {
      installed();
      await cli(...argv);
      assert.deepEqual(args(), expected);
    });

  it('E14 hands on the copy by its whole path', async () => {
    installed();
    await cli('audit', 'verify', '--against', 'copy.jsonl', '--workspace', 'team-a');
    assert.deepEqual(args(), [
      'audit',
      'verify',
      `--against=${path.join(world.folder, 'copy.jsonl')}`,
      '--workspace=team-a',
    ]);
  });

  it('ends as the entry point ends', async () => {
    installed();
    ends = 3;
    assert.equal((await cli('export', 'nobody')).code, 3);
    ends = 137;
    assert.equal((await cli('export', 'nobody')).code, 1);
  });

  it('says what to do where there is no duckmon, or an older one runs', async () => {
    const absent = await cli('export', 'ann');
    assert.match(absent.err, /there is no duckmon in .*; start it with \.\/scripts\/up/);
    installed({});
    const older = await cli('export', 'ann');
    assert.match(older.err, /was started by an older version; start it again/);
    assert.deepEqual(ran, []);
  });
});
