/** What is there of a process and its browsers, and what they left behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  memoryOf,
  openFilesOf,
  ownMemoryOf,
  processTree,
  zombiesOf,
} from '../../bench/lib/processTree.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';

export interface State {
  readonly checks: number;
  readonly megabytes: number;
  /** Those that are no part of a file: others who run the same program take a share of its files. */
  readonly ownMegabytes: number;
  readonly openFiles: number;
  readonly processes: number;
}

const LOOK_MS = 200;
/** Time in which what has ended is let go. */
const PATIENCE_MS = 10_000;

export interface Remains {
  /** Waits until nothing but what is in use is there. @throws ContentError with what is left. */
  settle(checks: number): Promise<State>;
  /** After the process has ended: nothing may be there. @throws ContentError */
  expectNothing(): Promise<void>;
  stop(): void;
}

/** Remembers each process that it sees below `root` until it is stopped. */
export function watchRemains(root: number, patienceMs = PATIENCE_MS): Remains {
  const seen = new Map<string, number>();
  const look = (): void => {
    for (const { pid } of processTree(root)) {
      const born = birthOf(pid);
      if (born !== undefined) seen.set(born, pid);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    settle: async (checks) => {
      await untilEmpty(() => {
        look();
        return [...zombies(root), ...orphans(root, seen), ...temporaryFiles(root)];
      }, patienceMs);
      return {
        checks,
        megabytes: memoryOf(root) / 1e6,
        ownMegabytes: ownMemoryOf(root) / 1e6,
        openFiles: openFilesOf(root),
        processes: processTree(root).length,
      };
    },
    expectNothing: () => untilEmpty(() => [...orphans(root, seen), ...foldersOf(root)], patienceMs),
    stop: () => clearInterval(timer),
  };
}

export const lineOf = ({ checks, megabytes, ownMegabytes, openFiles, processes }: State): string =>
  `${checks} checks: ${figure(megabytes)} MB, ${figure(ownMegabytes)} MB without files, ${openFiles} open files, ${processes} processes`;

async function untilEmpty(left: () => readonly string[], patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let found = left(); found.length > 0; found = left()) {
    expectContent(performance.now() < deadline, `Left behind: ${found.slice(0, 10).join(', ')}.`);
    await delay(LOOK_MS);
  }
}

const zombies = (root: number): string[] =>
  zombiesOf(root).map(({ pid }) => `process ${pid}, which nobody waited for`);

/** Processes that were below the root and live on elsewhere. */
function orphans(root: number, seen: Map<string, number>): string[] {
  for (const [born, pid] of seen) if (birthOf(pid) !== born) seen.delete(born);
  const below = new Set(processTree(root).map(({ pid }) => pid));
  return [...seen.values()]
    .filter((pid) => !below.has(pid))
    .map((pid) => `process ${pid}, an orphan`);
}

/** Tells a process from a later one of the same number; undefined when it has ended. */
function birthOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // the state is the first field after the name, the time of its start the 20th
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? ['Z'];
  return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
}

/** Undefined when the process has ended. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

const foldersOf = (root: number): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`duckmon-chromium-${root}-`));

/** Folders of browsers that have ended, and what lies in the temporary folder of the one that runs. */
function temporaryFiles(root: number): string[] {
  const folders = foldersOf(root);
  const browsers = processTree(root).filter(({ parent }) => parent === root).length;
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(tmpdir(), folder, 'tmp')).map((name) => path.join(folder, name)),
  );
  return folders.length > browsers ? [...folders, ...files] : files;
}
