/** The proxy: tells CONNECT, absolute-form and direct requests apart. */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { KeySource } from '../core/serviceKeys.ts';
import { createAudit } from './audit.ts';
import { createAuthenticate } from './authenticate.ts';
import type { Dial } from './dial.ts';
import type { ForwardDeps } from './exchange.ts';
import { answerForward } from './forward.ts';
import { createLimits } from './limits.ts';
import type { Policy } from './policy.ts';
import type { Resolve } from './resolver.ts';
import { answerConnect } from './tunnel.ts';
import { createUpstreams } from './upstream.ts';

export interface ProxyOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly policy: Policy;
  readonly resolve: Resolve;
  readonly dial: Dial;
  readonly maxConnections: number;
  readonly maxPerHost: number;
  readonly connectTimeoutMs: number;
  readonly idleMs: number;
  readonly keepMs: number;
}

export interface Proxy {
  /** Connections open now. */
  open(): number;
  /** Answers proxied requests itself and hands direct ones to `direct`. */
  listener(direct: RequestListener): RequestListener;
  /** Takes over CONNECT requests of a server. */
  attach(server: Server): void;
  /** Cuts all tunnels and the connections that are kept. */
  cut(): void;
}

export function createProxy(options: ProxyOptions): Proxy {
  const upstreams = createUpstreams(options.keepMs);
  const limits = createLimits({ ...options, makeRoom: upstreams.makeRoom });
  const deps: ForwardDeps = {
    ...options,
    limits,
    audit: createAudit(options.log, options.metrics),
    authenticate: createAuthenticate(options.keys, options.clock),
    upstreams,
  };
  const clients = new Set<Socket>();
  options.metrics.gauge(
    'mon_egress_open_connections',
    'Connections that the egress proxy holds open',
    () => limits.open(),
  );
  return {
    open: () => limits.open(),
    listener: (direct) => (request, response) => {
      if (isAbsolute(request)) void answerForward(deps, request, response);
      else direct(request, response);
    },
    attach: (server) => {
      server.on('connect', (request, socket: Socket, head: Buffer) => {
        clients.add(socket);
        socket.once('close', () => clients.delete(socket));
        void answerConnect(deps, request, socket, head);
      });
    },
    cut: () => {
      clients.forEach((client) => client.destroy());
      upstreams.close();
    },
  };
}

/** Anything that is not a path is meant for the proxy, also `ftp://…`, which it refuses. */
const isAbsolute = ({ url = '' }: IncomingMessage): boolean => !url.startsWith('/');
