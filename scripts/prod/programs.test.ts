import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../services/core/clock.ts';
import { RECIPES } from '../lib/cluster/recipes.ts';
import { clusterCache } from '../lib/cluster/source.ts';
import { ProgramError, systemPrograms, type Programs } from './programs.ts';

describe('prod: programs', () => {
  let folder: string;
  let env: Record<string, string>;
  let programs: Programs;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-programs-'));
    env = { PATH: path.join(folder, 'bin'), DUCKMON_CACHE: path.join(folder, 'cache') };
    programs = systemPrograms({ env, clock: systemClock, say: () => {} });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (at: string, name: string, line: string): void => {
    mkdirSync(at, { recursive: true });
    writeFileSync(path.join(at, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  };

  it('are those of the PATH, and get their input', async () => {
    write(env['PATH'] ?? '', 'kubectl', 'read -r line; echo "$1 $line"');
    assert.equal(await programs.run('kubectl', ['apply'], 'an object\n'), 'apply an object\n');
  });

  it('are those of ./scripts/cluster when they are not on the PATH', async () => {
    const cache = clusterCache(env);
    for (const name of ['kubectl', 'helm'] as const) {
      write(path.join(cache, 'bin'), name, `echo the ${name} of the cache`);
      mkdirSync(path.join(cache, 'built'), { recursive: true });
      writeFileSync(path.join(cache, 'built', `${name}.json`), JSON.stringify(RECIPES[name]));
      assert.equal(await programs.run(name, []), `the ${name} of the cache\n`);
    }
  });

  it('are said to be missing when nobody has them', async () => {
    assert.equal(await programs.has('skopeo'), false);
    await assert.rejects(
      programs.run('docker', ['push']),
      (error) => error instanceof ProgramError && error.said.startsWith('is not installed'),
    );
  });

  it('fail with what they said', async () => {
    write(env['PATH'] ?? '', 'helm', '[ "$1" = --help ] || { echo "it is broken" >&2; exit 3; }');
    assert.equal(await programs.has('helm'), true);
    await assert.rejects(
      programs.run('helm', ['upgrade']),
      (error) => error instanceof ProgramError && error.said === 'it is broken',
    );
    assert.equal(await programs.attach('node', ['-e', 'process.exit(4)']), 4);
  });
});
