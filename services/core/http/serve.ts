/** Listens on a port and stops without dropping requests. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SetupError } from '../errors.ts';

export interface Listening {
  readonly port: number;
  readonly host: string;
  /** Such as `http://127.0.0.1:8001`. */
  readonly url: string;
  readonly server: Server;
  /** Goes on serving, but ends each connection with its next answer. */
  readonly endConnections: () => void;
  /** Stops accepting, lets running requests end for at most `graceMs`, then cuts them. */
  readonly stop: (graceMs?: number) => Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whole time of a request until its headers and body have arrived; 60 s when absent. */
  readonly requestTimeoutMs?: number;
  /** Time until the headers have arrived; 20 s when absent. */
  readonly headersTimeoutMs?: number;
  /** How often the two times above are looked at; 30 s when absent. */
  readonly checkTimeoutsEveryMs?: number;
  /** All header bytes of a request; 16 KiB when absent. */
  readonly maxHeaderBytes?: number;
}

/**
 * Starts an HTTP server.
 * @throws SetupError when the port is in use or may not be opened.
 */
export async function serve(listener: RequestListener, options: ServeOptions): Promise<Listening> {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs ?? 60_000,
      headersTimeout: options.headersTimeoutMs ?? 20_000,
      connectionsCheckingInterval: options.checkTimeoutsEveryMs ?? 30_000,
      maxHeaderSize: options.maxHeaderBytes ?? 16_384,
      keepAliveTimeout: 15_000,
    },
    listener,
  );
  const endConnections = watchAnswers(server);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    port,
    host: options.host,
    url: `http://${host}:${port}`,
    server,
    endConnections,
    stop: (graceMs = 10_000) => stop(server, graceMs),
  };
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new SetupError(
        `Port ${port} on ${host} is in use; stop what listens there, or choose another port.`,
        { cause: error },
      );
    if (code === 'EACCES')
      throw new SetupError(
        `Port ${port} on ${host} may not be opened by this user; choose one above 1023.`,
        { cause: error },
      );
    throw error;
  }
  server.removeListener('error', reject);
}

/**
 * Once the server takes no more, a connection ends with the request that was running on it.
 * @returns ends connections already while the server takes more.
 */
function watchAnswers(server: Server): () => void {
  const open = new Set<ServerResponse>();
  let isEnding = false;
  const endAfter = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  // Before the app, which may answer at once.
  server.prependListener('request', (_request, response) => {
    open.add(response);
    if (isEnding) endAfter(response);
    response.once('close', () => {
      open.delete(response);
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  return () => {
    isEnding = true;
    open.forEach(endAfter);
  };
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await promise;
  clearTimeout(cut);
}
