import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { root } from '../lib/prepare.ts';

const read = (name: string): string => readFileSync(path.join(root, 'scripts/host', name), 'utf8');

/** The values of a unit by `Section.Key`; a key may come more than once. */
function parseUnit(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) section = header;
    else {
      const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? assert.fail(line);
      const name = `${section}.${key}`;
      found.set(name, [...(found.get(name) ?? []), value]);
    }
  }
  return found;
}

describe('the sample units of systemd', () => {
  const unit = parseUnit(read('duckmon.service'));
  const backup = parseUnit(read('duckmon-backup.service'));
  const one = (name: string): string | undefined => unit.get(name)?.at(-1);

  it('start production in the foreground, as a user of its own', () => {
    const [program = '', ...args] = (one('Service.ExecStart') ?? '').split(' ');
    assert.deepEqual(args, ['--production', '--data', '/var/lib/duckmon']);
    accessSync(program.replace('/opt/duckmon', root), constants.X_OK);
    assert.equal(one('Service.User'), 'duckmon');
    assert.equal(one('Service.StateDirectory'), 'duckmon');
    assert.equal(one('Service.StateDirectoryMode'), '0700');
  });

  it('start again after a crash, but not after a fault that a person must mend', () => {
    assert.equal(one('Service.Restart'), 'on-failure');
    assert.equal(one('Service.RestartPreventExitStatus'), '2');
  });

  it('F21 leave the 30 s that a stop may take', () => {
    assert.ok(Number.parseInt(one('Service.TimeoutStopSec') ?? '', 10) > 30);
    // Else systemd would end Chromium and Postgres before the services that use them.
    assert.equal(one('Service.KillMode'), 'mixed');
  });

  it('B14 put no secret into the environment', () => {
    for (const sample of [unit, backup]) {
      assert.equal(sample.get('Service.EnvironmentFile'), undefined);
      for (const line of sample.get('Service.Environment') ?? [])
        assert.match(line, /^(DUCKMON_CACHE|DUCKMON_DATA|NODE_COMPILE_CACHE)=\//);
    }
  });

  it('C22 leave Chromium the namespaces that its sandbox is made of, and its compiler', () => {
    assert.deepEqual(one('Service.RestrictNamespaces')?.split(' ').toSorted(), [
      'net',
      'pid',
      'user',
    ]);
    assert.equal(unit.has('Service.MemoryDenyWriteExecute'), false);
    assert.doesNotMatch(one('Service.SystemCallFilter') ?? '', /@sandbox|@process|@mount|chroot/);
  });

  it('take away what neither needs', () => {
    for (const [name, value] of [
      ['NoNewPrivileges', 'yes'],
      ['ProtectSystem', 'strict'],
      ['ProtectHome', 'yes'],
      ['PrivateTmp', 'yes'],
      ['PrivateDevices', 'yes'],
      ['CapabilityBoundingSet', ''],
      ['ProtectKernelTunables', 'yes'],
      ['RestrictSUIDSGID', 'yes'],
    ] as const)
      for (const sample of [unit, backup])
        assert.deepEqual(sample.get(`Service.${name}`), [value], name);
  });

  it('are understood by the systemd of this machine, where it has one', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-units-'));
    const names = ['duckmon.service', 'duckmon-backup.service', 'duckmon-backup.timer'];
    try {
      const files = names.map((name) => path.join(folder, name));
      names.forEach((name, at) =>
        writeFileSync(files[at] ?? '', read(name).replaceAll('/opt/duckmon', root)),
      );
      assert.equal(complaintsOf(files), '');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('make a backup a day of data and keys, and keep two weeks', () => {
    const timer = parseUnit(read('duckmon-backup.timer'));
    assert.deepEqual(timer.get('Timer.OnCalendar'), ['daily']);
    const [command = ''] = backup.get('Service.ExecStart') ?? [];
    assert.match(command, /duckmon\.mjs backup .*tar .* keys/);
    assert.match(backup.get('Service.ExecStartPost')?.[0] ?? '', /-mtime \+14 -delete$/);
    assert.deepEqual(backup.get('Service.UMask'), ['0077']);
  });
});

/** What `systemd-analyze verify` has to say; nothing where there is none. */
function complaintsOf(files: readonly string[]): string {
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
    encoding: 'utf8',
  });
  // It ends well also when it does not know a key.
  return verified.error ? '' : verified.stdout + verified.stderr;
}

describe('the sample of .env', () => {
  it('has empty values alone: none that somebody might leave as it is', () => {
    const values = parseEnv(read('env.example'));
    assert.deepEqual([...new Set(Object.values(values))], ['']);
  });

  it('has variables that duckmon knows', () => {
    const known = new Set(
      Object.keys(parseEnv(readFileSync(path.join(root, '.env.example'), 'utf8'))),
    );
    const names = Object.keys(parseEnv(read('env.example')));
    assert.deepEqual(
      names.filter((name) => !known.has(name)),
      [],
    );
  });
});
