/**
 * Services that read their keys from the small Secrets, as pods do from mounted ones: late, and each at
 * its own time.
 */
import type { Transport } from '../../../../../services/core/kube/transport.ts';
import { systemClock } from '../../../../../services/core/clock.ts';
import type { InternalCaller, ServiceName } from '../../../../../services/core/contracts/ports.ts';
import { createApp } from '../../../../../services/core/http/app.ts';
import { serve, type Listening } from '../../../../../services/core/http/serve.ts';
import { createInternalClient } from '../../../../../services/core/internal/client.ts';
import { requireInternal } from '../../../../../services/core/internal/guard.ts';
import { createLog } from '../../../../../services/core/log.ts';
import { createMetrics } from '../../../../../services/core/metrics.ts';
import { serviceKeyFile, type KeySource } from '../../../../../services/core/serviceKeys.ts';
import {
  createKeyTable,
  type KeyTable,
  type KeyTableDeps,
} from '../../../../../services/scheduler/projection/keyTable.ts';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { keysSecretName } from '../../../names.ts';
import { SECRET } from '../kinds.ts';

const log = createLog('test', 'silent');

export interface Mount {
  readonly service: InternalCaller;
  readonly keys: KeySource;
  /** A process that hangs: it reads nothing any more. */
  freeze(frozen: boolean): void;
}

export interface Fleet {
  mount(service: ServiceName, everyMs: number): Mount;
  /** A service that takes internal calls, and answers them; the scheduler notes who calls it. */
  callee(service: ServiceName, mount: Mount, note?: RequestHandler): Promise<Listening>;
  /** Calls again and again, `perSecond` times; `stop` resolves to what became of the calls. */
  traffic(
    mount: Pick<Mount, 'service' | 'keys'>,
    callee: ServiceName,
    url: string,
    perSecond: number,
  ): Traffic;
  /** The scheduler's table of these callees, kept current. */
  table(
    mount: Mount,
    callees: readonly { service: ServiceName; url: string }[],
    seals?: KeyTableDeps['seals'],
  ): Pick<KeyTable, 'answer' | 'note'>;
  stop(): Promise<void>;
}

export interface Traffic {
  /** Calls so far. */
  readonly sent: () => number;
  stop(): Promise<{ readonly sent: number; readonly failed: readonly unknown[] }>;
}

const NO_KEYS = { calls: {}, callers: {}, egressSeeds: [], egressPublic: [] };

/** Of a scheduler that does not say what it has of the data key. */
const NO_SEALS = { loaded: () => ({ kids: [], signsWith: null }), counted: () => undefined };

export function createFleet(transport: Transport, namespace: string): Fleet {
  const stopping = new AbortController();
  const ends: (() => Promise<unknown>)[] = [];
  const again = (ms: number, act: () => Promise<unknown>): void => {
    const loop = (async () => {
      while (!stopping.signal.aborted) {
        await act().catch(() => undefined);
        await systemClock.sleep(ms, stopping.signal).catch(() => undefined);
      }
    })();
    ends.push(() => loop);
  };
  return {
    mount: (service, everyMs) => {
      let held = serviceKeyFile.parse({ service, ...NO_KEYS });
      let frozen = false;
      again(everyMs, async () => {
        const { data } = await transport.get(SECRET, { namespace, name: keysSecretName(service) });
        const text = Buffer.from(data?.['keys.json'] ?? '', 'base64').toString();
        if (!frozen) held = serviceKeyFile.parse(JSON.parse(text));
      });
      return { service, keys: () => held, freeze: (next) => void (frozen = next) };
    },
    callee: async (service, { keys }, note = (_request, _response, next) => next()) => {
      const metrics = createMetrics(service);
      const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
      const addresses = (): string[] => [`127.0.0.1:${listening.port}`];
      const guard = { service, keys, clock: systemClock, log, metrics, addresses };
      app.express.use('/internal/v1', requireInternal(guard), note, (_request, response) => {
        response.json({});
      });
      const listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
      ends.push(() => listening.stop(0));
      return listening;
    },
    traffic: ({ service: caller, keys }, callee, baseUrl, perSecond) => {
      const options = { caller, callee, baseUrl, keys, clock: systemClock };
      const client = createInternalClient(options);
      const failed: unknown[] = [];
      const running = new Set<Promise<unknown>>();
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        const call = client
          .post('/internal/v1/x', {}, z.unknown())
          .catch((error: unknown) => failed.push(error))
          .finally(() => running.delete(call));
        running.add(call);
      }, 1000 / perSecond);
      const end = async () => {
        clearInterval(timer);
        await Promise.all(running);
        await client.close();
        return { sent, failed };
      };
      let ended: ReturnType<typeof end> | undefined;
      const stop = () => (ended ??= end());
      ends.push(stop);
      return { sent: () => sent, stop };
    },
    table: ({ keys }, callees, seals = NO_SEALS) => {
      const deps = {
        callees: async () => callees,
        owner: 'scheduler-0',
        keys,
        seals,
        clock: systemClock,
        log,
      };
      const table = createKeyTable(deps);
      again(200, table.ask);
      ends.push(table.close);
      return table;
    },
    stop: async () => {
      stopping.abort();
      for (const end of ends.toReversed()) await end();
    },
  };
}
