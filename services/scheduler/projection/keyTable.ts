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
import { addressesOf, atAddress, type Resolve } from '../../core/internal/addresses.ts';
import { callerOf } from '../../core/internal/guard.ts';
import { loadedKeysOf } from '../../core/internal/keys.ts';
import { createPods, type Pods } from '../../core/internal/pods.ts';
import { KEY_HEADER, KIDS_HEADER } from '../../core/internal/signature.ts';
import type { Log } from '../../core/log.ts';
import type { KeySource } from '../../core/serviceKeys.ts';
import type { TokenSource } from '../../core/workloadIdentity/tokens.ts';
import type { Seals } from '../secrets/tend.ts';

/** Processes that are called, and where. */
export interface Callee {
  readonly service: ServiceName;
  readonly url: string;
  /** Under which name their keys are held; the service's own when absent. */
  readonly keyring?: string | undefined;
}

export interface KeyTableDeps {
  /** Everybody who is to be asked now. */
  readonly callees: () => Promise<readonly Callee[]>;
  /** What this process is called in the table. */
  readonly owner: string;
  readonly keys: KeySource;
  readonly tokens?: TokenSource | undefined;
  /** What this process has of the data key, and what is sealed under which; of no other process. */
  readonly seals: Pick<Seals, 'loaded' | 'counted'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve?: Resolve | undefined;
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

const nameOf = (service: InternalCaller, address: string): string => `${service} at ${address}`;

const readerOf = (
  service: InternalCaller,
  address: string,
  loaded: { readonly kids: readonly string[]; readonly signsWith: string | null } | undefined,
): KeyReader => ({
  reader: nameOf(service, address),
  service,
  address,
  kids: loaded ? [...loaded.kids] : null,
  signsWith: loaded?.signsWith ?? null,
});

/** Begins empty: nobody has been asked. */
export function createKeyTable(deps: KeyTableDeps): KeyTable {
  const { keys, clock, seals } = deps;
  const callers = createCallers(clock);
  const phones = createPhones(deps);
  let asked: readonly KeyReader[] | undefined;
  return {
    answer: () => {
      const own = readerOf('scheduler', deps.owner, loadedKeysOf(keys()));
      const sealed = seals.counted();
      return {
        readers: asked ? [{ ...own, data: seals.loaded() }, ...asked, ...callers.recent()] : null,
        ...(sealed && { sealed }),
      };
    },
    note: callers.note,
    ask: async () => {
      try {
        asked = await phones.askAll(await deps.callees());
      } catch (error) {
        // an old table may hide who came since
        asked = undefined;
        throw error;
      }
      return EVERY_MS;
    },
    close: () => phones.close(),
  };
}

interface Phones {
  /**
   * Asks each process once, however many names it has; connections to others are ended.
   * Rejects when a name server does not answer: then nobody knows who there is.
   */
  askAll(callees: readonly Callee[]): Promise<readonly KeyReader[]>;
  close(): Promise<void>;
}

/** One process behind the name of a callee. */
interface Found {
  readonly service: ServiceName;
  readonly address: string;
  /** Its address with the port. */
  readonly host: string;
  readonly pods: Pods;
}

/** A connection for each process that was found. */
function createPhones({ keys, tokens, clock, log, resolve = addressesOf }: KeyTableDeps): Phones {
  const lines = new Map<string, Pods>();
  const podsOf = (callee: Callee): Pods => {
    const { service, url: baseUrl, keyring } = callee;
    const own = { caller: 'scheduler', callee: service, keyring, baseUrl, keys, tokens } as const;
    const line = lineOf(callee);
    const pods = lines.get(line) ?? createPods({ ...own, clock, resolve, connections: 1 });
    lines.set(line, pods);
    return pods;
  };
  const hangUp = async (gone: readonly string[]): Promise<void> => {
    const pods = gone.flatMap((line) => lines.get(line) ?? []);
    gone.forEach((line) => lines.delete(line));
    await Promise.all(pods.map((each) => each.close()));
  };
  const processesOf = async (callee: Callee): Promise<Found[]> => {
    const { service, url } = callee;
    const pods = podsOf(callee);
    const addresses = await pods.found();
    const hostAt = (address: string): string => new URL(atAddress(url, address)).host;
    return addresses.map((address) => ({ service, address, host: hostAt(address), pods }));
  };
  const askOne = async ({ service, address, host, pods }: Found): Promise<KeyReader> => {
    const call = pods.callAt(address, (client) =>
      client.get(KEYS_PATH, loadedKeys, { timeoutMs: TIMEOUT_MS }),
    );
    const loaded = await call.catch((error: unknown) => {
      log.debug({ err: error, service, host }, 'a service does not say which keys it has');
      return undefined;
    });
    return readerOf(service, host, loaded);
  };
  return {
    askAll: async (callees) => {
      const kept = new Set(callees.map(lineOf));
      await hangUp([...lines.keys()].filter((line) => !kept.has(line)));
      const found = await Promise.all(callees.map(processesOf));
      const byName = Map.groupBy(found.flat(), ({ service, host }) => nameOf(service, host));
      return Promise.all([...byName.values()].flatMap(([one]) => (one ? [askOne(one)] : [])));
    },
    close: () => hangUp([...lines.keys()]),
  };
}

/** An address may come to a pod with other keys. */
const lineOf = ({ service, url, keyring = service }: Callee): string =>
  `${service} ${url} ${keyring}`;

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
