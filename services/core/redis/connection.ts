/** The connection to Redis: what is kept there may be lost at any time, and is done without meanwhile. */
import { createClient } from 'redis';
import type { Log } from '../log.ts';

/** A connection that is silent for so long is given up; it is asked something more often. */
const SILENCE_MS = 4_000;
const MOST_PAUSE_MS = 2_000;

const open = (url: string, silenceMs: number) =>
  createClient({
    url,
    // what cannot be asked now is answered without Redis, not later
    disableOfflineQueue: true,
    pingInterval: silenceMs / 3,
    socket: {
      connectTimeout: silenceMs,
      socketTimeout: silenceMs,
      reconnectStrategy: (failures) => Math.min(MOST_PAUSE_MS, 50 * 2 ** failures),
    },
  });

export type RedisClient = ReturnType<typeof open>;

export interface RedisConnection {
  readonly client: RedisClient;
  readonly close: () => void;
}

/**
 * Connects, and again whenever the connection breaks; it never fails. A command fails at once while there
 * is no connection, and after `silenceMs` when the server says nothing.
 * @param url redis: or rediss:
 */
export function openRedis(
  url: string,
  log: Pick<Log, 'warn' | 'info'>,
  silenceMs = SILENCE_MS,
): RedisConnection {
  const client = open(url, silenceMs);
  let isTold = false;
  client.on('error', (error: unknown) => {
    if (isTold) return;
    isTold = true;
    log.warn(
      { err: error },
      'Redis cannot be reached; work goes on without it. Check that it runs and that REDIS_URL is right',
    );
  });
  client.on('ready', () => {
    if (isTold) log.info({}, 'Redis is there again');
    isTold = false;
  });
  // Its failures come as events as well.
  client.connect().catch(() => undefined);
  return { client, close: () => client.destroy() };
}
