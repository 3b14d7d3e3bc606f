import assert from 'node:assert/strict';
import type { Command } from 'commander';
import type { CliIo } from './io.ts';
import { createProgram } from './program.ts';
import { useFixture } from './testing/fixture.ts';
import { page } from './testing/answers.ts';

describe('duckmon', () => {
  const world = useFixture();

  it('writes its exit codes into its help', async () => {
    const { code, out } = await world.cli(['--help']);
    assert.equal(code, 0);
    for (const line of [
      /^ {2}0 {2}done$/m,
      /^ {2}3 {2}not found$/m,
      /^ {2}5 {2}Service not responding/m,
    ])
      assert.match(out, line);
  });
  it('writes help for each command', async () => {
    const { code, out } = await world.cli(['run', '--help']);
    assert.equal(code, 0);
    assert.match(out, /--wait/);
  });
  it('says in the help of each command what it does and what each argument is', () => {
    const everyCommand = (command: Command): Command[] => [
      command,
      ...command.commands.flatMap(everyCommand),
    ];
    const commands = createProgram({ out: () => {}, err: () => {} } as unknown as CliIo, () => {});
    const silent = everyCommand(commands).flatMap((command) => [
      ...(command.description() === '' ? [command.name()] : []),
      ...command.registeredArguments
        .filter(({ description }) => description === '')
        .map((it) => `${command.name()} ${it.name()}`),
      ...command.options
        .filter(({ description }) => description === '')
        .map(({ flags }) => `${command.name()} ${flags}`),
    ]);
    assert.deepEqual(silent, []);
    assert.ok(everyCommand(commands).length > 20);
  });
  it('points to the help after a wrong command line', async () => {
    const { code, err } = await world.cli(['run']);
    assert.equal(code, 2);
    assert.match(
      err,
      /missing required argument 'monitor'\nAdd --help for its arguments and flags/,
    );
  });
  it('is a usage error without a command', async () => {
    const { code, out, err } = await world.cli([]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^Usage: duckmon/);
  });
  it('guesses a command that was mistyped', async () => {
    const { code, err } = await world.cli(['aply']);
    assert.equal(code, 2);
    assert.match(err, /Did you mean apply\?/);
  });
  it('takes --api and --data before and after the command', async () => {
    world.api.script['GET /api/v1/monitors'] = page();
    const env = { DUCKMON_API: 'http://127.0.0.1:1' };
    assert.equal((await world.cli(['--api', world.api.url, 'get', 'mj'], { env })).code, 0);
    assert.equal((await world.cli(['get', 'mj', '--api', world.api.url], { env })).code, 0);
  });
  it('ends with 5 when nothing answers', async () => {
    const { code, err } = await world.cli(['get', 'mj', '--api', 'http://127.0.0.1:1']);
    assert.equal(code, 5);
    assert.match(
      err,
      /^duckmon: Service not responding: http:\/\/127\.0\.0\.1:1 .*\.\/scripts\/up/,
    );
  });
  it('warns when the token would travel unencrypted', async () => {
    const nowhere: typeof fetch = async () => {
      throw new TypeError('fetch failed');
    };
    const { err } = await world.cli(['get', 'mj', '--api', 'http://mon.example.org'], {
      fetch: nowhere,
    });
    assert.match(err, /^warning: the token goes unencrypted to mon\.example\.org/);
  });
  it('does not warn on this machine', async () => {
    world.api.script['GET /api/v1/monitors'] = page();
    assert.doesNotMatch((await world.cli(['get', 'mj'])).err, /warning/);
  });
  it('passes on a defect of its own with its stack', async () => {
    const broken = {
      now: () => {
        throw new Error('defect');
      },
    };
    world.api.script['GET /api/v1/monitors'] = page({ metadata: { name: 'x' }, spec: {} });
    await assert.rejects(world.cli(['get', 'mj'], broken), /defect/);
  });
});
