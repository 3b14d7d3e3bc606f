import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isKept, unresolved, USER, writeBase } from './rootFolder.ts';

describe('images: the system part', () => {
  it('takes libraries, fonts and licences of packages', () => {
    for (const file of [
      '/usr/lib/x86_64-linux-gnu/libc.so.6',
      '/usr/lib64/ld-linux-x86-64.so.2',
      '/usr/lib/chromium/chromium-headless-shell',
      '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
      '/etc/fonts/fonts.conf',
      '/usr/share/doc/libc6/copyright',
    ])
      assert.equal(isKept(file), true, file);
  });

  it('takes no programs, manuals, and settings of services', () => {
    for (const file of [
      '/usr/bin/chromium-headless-shell',
      '/bin/sh',
      '/usr/sbin/ldconfig',
      '/usr/share/doc/libc6/changelog.gz',
      '/usr/share/man/man1/x.1.gz',
      '/usr/lib/systemd/system/x.service',
      '/usr/lib/x86_64-linux-gnu/gconv/BIG5.so',
      '/usr/lib/chromium/chrome_crashpad_handler',
      '/etc/ld.so.conf.d/x.conf',
    ])
      assert.equal(isKept(file), false, file);
  });

  it('keeps a program that is named, and no other of its folder', () => {
    const programs = ['/usr/bin/dash'];
    assert.equal(isKept('/usr/bin/dash', programs), true);
    assert.equal(isKept('/usr/bin/bash', programs), false);
  });

  it('knows the user of our processes by name, gives nobody a shell, and lets all write in /tmp', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-base-'));
    try {
      writeBase(folder);
      const users = readFileSync(path.join(folder, 'etc/passwd'), 'utf8').trim().split('\n');
      assert.ok(
        users.some((line) => line.startsWith(`duckmon:x:${USER}:${USER}:`)),
        users.join(),
      );
      assert.ok(
        users.every((line) => line.endsWith(':/nologin')),
        users.join(),
      );
      assert.equal(statSync(path.join(folder, 'tmp')).mode & 0o7777, 0o1777);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sees libraries that the loader found on this machine only, or nowhere', () => {
    const listing = [
      '\tlinux-vdso.so.1 (0x00007f)',
      '\tlibc.so.6 => /cache/node-1/usr/lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
      '\tlibfoo.so.1 => not found',
      '\tlibbar.so.2 => /lib/x86_64-linux-gnu/libbar.so.2 (0x00007f)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f)',
    ].join('\n');
    assert.deepEqual(unresolved(listing, ['/cache/node-1']), ['libfoo.so.1', 'libbar.so.2']);
  });
});
