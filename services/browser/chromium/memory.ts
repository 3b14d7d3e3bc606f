/** What a browser holds of memory; a renderer that grows past its bound is killed, alone. */
import { readFile } from 'node:fs/promises';
import type { Connection } from './connection.ts';

/** Bytes of a page of memory on the platforms that have /proc. */
const PAGE_BYTES = 4096;

interface Pages {
  readonly resident: number;
  /** Those among them that other processes may have, too: of files and of shared memory. */
  readonly shared: number;
}

/** Pages of a process; none when it has gone or the system does not tell. */
async function pagesOf(pid: number): Promise<Pages> {
  try {
    const [, resident, shared] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
    return { resident: Number(resident ?? 0), shared: Number(shared ?? 0) };
  } catch {
    return { resident: 0, shared: 0 };
  }
}

/** Resident bytes of a process; 0 when it has gone or the system does not tell. */
export const residentBytes = async (pid: number): Promise<number> =>
  (await pagesOf(pid)).resident * PAGE_BYTES;

/**
 * Bytes that all processes of a browser hold; pages of memory that they may share count once, as many
 * as one process has at the most. Pss would say it exactly, but the kernel shows it of a sandboxed
 * renderer to root alone.
 * @returns 0 where the system does not tell.
 */
export async function browserBytes(connection: Connection): Promise<number> {
  const { processInfo } = await connection.send('SystemInfo.getProcessInfo');
  const all = await Promise.all(processInfo.map(({ id }) => pagesOf(id)));
  const own = all.reduce((sum, { resident, shared }) => sum + resident - shared, 0);
  return (own + Math.max(0, ...all.map(({ shared }) => shared))) * PAGE_BYTES;
}

/**
 * Kills every renderer above the bound.
 * @returns how many were killed.
 */
export async function killLargeRenderers(connection: Connection, bound: number): Promise<number> {
  const { processInfo } = await connection.send('SystemInfo.getProcessInfo');
  let killed = 0;
  for (const { type, id } of processInfo) {
    if (type !== 'renderer' || (await residentBytes(id)) <= bound) continue;
    try {
      process.kill(id, 'SIGKILL');
      killed += 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return killed;
}
