/** What the kernel knows of a process and of all that it started (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The process, and every one below it. */
export function treeOf(root: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))] as const),
  );
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid) ?? 0;
    return parent === root || (parent > 1 && isBelow(parent));
  };
  return [root, ...[...parents.keys()].filter(isBelow)];
}

/** Behind the name, which may have spaces and brackets, come the state and the parent. */
const parentOf = (pid: number): number => Number(/\) \S (\d+)/.exec(readOf(pid, 'stat'))?.[1] ?? 0);

const LISTENING = '0A';

/** Where the processes listen, such as `127.0.0.1:3000`, sorted; an IPv6 address in hexadecimal. */
export function listeningOf(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  const found = pids.flatMap((pid) =>
    ['net/tcp', 'net/tcp6'].flatMap((table) =>
      readOf(pid, table)
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((row) => row[3] === LISTENING && inodes.has(row[9] ?? ''))
        .map((row) => addressOf(row[1] ?? '')),
    ),
  );
  return [...new Set(found)].toSorted();
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => inodeOf(`${folder}/${fd}`));
  } catch {
    return [];
  }
}

function inodeOf(link: string): string[] {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.slice(1) ?? [];
  } catch {
    return [];
  }
}

/** An IPv4 address stands there backwards. */
function addressOf(text: string): string {
  const [host = '', port = ''] = text.split(':');
  const bytes = (host.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  const shown = bytes.length === 4 ? bytes.toReversed().join('.') : `[${host}]`;
  return `${shown}:${Number.parseInt(port, 16)}`;
}

/** Command line and environment, as other programs of the user see them. */
export const shownOf = (pid: number): string => readOf(pid, 'cmdline') + readOf(pid, 'environ');

/** Empty for a process that has ended. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
