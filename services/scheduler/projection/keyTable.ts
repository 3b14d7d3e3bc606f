/** Who has loaded which keys: asked of every process that takes calls, noted of those that call here. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../../core/clock.ts';
import {
  KEYS_PATH,
  loadedKeys,
  type KeyReader,
  type KeyTable as Answer,
} from '../../core/contracts/keys.ts';
import type { InternalCaller, ServiceName } from '../../core/contracts/ports.ts';
import { addressesOf } from '../../core/internal/addresses.ts';
import { createInternalClient, type InternalClient } from '../../core/internal/client.ts';
import { callerOf } from '../../core/internal/guard.ts';
import { loadedKeysOf } from '../../core/internal/keys.ts';
import { KEY_HEADER, KIDS_HEADER } from '../../core/internal/signature.ts';
import type { Log } from '../../core/log.ts';
import type { KeySource } from '../../core/serviceKeys.ts';

/** A service that is called, and where. */
export interface Callee {
  readonly service: ServiceName;
  readonly url: string;
}

export interface KeyTableDeps {
  readonly callees: readonly Callee[];
  /** What this process is called in the table. */
  readonly owner: string;
  readonly keys: KeySource;
  readonly clock: Clock;
  readonly log: Log;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export interface KeyTable {
  readonly answer: () => Answer;
  /** Notes which keys a caller has; behind the guard. */
  readonly note: RequestHandler;
  /** Asks everybody once; resolves to when to ask again, in ms. */
  readonly ask: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const EVERY_MS = 10_000;
/** A process that hangs must not keep the table from the others. */
const TIMEOUT_MS = 3_000;
/** Who did not call for so long is not waited for. */
const CALLER_MS = 120_000;

const withHost = (url: string, address: string): string => {
  const one = new URL(url);
  one.hostname = address.includes(':') ? `[${address}]` : address;
  return one.origin;
};

const readerOf = (
  service: InternalCaller,
  address: string,
  loaded: { readonly kids: readonly string[]; readonly signsWith: string | null } | undefined,
): KeyReader => ({
  reader: `${service} at ${address}`,
  service,
  address,
  kids: loaded ? [...loaded.kids] : null,
  signsWith: loaded?.signsWith ?? null,
});

/** Begins empty: nobody has been asked. */
export function createKeyTable(deps: KeyTableDeps): KeyTable {
  const { keys, clock, owner } = deps;
  const callers = createCallers(clock);
  const phones = createPhones(deps);
  let asked: readonly KeyReader[] | undefined;
  return {
    answer: () => ({
      readers: asked
        ? [readerOf('scheduler', owner, loadedKeysOf(keys())), ...asked, ...callers.recent()]
        : null,
    }),
    note: callers.note,
    ask: async () => {
      const answers = await Promise.all(deps.callees.map((callee) => phones.askAll(callee)));
      asked = answers.flat();
      await phones.hangUp(asked);
      return EVERY_MS;
    },
    close: () => phones.hangUp([]),
  };
}

interface Phones {
  askAll(callee: Callee): Promise<readonly KeyReader[]>;
  /** Ends the connections to all but these. */
  hangUp(but: readonly KeyReader[]): Promise<void>;
}

/** A connection for each process that was found. */
function createPhones({ keys, clock, log, resolve = addressesOf }: KeyTableDeps): Phones {
  const clients = new Map<string, InternalClient>();
  const clientOf = (callee: ServiceName, baseUrl: string): InternalClient => {
    const at = `${callee} at ${new URL(baseUrl).host}`;
    const options = { caller: 'scheduler', callee, baseUrl, keys, clock, connections: 1 } as const;
    const client = clients.get(at) ?? createInternalClient(options);
    clients.set(at, client);
    return client;
  };
  const askOne = async (service: ServiceName, baseUrl: string): Promise<KeyReader> => {
    const call = clientOf(service, baseUrl).get(KEYS_PATH, loadedKeys, { timeoutMs: TIMEOUT_MS });
    const loaded = await call.catch((error: unknown) => {
      log.debug({ err: error, service, baseUrl }, 'a service does not say which keys it has');
      return undefined;
    });
    return readerOf(service, new URL(baseUrl).host, loaded);
  };
  return {
    askAll: async ({ service, url }) => {
      // Nothing behind the name: no process that could lack a key.
      const addresses = await resolve(new URL(url).hostname).catch(() => []);
      return Promise.all(addresses.map((one) => askOne(service, withHost(url, one))));
    },
    hangUp: async (but) => {
      const kept = new Set(but.map(({ reader }) => reader));
      const gone = [...clients].filter(([at]) => !kept.has(at));
      gone.forEach(([at]) => clients.delete(at));
      await Promise.all(gone.map(([, client]) => client.close()));
    },
  };
}

/** Those who only call cannot be asked: what they have stands in their requests. */
function createCallers(clock: Clock) {
  const seen = new Map<string, { readonly reader: KeyReader; readonly at: number }>();
  const isOld = (at: number): boolean => clock.monotonic() - at > CALLER_MS;
  return {
    note: (request: Request, response: Response, next: () => void): void => {
      const caller = callerOf(response);
      // The operator derives its keys from the root itself.
      if (caller !== undefined && caller !== 'operator') {
        const kids = (request.get(KIDS_HEADER) ?? '').split(',').filter((kid) => kid !== '');
        const signsWith = request.get(KEY_HEADER)?.split('.', 1)[0] ?? null;
        const address = request.socket.remoteAddress ?? 'unknown';
        const reader = readerOf(caller, address, { kids, signsWith });
        seen.set(reader.reader, { reader, at: clock.monotonic() });
      }
      next();
    },
    recent: (): readonly KeyReader[] => {
      for (const [name, { at }] of seen) if (isOld(at)) seen.delete(name);
      return [...seen.values()].map(({ reader }) => reader);
    },
  };
}
