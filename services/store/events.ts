/** Live events over Postgres' NOTIFY: hints to look again, never the only copy of anything. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { StoreError, failedText, toStoreError } from './errors.ts';
import type { Log } from './log.ts';
import type { Sql } from './pool.ts';
import { connectionSettings } from './pool.ts';

export const EVENT_CHANNEL = 'mon_events';

export interface StoreEvent {
  readonly workspace: string;
  readonly kind: 'monitor' | 'check' | 'finding' | 'alert' | 'delivery' | 'channel' | 'secret';
  /** Name of the monitor it is about. */
  readonly monitor?: string | undefined;
  /** Id or name of the object of `kind`. */
  readonly id?: string | undefined;
}

/** Postgres refuses a payload of 8000 bytes or more. */
const MAX_BYTES = 7_999;

/**
 * Tells every listener when, and only if, the transaction commits.
 * @throws StoreError `invalid` for an event of 8000 bytes or more.
 */
export const notifyEvent = (tx: Sql, event: StoreEvent): Promise<void> => notifyEvents(tx, [event]);

/** `notifyEvent` of many in one round trip. @throws StoreError `invalid` */
export async function notifyEvents(tx: Sql, events: readonly StoreEvent[]): Promise<void> {
  if (events.length === 0) return;
  const payloads = events.map((event) => JSON.stringify(event));
  if (payloads.some((payload) => Buffer.byteLength(payload) > MAX_BYTES))
    throw new StoreError('invalid', 'The event is larger than 8000 bytes.');
  await tx.query('SELECT pg_notify($1, payload)::text FROM unnest($2::text[]) AS payload', [
    EVENT_CHANNEL,
    payloads,
  ]);
}

export interface ListenOptions {
  readonly log: Log;
  /** Runs on each new connection before events come; when it fails, so does the connection. */
  readonly onConnect?: ((connection: Sql) => Promise<void>) | undefined;
  /** Called after each reconnect: events may have been missed meanwhile, look at everything. */
  readonly onGap?: (() => void) | undefined;
  /** Wait before a new try, by number of failures in a row; 0.2 s doubling to 10 s by default. */
  readonly backoffMs?: ((failures: number) => number) | undefined;
}

export interface Listener {
  close(): Promise<void>;
}

const defaultBackoff = (failures: number): number => Math.min(10_000, 100 * 2 ** failures);

function parseEvent(payload: string | undefined, log: Log): StoreEvent | undefined {
  try {
    return JSON.parse(payload ?? '') as StoreEvent;
  } catch {
    // Anybody with a sign-in may NOTIFY; what is not ours is not worth a crash.
    log.warn({ channel: EVENT_CHANNEL }, 'An event that is no JSON was dropped.');
    return undefined;
  }
}

interface Listening {
  readonly client: Client;
  readonly lost: Promise<void>;
}

async function listenOnce(
  url: string,
  onEvent: (event: StoreEvent) => void,
  { log, onConnect }: ListenOptions,
): Promise<Listening> {
  const client = new Client(connectionSettings(url, 'duckmon-events'));
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  client.on('notification', ({ payload }) => {
    const event = parseEvent(payload, log);
    if (event) onEvent(event);
  });
  try {
    await client.connect();
    await onConnect?.({
      query: (text, values) => client.query(text, values ? [...values] : undefined),
    });
    await client.query(`LISTEN ${EVENT_CHANNEL}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw toStoreError(error);
  }
  return { client, lost };
}

/**
 * Calls `onEvent` for each event from now on, over a connection of its own that is made again when
 * it breaks. The first connection must succeed.
 */
export async function listenEvents(
  url: string,
  onEvent: (event: StoreEvent) => void,
  options: ListenOptions,
): Promise<Listener> {
  const { log, onGap, backoffMs = defaultBackoff } = options;
  const closing = new AbortController();
  let current = await listenOnce(url, onEvent, options);
  const again = async (): Promise<void> => {
    for (let failures = 1; !closing.signal.aborted; failures += 1) {
      await delay(backoffMs(failures), undefined, { signal: closing.signal }).catch(
        () => undefined,
      );
      if (closing.signal.aborted) return;
      try {
        current = await listenOnce(url, onEvent, options);
        onGap?.();
        return;
      } catch (error) {
        log.warn({ error: String(error), failures }, failedText);
      }
    }
  };
  const keep = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await current.lost;
      if (!closing.signal.aborted) await again();
    }
  };
  const kept = keep();
  return {
    close: async () => {
      closing.abort();
      await current.client.end();
      await kept;
    },
  };
}
