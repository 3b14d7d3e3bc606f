/** Replicas of a service on loopback addresses of their own, behind the real guard, on one port. */
import type { Request, Response } from 'express';
import { systemClock } from '../../clock.ts';
import type { ServiceName } from '../../contracts/ports.ts';
import { createApp } from '../../http/app.ts';
import { serve, type Listening } from '../../http/serve.ts';
import { createLog } from '../../log.ts';
import { createMetrics } from '../../metrics.ts';
import type { KeySource } from '../../serviceKeys.ts';
import type { TestKeys } from '../../testing/keys.ts';
import { requireInternal } from '../guard.ts';

/** What a replica says to a request that its guard let in. */
export type Reply = (request: Request, response: Response) => unknown;

/** A request as it was sent. */
export interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Replica {
  readonly address: string;
  readonly url: string;
  /** What its guard let in, as it came. */
  readonly requests: readonly Captured[];
  /** Open connections. */
  connections(): Promise<number>;
  /** Answers from now on. */
  reply(next: Reply): void;
  stop(): Promise<void>;
}

export interface Replicas {
  readonly all: readonly Replica[];
  readonly port: number;
  at(address: string): Replica;
  /** How many requests each has let in. */
  counts(): number[];
  stop(): Promise<void>;
}

export const REPLICA_ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const;

const quiet = createLog('test', 'silent');

/** Answers 429. */
export const busy: Reply = (_request, response) =>
  response.status(429).set('retry-after', '1').json({});
/** Resets the connection without an answer. */
export const broken: Reply = (request) => request.socket.resetAndDestroy();

/** Both answer `{}` at first. */
export async function startReplicas(service: ServiceName, keys: TestKeys): Promise<Replicas> {
  const all: Replica[] = [];
  let port = 0;
  for (const address of REPLICA_ADDRESSES) {
    const replica = await startReplica(service, keys.of(service), address, port);
    port = Number(new URL(replica.url).port);
    all.push(replica);
  }
  const at = (address: string): Replica => {
    const found = all.find((each) => each.address === address);
    if (!found) throw new Error(`There is no replica at ${address}`);
    return found;
  };
  return {
    all,
    port,
    at,
    counts: () => all.map(({ requests }) => requests.length),
    stop: async () => {
      await Promise.all(all.map((replica) => replica.stop()));
    },
  };
}

async function startReplica(
  service: ServiceName,
  keys: KeySource,
  address: string,
  port: number,
): Promise<Replica> {
  const requests: Captured[] = [];
  let reply: Reply = (_request, response) => response.json({});
  const metrics = createMetrics(service);
  const app = createApp({ log: quiet, metrics, bodyLimit: 1e6, readiness: () => ({}) });
  const addresses = (): string[] => [`${address}:${listening.port}`];
  const guard = { service, keys, clock: systemClock, log: quiet, metrics, addresses };
  app.express.use('/internal/v1', requireInternal(guard), (request, response) => {
    requests.push(captured(request));
    return reply(request, response);
  });
  const listening: Listening = await serve(app.finish(), { host: address, port });
  return {
    address,
    url: `http://${address}:${listening.port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        listening.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    reply: (next) => {
      reply = next;
    },
    stop: () => listening.stop(0),
  };
}

const SENT = /^(x-internal-.*|authorization|content-type)$/;

/** Without what belongs to the connection. */
function captured(request: Request): Captured {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    SENT.test(name) ? [[name, String(value)]] : [],
  );
  return {
    method: request.method,
    path: request.originalUrl,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: request.method === 'GET' ? '' : JSON.stringify(request.body),
  };
}

/** Sends a captured request as it was to a replica; the status of the answer. */
export async function replay({ method, path, headers, body }: Captured, to: Replica) {
  const sent = method === 'GET' ? {} : { body };
  return (await fetch(`${to.url}${path}`, { method, headers, ...sent })).status;
}
