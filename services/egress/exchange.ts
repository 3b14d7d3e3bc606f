/** Sends one plain request on to its target and the answer back. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { EgressGrant } from '../core/egress/credential.ts';
import { EGRESS_MARK_HEADER } from '../core/egress/errors.ts';
import type { CutReason, Subject } from './audit.ts';
import { passedHeaders, requestHeaders } from './headers.ts';
import { usageKey, type Seat } from './limits.ts';
import { openConnection } from './open.ts';
import { isSameAddress } from './policy.ts';
import { Refusal, type RefusalReason } from './refusal.ts';
import type { ForwardTarget } from './target.ts';
import type { TunnelDeps } from './tunnel.ts';
import { leaseOf, scopeOf, type Upstream, type Upstreams } from './upstream.ts';

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
  response.once('close', () => sender.end());
  const incoming = await sender.send();
  // 407 is the proxy's word alone: a browser would send its credential again.
  const status = incoming.statusCode === 407 ? 502 : (incoming.statusCode ?? 502);
  const mark = request.headers[EGRESS_MARK_HEADER] === undefined ? [] : TARGETS_MARK;
  response.writeHead(status, incoming.statusMessage ?? '', [...passedHeaders(incoming), ...mark]);
  incoming.on('data', (chunk: Buffer) => sender.count('received', chunk.length));
  incoming.pipe(response);
  // Half an answer must not look like a whole one.
  incoming.once('close', () => incoming.complete || response.destroy());
}

/** Says that an answer is the target's and none of the proxy or of its HTTP server. */
const TARGETS_MARK = [EGRESS_MARK_HEADER, 'target'];

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
  let cutBy: CutReason | RefusalReason | undefined;
  let seat: Seat | undefined;
  let outgoing: ClientRequest | undefined;
  const cut = (reason: CutReason | RefusalReason): void => {
    cutBy ??= reason;
    response.destroy();
  };
  deps.clock.sleep(grant.maxMs, over.signal).then(
    () => cut('time'),
    () => undefined,
  );
  const count = (direction: 'sent' | 'received', bytes: number): void => {
    traffic[direction] += bytes;
    if (seat?.addBytes(bytes) === false) cut('credential_bytes');
  };
  let reused = false;
  const ask = async (mayReuse: boolean): Promise<IncomingMessage> => {
    const upstream = await takeUpstream(deps, forwarding, over.signal, mayReuse);
    ({ reused } = upstream);
    if (over.signal.aborted) {
      upstream.socket.destroy();
      throw new Refusal('connection_reset', 'the client has gone');
    }
    ({ seat } = upstream.lease);
    outgoing = sendOn(deps, forwarding, upstream);
    request.on('data', (chunk: Buffer) => count('sent', chunk.length));
    return answerOf(outgoing);
  };
  return {
    send: async () => {
      try {
        return await ask(isHarmless(request));
      } catch (error) {
        if (!reused) throw error;
        return ask(false);
      }
    },
    count,
    end: () => {
      over.abort(ENDED);
      if (!response.writableFinished) outgoing?.destroy();
      deps.audit.closed(subject, traffic, cutBy);
    },
  };
}

/** Given as a reason because the system's own would be an error with a stack, for each request. */
const ENDED = 'ended';

/** A kept connection may have died unseen: only what can go again, without effects, may use one. */
const isHarmless = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

/** An idle connection of the scope to an address that is allowed now, or else a new one. */
async function takeUpstream(
  deps: ForwardDeps,
  { grant, target, subject }: Forwarding,
  gone: AbortSignal,
  mayReuse: boolean,
): Promise<Upstream> {
  const { upstreams } = deps;
  const scope = scopeOf(grant, target);
  const take = (fits: (idle: Upstream) => boolean): Upstream | undefined =>
    mayReuse ? upstreams.take(scope, fits) : undefined;
  const user = usageKey(grant);
  // Of this very credential, for which it was judged already.
  const own = take(({ lease }) => lease.user === user);
  if (own) return own;
  let found: Upstream | undefined;
  const kept = (addresses: readonly string[]): Socket | undefined => {
    found = take(({ socket }) => isOneOf(socket.remoteAddress, addresses));
    return found?.socket;
  };
  const { socket, seat } = await openConnection(deps, { grant, target, subject, gone, kept });
  const lease = leaseOf(grant, seat);
  if (!found) return upstreams.add(scope, target.host, socket, lease);
  found.lease.seat.leave();
  found.lease = lease;
  return found;
}

const isOneOf = (reached: string | undefined, addresses: readonly string[]): boolean =>
  reached !== undefined && addresses.some((address) => isSameAddress(reached, address));

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
  outgoing.on('error', (error) => reject(reasonOf(error)));
  return promise;
}

function reasonOf(error: Error): Refusal {
  if (error instanceof Refusal) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('headers_too_large', '', error);
  if (code.startsWith('HPE_')) return new Refusal('invalid_answer', code, error);
  return new Refusal('connection_reset', '', error);
}
