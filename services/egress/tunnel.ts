/** CONNECT: a tunnel of bytes between a client and a target. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { EGRESS_ERROR_HEADER } from '../core/egress/errors.ts';
import type { Audit, CutReason, Subject } from './audit.ts';
import type { Authenticate } from './authenticate.ts';
import type { Seat } from './limits.ts';
import { openConnection, type OpenDeps } from './open.ts';
import { asRefusal, bodyOf, codeOf, statusOf, type RefusalReason } from './refusal.ts';
import { parseAuthority } from './target.ts';

export interface TunnelDeps extends OpenDeps {
  readonly authenticate: Authenticate;
  readonly audit: Audit;
  readonly clock: Clock;
  /** A tunnel in which nothing moves for so long is cut. */
  readonly idleMs: number;
}

/** Answers a CONNECT request; never rejects. */
export async function answerConnect(
  deps: TunnelDeps,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  let subject: Subject = { client: client.remoteAddress };
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  client.on('error', () => client.destroy());
  try {
    const grant = deps.authenticate(request.headers['proxy-authorization']);
    subject = { ...subject, grant };
    const target = parseAuthority(request.url ?? '');
    subject = { ...subject, target };
    const { socket, seat } = await openConnection(deps, {
      grant,
      target,
      subject,
      gone: gone.signal,
    });
    if (client.destroyed) {
      socket.destroy();
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.write(head);
    relay(deps, { client, socket, seat, subject, maxMs: grant.maxMs, early: head.length });
  } catch (error) {
    const refusal = asRefusal(error);
    deps.audit.refused(subject, refusal);
    refuse(client, refusal.reason);
  }
}

/** Answers on the bare socket, which no HTTP server watches any more. */
function refuse(client: Socket, reason: RefusalReason): void {
  const body = bodyOf(reason);
  const code = codeOf(reason);
  const lines = [
    `HTTP/1.1 ${statusOf(reason)} ${body.trim()}`,
    ...(code ? [`${EGRESS_ERROR_HEADER}: ${code}`] : []),
    ...(statusOf(reason) === 407 ? ['Proxy-Authenticate: Basic realm="egress"'] : []),
    'Content-Type: text/plain',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  client.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // A client that does not read its refusal must not hold the socket.
  client.setTimeout(5000, () => client.destroy());
  client.resume();
}

interface Relay {
  readonly client: Socket;
  readonly socket: Socket;
  readonly seat: Seat;
  readonly subject: Subject;
  readonly maxMs: number;
  /** Bytes that were sent before. */
  readonly early: number;
}

/** Moves bytes both ways with back-pressure until both sides have ended, or a cap is reached. */
function relay(deps: TunnelDeps, { client, socket, seat, subject, maxMs, early }: Relay): void {
  const traffic = { sent: early, received: 0 };
  let cutBy: CutReason | RefusalReason | undefined;
  const over = new AbortController();
  const cut = (reason: CutReason | RefusalReason): void => {
    cutBy ??= reason;
    client.resetAndDestroy();
    socket.resetAndDestroy();
  };
  const count = (direction: 'sent' | 'received') => (chunk: Buffer) => {
    traffic[direction] += chunk.length;
    if (!seat.addBytes(chunk.length)) cut('credential_bytes');
  };
  client.on('data', count('sent'));
  socket.on('data', count('received'));
  client.pipe(socket);
  socket.pipe(client);
  for (const [one, other] of [
    [client, socket],
    [socket, client],
  ] as const) {
    one.setTimeout(deps.idleMs, () => cut('idle'));
    one.on('error', () => one.destroy());
    // What broke off is passed on as a reset: an orderly end would look like the whole answer.
    one.once('close', (failed) => (failed || !one.readableEnded) && other.resetAndDestroy());
  }
  socket.once('close', () => {
    over.abort();
    deps.audit.closed(subject, traffic, cutBy);
  });
  deps.clock.sleep(maxMs, over.signal).then(
    () => cut('time'),
    () => undefined,
  );
  if (!seat.addBytes(early)) cut('credential_bytes');
}
