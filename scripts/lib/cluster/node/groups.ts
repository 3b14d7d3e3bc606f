/**
 * The control groups of a node: all its processes are below one group, whatever became of their parents,
 * so that all of them can be found and ended.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../../services/core/clock.ts';
import { SetupError } from '../../../../services/core/errors.ts';
import { errnoOf } from '../../../../services/store/embedded/errors.ts';

/** The group at the root of each hierarchy; the kubelet puts pods below it. */
export const GROUP = 'duckmon-node';
/** Where the node's own processes are. In the second version only leaves may have processes. */
const OWN = 'system';

const POLL_MS = 20;
const PATIENCE_MS = 20_000;

/**
 * Where the hierarchies are mounted: one in the second version, one a controller in the first.
 * The first of them is the one by which processes are found.
 * @param mounts what `/proc/mounts` says.
 */
export function hierarchies(mounts: string): string[] {
  const found = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, folder = '', type = '', options = '']) => ({ folder, type, options }));
  const first =
    found.find(({ options }) => options.split(',').includes('pids')) ??
    found.find(({ type }) => type === 'cgroup2');
  return [...(first ? [first] : []), ...found.filter((one) => one !== first)].map(
    ({ folder }) => folder,
  );
}

const folders = (): string[] => hierarchies(readFileSync('/proc/mounts', 'utf8'));

/** @throws SetupError when there are no control groups. */
function mainFolder(): string {
  const [first] = folders();
  if (first === undefined)
    throw new SetupError(
      'No control groups are mounted, without which no container runs; mount them at /sys/fs/cgroup.',
    );
  return path.join(first, GROUP);
}

/** Makes the groups. */
export function makeGroups(): void {
  const main = mainFolder();
  for (const folder of folders()) mkdirSync(path.join(folder, GROUP), { recursive: true });
  mkdirSync(path.join(main, OWN), { recursive: true });
}

/** A command that runs among the node's own processes, under the id of the process that begins it. */
export const joinGroup = (command: readonly string[]): string[] => [
  'sh',
  '-c',
  'echo $$ >"$0" && exec "$@"',
  path.join(mainFolder(), OWN, 'cgroup.procs'),
  ...command,
];

/** Ids of all processes of the node. */
export function nodeProcesses(): number[] {
  return groupsBelow(mainFolder()).flatMap((group) => {
    try {
      return readFileSync(path.join(group, 'cgroup.procs'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(Number);
    } catch {
      // It went between the listing and now.
      return [];
    }
  });
}

/** A group and all below it, the innermost first. */
function groupsBelow(group: string): string[] {
  if (!existsSync(group)) return [];
  const inner = readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => groupsBelow(path.join(group, entry.name)));
  return [...inner, group];
}

/**
 * Kills processes of the node until none of them is left.
 * @param which all of them when absent.
 * @throws SetupError with the ids of processes that do not end.
 */
export async function killProcesses(
  clock: Clock,
  which: (pid: number) => boolean = () => true,
): Promise<void> {
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  // Again and again: what is being started meanwhile is not in the list.
  for (;;) {
    const left = nodeProcesses().filter(which);
    if (left.length === 0) return;
    left.forEach(kill);
    if (clock.monotonic() >= giveUpAt)
      throw new SetupError(
        `Processes of the node do not end: ${left.join(', ')}; look at them with ps, and run this again.`,
      );
    await clock.sleep(POLL_MS);
  }
}

/**
 * Ends every process of the node and removes the groups.
 * @throws SetupError with the ids of processes that do not end.
 */
export async function endGroups(clock: Clock): Promise<void> {
  await killProcesses(clock);
  for (const folder of folders())
    for (const group of groupsBelow(path.join(folder, GROUP))) await removeGroup(group, clock);
}

/** The kernel lets go of the last process a little after its end. */
async function removeGroup(group: string, clock: Clock): Promise<void> {
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      rmdirSync(group);
      return;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      if (errnoOf(error) !== 'EBUSY' || clock.monotonic() >= giveUpAt) throw error;
      await clock.sleep(POLL_MS);
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
