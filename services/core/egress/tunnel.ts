/** Opens a CONNECT tunnel through the egress proxy. */
import { connect, type Socket } from 'node:net';
import { proxyAuthorization } from './credential.ts';
import { EgressError, EGRESS_ERROR_HEADER, egressError, refusalOf } from './errors.ts';

const MAX_HEAD_BYTES = 8 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * @param host a name or an address, IPv6 without brackets.
 * @returns a socket whose next byte is the target's.
 * @throws EgressError, or the signal's reason when it is aborted before.
 */
export async function openTunnel(
  proxyUrl: string,
  credential: string,
  host: string,
  port: number,
  signal?: AbortSignal,
): Promise<Socket> {
  signal?.throwIfAborted();
  const proxy = new URL(proxyUrl);
  const socket = connect({
    host: proxy.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(proxy.port || 80),
    noDelay: true,
  });
  const abort = (): void => void socket.destroy(asError(signal?.reason));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    socket.write(connectRequest(host, port, credential));
    const head = await readHead(socket);
    if (head.status === 200) return socket;
    socket.destroy();
    throw refusalOf(head.status, head.named);
  } catch (error) {
    socket.destroy();
    if (signal?.aborted) throw signal.reason;
    if (error instanceof EgressError) throw error;
    throw egressError('proxyDown', error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('aborted', { cause: reason });

function connectRequest(host: string, port: number, credential: string): string {
  if (/[^\x21-\x7e]/.test(host)) throw egressError('refused');
  const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: ${proxyAuthorization(credential)}\r\n\r\n`;
}

interface Head {
  readonly status: number;
  readonly named: string | undefined;
}

/** Reads the proxy's answer and gives what follows it back to the socket. */
function readHead(socket: Socket): Promise<Head> {
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  let seen = Buffer.alloc(0);
  const settle = (): void => {
    socket.setTimeout(0);
    socket.removeListener('readable', onReadable);
    socket.removeListener('error', onError);
    socket.removeListener('close', onClose);
    socket.removeListener('timeout', onTimeout);
  };
  const onError = (error: Error): void => (settle(), reject(error));
  const onClose = (): void => (settle(), reject(new Error('the proxy closed the connection')));
  const onTimeout = (): void => (settle(), reject(egressError('timeout')));
  const onReadable = (): void => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;) {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf('\r\n\r\n');
      if (end === -1 && seen.length > MAX_HEAD_BYTES) return onError(new Error('a head too long'));
      if (end === -1) continue;
      settle();
      if (seen.length > end + 4) socket.unshift(seen.subarray(end + 4));
      return resolve(parseHead(seen.subarray(0, end).toString('latin1')));
    }
  };
  socket.setTimeout(TIMEOUT_MS);
  socket
    .on('readable', onReadable)
    .on('error', onError)
    .on('close', onClose)
    .on('timeout', onTimeout);
  return promise;
}

function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const named = lines
    .map((line) => /^([^:]+):\s*(.*?)\s*$/.exec(line))
    .find((match) => match?.[1]?.toLowerCase() === EGRESS_ERROR_HEADER)?.[2];
  return { status, named };
}
