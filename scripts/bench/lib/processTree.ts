/** What a process and all of its descendants use, read from /proc. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Clock ticks a second in /proc/PID/stat; 100 on every Linux that this runs on. */
const TICKS = 100;

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly zombie: boolean;
  /** CPU time of its own and of the children it has waited for, in seconds. */
  readonly cpuSeconds: number;
}

/**
 * Reads one line of /proc/PID/stat; the name in parentheses may hold spaces and parentheses.
 * @returns undefined when the text is not such a line.
 */
export function parseStat(text: string): ProcessInfo | undefined {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  // After the name: state, ppid, …, and utime stime cutime cstime as the 12th to 15th.
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  const ticks = (user ?? NaN) + (system ?? NaN) + (childUser ?? NaN) + (childSystem ?? NaN);
  if (Number.isNaN(ticks)) return undefined;
  return {
    pid: Number(text.slice(0, open)),
    parent: Number(fields[1]),
    name: text.slice(open + 1, close),
    zombie: fields[0] === 'Z',
    cpuSeconds: ticks / TICKS,
  };
}

/** The text of a file that a process may take away by ending; undefined when it has. */
function readMaybe(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function allProcesses(proc: string): ProcessInfo[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = readMaybe(path.join(proc, pid, 'stat'));
      return (stat === undefined ? undefined : parseStat(stat)) ?? [];
    });
}

/** The process `root` and all of its descendants that live (or wait to be reaped) now. */
export function processTree(root: number, proc = '/proc'): ProcessInfo[] {
  const all = allProcesses(proc);
  const children = Map.groupBy(all, ({ parent }) => parent);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** CPU seconds of the tree so far, those of its ended and reaped members included. */
export const cpuSecondsOf = (root: number, proc = '/proc'): number =>
  processTree(root, proc).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

/** Memory of the tree in bytes; a page that several share counts once (Pss). */
export const memoryOf = (root: number, proc = '/proc'): number => bytesOf(root, proc, /^Pss:/);

/** The same without files that are mapped: others who run the same program take a share of those. */
export const ownMemoryOf = (root: number, proc = '/proc'): number =>
  bytesOf(root, proc, /^Pss_(?:Anon|Shmem):/);

/** Bytes that the tree has on the lines of smaps_rollup that match. */
function bytesOf(root: number, proc: string, line: RegExp): number {
  const lines = processTree(root, proc).flatMap(({ pid }) =>
    (readMaybe(path.join(proc, String(pid), 'smaps_rollup')) ?? '').split('\n'),
  );
  return lines
    .filter((each) => line.test(each))
    .reduce((sum, each) => sum + Number(/(\d+) kB$/.exec(each)?.[1] ?? 0) * 1024, 0);
}

/** Open file descriptors of the tree. */
export function openFilesOf(root: number, proc = '/proc'): number {
  return processTree(root, proc).reduce((sum, { pid }) => sum + entries(proc, pid), 0);
}

function entries(proc: string, pid: number): number {
  try {
    return readdirSync(path.join(proc, String(pid), 'fd')).length;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return 0;
    throw error;
  }
}

/** Members of the tree that have ended and that nobody has waited for. */
export const zombiesOf = (root: number, proc = '/proc'): ProcessInfo[] =>
  processTree(root, proc).filter(({ zombie }) => zombie);
