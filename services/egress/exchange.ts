/** Sends one plain request on to its target and the answer back. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { EgressGrant } from '../core/egress/credential.ts';
import type { CutReason, Subject } from './audit.ts';
import { passedHeaders, requestHeaders } from './headers.ts';
import { usageKey, type Seat } from './limits.ts';
import { openConnection } from './open.ts';
import { Refusal, type RefusalReason } from './refusal.ts';
import type { ForwardTarget } from './target.ts';
import type { TunnelDeps } from './tunnel.ts';
import type { Upstream, Upstreams } from './upstream.ts';

export interface ForwardDeps extends TunnelDeps {
  readonly upstreams: Upstreams;
}

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly grant: EgressGrant;
  readonly target: ForwardTarget;
  readonly subject: Subject;
}

/**
 * Forwards; resolves once the answer has begun.
 * @throws Refusal while nothing has been answered yet.
 */
export async function forward(deps: ForwardDeps, forwarding: Forwarding): Promise<void> {
  const { request, response } = forwarding;
  const sender = createSender(deps, forwarding);
  request.on('data', (chunk: Buffer) => sender.count('sent', chunk.length));
  response.once('close', () => sender.end());
  const incoming = await sender.send();
  // 407 is the proxy's word alone: a browser would send its credential again.
  const status = incoming.statusCode === 407 ? 502 : (incoming.statusCode ?? 502);
  response.writeHead(status, incoming.statusMessage ?? '', passedHeaders(incoming));
  incoming.on('data', (chunk: Buffer) => sender.count('received', chunk.length));
  incoming.pipe(response);
  // Half an answer must not look like a whole one.
  incoming.once('close', () => incoming.complete || response.destroy());
}

interface Sender {
  send(): Promise<IncomingMessage>;
  count(direction: 'sent' | 'received', bytes: number): void;
  /** The client has its answer or has gone. */
  end(): void;
}

function createSender(deps: ForwardDeps, forwarding: Forwarding): Sender {
  const { request, response, grant, subject } = forwarding;
  const traffic = { sent: 0, received: 0 };
  const over = new AbortController();
  const upstream = takeUpstream(deps, forwarding, over.signal);
  let cutBy: CutReason | RefusalReason | undefined;
  let outgoing: ClientRequest | undefined;
  const cut = (reason: CutReason | RefusalReason): void => {
    cutBy ??= reason;
    response.destroy();
  };
  deps.clock.sleep(grant.maxMs, over.signal).then(
    () => cut('time'),
    () => undefined,
  );
  const start = (): Promise<IncomingMessage> => {
    outgoing = sendOn(deps, forwarding, upstream);
    return answerOf(outgoing);
  };
  return {
    send: async () => {
      try {
        return await start();
      } catch (error) {
        if (!outgoing?.reusedSocket || !isHarmless(request)) throw error;
        return start();
      }
    },
    count: (direction, bytes) => {
      traffic[direction] += bytes;
      if (seatOf(upstream, outgoing)?.addBytes(bytes) === false) cut('credential_bytes');
    },
    end: () => {
      over.abort();
      if (!response.writableFinished) outgoing?.destroy();
      deps.audit.closed(subject, traffic, cutBy);
    },
  };
}

/** A kept connection may have died unseen; without effects and body the request can go again. */
const isHarmless = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

const seatOf = (upstream: Upstream, outgoing: ClientRequest | undefined): Seat | undefined =>
  outgoing?.socket ? upstream.seatOf(outgoing.socket) : undefined;

function takeUpstream(
  deps: ForwardDeps,
  { request, grant, target, subject }: Forwarding,
  gone: AbortSignal,
): Upstream {
  const key = [target.host, target.port, usageKey(grant)].join('\n');
  return deps.upstreams.take(request.socket, key, () =>
    openConnection(deps, grant, target, gone, subject),
  );
}

function sendOn(
  deps: ForwardDeps,
  { request, target }: Forwarding,
  { agent }: Upstream,
): ClientRequest {
  const outgoing = httpRequest({
    agent,
    host: target.host,
    port: target.port,
    method: request.method ?? 'GET',
    path: target.path,
    headers: requestHeaders(request, target.authority),
    setHost: false,
    timeout: deps.idleMs,
  });
  request.pipe(outgoing);
  return outgoing;
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', resolve);
  // A switch of protocols was not asked for, so it is no answer.
  outgoing.once('upgrade', (_response, socket: Socket) => {
    socket.destroy();
    reject(new Refusal('connection_reset', 'unexpected 101'));
  });
  outgoing.once('timeout', () => outgoing.destroy(new Refusal('connect_timeout', 'no answer')));
  outgoing.on('error', (error) =>
    reject(error instanceof Refusal ? error : new Refusal('connection_reset', '', error)),
  );
  return promise;
}
