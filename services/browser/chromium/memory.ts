/** Keeps renderers within a bound of memory: one that grows past it is killed, alone. */
import { readFile } from 'node:fs/promises';
import type { Connection } from './connection.ts';

/** Bytes of a page of memory on the platforms that have /proc. */
const PAGE_BYTES = 4096;

/** Resident bytes of a process; 0 when it has gone or the system does not tell. */
export async function residentBytes(pid: number): Promise<number> {
  try {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8');
    return Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES;
  } catch {
    return 0;
  }
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
