/** What a browser holds of memory; a page that goes past a bound is killed, alone. */
import { readFile } from 'node:fs/promises';
import type { Caps } from '../caps.ts';
import { ProtocolError, type Connection } from './connection.ts';
import { convict, type Look } from './convict.ts';

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

/** Who is told of what the watch does. */
export interface MemoryEvents {
  /** Tabs in use now; without one nothing is looked at. */
  tabs(): number;
  /** The browser's own process went past its bound. */
  filled(): void;
  /** A renderer was killed: for its own size or surely for what it filled, or as the likeliest of several. */
  killed(why: 'memory' | 'crash'): void;
  /** A look failed, so that no bound is enforced: told of the first, and then about once a minute. */
  blind(error: unknown): void;
}

const LOOK_MS = 500;
const LOOKS_A_MINUTE = 60_000 / LOOK_MS;

/**
 * Looks at the memory of a browser's processes while tabs are in use, and kills the pages that are convicted.
 * @returns ends the watch.
 */
export function watchMemory(
  connection: Pick<Connection, 'send'>,
  caps: Pick<Caps, 'rendererBytes' | 'browserBytes'>,
  events: MemoryEvents,
): () => void {
  const look = createLook(connection, caps, events);
  const timer = setInterval(() => {
    if (events.tabs() > 0) void look();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** One look after another; it never rejects. */
export function createLook(
  connection: Pick<Connection, 'send'>,
  caps: Pick<Caps, 'rendererBytes' | 'browserBytes'>,
  events: MemoryEvents,
): () => Promise<void> {
  let before: Look | undefined;
  let failures = 0;
  return async () => {
    try {
      const now = await lookAt(connection);
      const { guilty, isFilled } = convict(now, before, caps, events.tabs());
      before = now;
      if (isFilled) events.filled();
      for (const { pid, why } of guilty) if (kill(pid)) events.killed(why);
    } catch (error) {
      // one that has just ended does not tell
      if (error instanceof ProtocolError && error.closed) return;
      if (failures % LOOKS_A_MINUTE === 0) events.blind(error);
      failures += 1;
    }
  };
}

/** @throws ProtocolError; Error where the system does not tell what a living process holds. */
async function lookAt(connection: Pick<Connection, 'send'>): Promise<Look> {
  const { processInfo } = await connection.send('SystemInfo.getProcessInfo');
  const seen = await Promise.all(
    processInfo.map(async ({ type, id, cpuTime }) => ({
      type,
      pid: id,
      bytes: await residentBytes(id),
      cpuSeconds: cpuTime,
    })),
  );
  const browser = seen.find(({ type }) => type === 'browser');
  if (!browser?.bytes)
    throw new Error(`/proc/${browser?.pid ?? 'PID'}/statm of the browser could not be read`);
  return {
    browserBytes: browser.bytes,
    renderers: seen.filter(({ type }) => type === 'renderer'),
  };
}

/** @returns false when it has gone already */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
