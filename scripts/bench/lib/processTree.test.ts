import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  cpuSecondsOf,
  memoryOf,
  openFilesOf,
  ownMemoryOf,
  parseStat,
  processTree,
  zombiesOf,
} from './processTree.ts';

interface Fake {
  readonly pid: number;
  readonly parent: number;
  readonly name?: string;
  readonly state?: string;
  /** utime, stime, cutime, cstime in ticks. */
  readonly ticks?: readonly [number, number, number, number];
  readonly pssKb?: number;
  /** The part of it that is no file's. */
  readonly ownKb?: readonly [anonymous: number, shared: number];
  readonly files?: number;
}

const statOf = ({ pid, parent, name = 'x', state = 'S', ticks = [0, 0, 0, 0] }: Fake): string =>
  `${pid} (${name}) ${state} ${parent} 1 1 0 -1 4194304 100 0 0 0 ${ticks.join(' ')} 20 0 1 0 5 6 7\n`;

describe('bench: process tree', () => {
  let proc: string;
  beforeEach(() => {
    proc = mkdtempSync(path.join(os.tmpdir(), 'duckmon-proc-'));
    mkdirSync(path.join(proc, 'sys'));
    writeFileSync(path.join(proc, 'uptime'), '1 1\n');
  });
  afterEach(() => rmSync(proc, { recursive: true }));

  const add = (fake: Fake): void => {
    const folder = path.join(proc, String(fake.pid));
    mkdirSync(path.join(folder, 'fd'), { recursive: true });
    writeFileSync(path.join(folder, 'stat'), statOf(fake));
    if (fake.pssKb !== undefined)
      writeFileSync(
        path.join(folder, 'smaps_rollup'),
        `0-1 ---p 0 0:0 0 [rollup]\nRss:     9999 kB\nPss:     ${fake.pssKb} kB\nPss_Dirty:  1 kB\nPss_Anon:  ${fake.ownKb?.[0] ?? 0} kB\nPss_File:  7 kB\nPss_Shmem:  ${fake.ownKb?.[1] ?? 0} kB\n`,
      );
    for (let file = 0; file < (fake.files ?? 0); file += 1)
      writeFileSync(path.join(folder, 'fd', String(file)), '');
  };
  const pidsOf = (root: number): number[] =>
    processTree(root, proc)
      .map(({ pid }) => pid)
      .sort((one, other) => one - other);

  it('reads a name with spaces and parentheses', () => {
    const info = parseStat(statOf({ pid: 7, parent: 3, name: 'tmux: (1) server)' }));
    assert.deepEqual([info?.pid, info?.parent, info?.name], [7, 3, 'tmux: (1) server)']);
  });

  it('adds user and system time of the process and of its reaped children', () => {
    assert.equal(
      parseStat(statOf({ pid: 7, parent: 3, ticks: [100, 20, 300, 4] }))?.cpuSeconds,
      4.24,
    );
  });

  it('makes nothing of a text that is no stat line', () => {
    assert.equal(parseStat(''), undefined);
    assert.equal(parseStat('7 (x) S 3'), undefined);
  });

  it('finds children and their children, and nobody else', () => {
    add({ pid: 10, parent: 1 });
    add({ pid: 11, parent: 10 });
    add({ pid: 12, parent: 11 });
    add({ pid: 20, parent: 1 });
    assert.deepEqual(pidsOf(10), [10, 11, 12]);
  });

  it('finds a child whose number is lower than its parent’s', () => {
    add({ pid: 500, parent: 1 });
    add({ pid: 4, parent: 500 });
    assert.deepEqual(pidsOf(500), [4, 500]);
  });

  it('finds nothing below a process that has gone', () => {
    add({ pid: 11, parent: 10 });
    assert.deepEqual(pidsOf(10), []);
  });

  it('passes over a process that ends while it is read', () => {
    add({ pid: 10, parent: 1 });
    mkdirSync(path.join(proc, '11'));
    assert.deepEqual(pidsOf(10), [10]);
  });

  it('sums the CPU time of the tree', () => {
    add({ pid: 10, parent: 1, ticks: [100, 0, 0, 0] });
    add({ pid: 11, parent: 10, ticks: [0, 50, 25, 0] });
    add({ pid: 20, parent: 1, ticks: [900, 0, 0, 0] });
    assert.equal(cpuSecondsOf(10, proc), 1.75);
  });

  it('sums shared memory once, by Pss and not by Rss', () => {
    add({ pid: 10, parent: 1, pssKb: 1000 });
    add({ pid: 11, parent: 10, pssKb: 24 });
    assert.equal(memoryOf(10, proc), 1024 * 1024);
  });

  it('tells the memory that is no part of a file apart', () => {
    add({ pid: 10, parent: 1, pssKb: 1000, ownKb: [300, 1] });
    add({ pid: 11, parent: 10, pssKb: 24, ownKb: [11, 0] });
    assert.equal(ownMemoryOf(10, proc), 312 * 1024);
  });

  it('counts no memory for a process without any', () => {
    add({ pid: 10, parent: 1, pssKb: 4 });
    add({ pid: 11, parent: 10, state: 'Z' });
    assert.equal(memoryOf(10, proc), 4096);
  });

  it('counts the open files of the tree', () => {
    add({ pid: 10, parent: 1, files: 3 });
    add({ pid: 11, parent: 10, files: 2 });
    assert.equal(openFilesOf(10, proc), 5);
  });

  it('names the ended ones that nobody has waited for', () => {
    add({ pid: 10, parent: 1 });
    add({ pid: 11, parent: 10, state: 'Z', name: 'chrome' });
    assert.deepEqual(
      zombiesOf(10, proc).map(({ name }) => name),
      ['chrome'],
    );
  });
});
