import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const SCRIPT = path.join(import.meta.dirname, 'images.ts');

describe('scripts/images.ts', function () {
  // Each is a process of its own.
  this.timeout(30_000);

  const images = (...args: string[]) => {
    const flags = ['--disable-warning=ExperimentalWarning', SCRIPT, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
    return { status, output: stdout, said: stderr };
  };

  it('tells which images there are, and how they are used', () => {
    const { status, output } = images('--help');
    assert.equal(status, 0);
    assert.match(output, /duckmon, duckmon-browser, and duckmon-postgres/);
    for (const flag of ['output', 'registry', 'help'])
      assert.match(output, new RegExp(`^  --${flag}`, 'm'));
  });

  it('builds nothing when the command line is wrong, and names what is', () => {
    for (const [args, wanted] of [
      [[], /The command is build/],
      [
        ['build', 'duckmom'],
        /no image duckmom; there are duckmon, duckmon-browser, and duckmon-postgres/,
      ],
      [['build', '--push'], /--push/],
    ] as const) {
      const { status, output, said } = images(...args);
      assert.deepEqual([status, output], [2, '']);
      assert.match(said, wanted);
      assert.match(said, /See node scripts\/images\.ts --help/);
    }
  });
});
