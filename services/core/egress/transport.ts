/** The only way by which code of ours opens a socket on behalf of a user: through the egress proxy. */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import {
  Agent,
  buildConnector,
  fetch as undiciFetch,
  type Dispatcher,
  type RequestInit,
  type Response,
} from 'undici';
import { createAgents, type OpenSocket } from './agents.ts';
import { egressError } from './errors.ts';
import { openTunnel } from './tunnel.ts';

export { EgressError, egressErrorOf, type EgressCode } from './errors.ts';

/** Fetches that share connections under one credential: the hops of one check. */
export interface EgressSession {
  /** As the standard `fetch`, through the proxy; redirects are not followed unless asked. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** For undici's `request`. */
  readonly dispatcher: Dispatcher;
  /** Closes the connections at once. */
  close(): Promise<void>;
}

/**
 * A failed connection makes a fetch reject with a TypeError whose cause is an `EgressError` (or a
 * TLS error); `egressErrorOf` reads it. Both `http:` and `https:` go through CONNECT, so an answer
 * of the proxy is never taken for one of the page.
 */
export interface EgressTransport {
  /**
   * As the standard `fetch`, with a connection and a credential of its own; redirects are not
   * followed unless asked. Read the body or cancel it: its connection is free only then.
   */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Several fetches over shared connections; `credential` defaults to one issued now. */
  pooled(credential?: string): EgressSession;
  /** For undici's `request`; close it after use. */
  dispatcher(): Dispatcher;
  /** For SDKs that take a Node agent; no connection is used twice. */
  agents(): { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** A raw socket to a host and port (SMTP). */
  connect(host: string, port: number, signal?: AbortSignal): Promise<Socket>;
  /** Cuts whatever is still open. */
  close(): Promise<void>;
}

/**
 * @param proxyUrl such as `http://127.0.0.1:8005`.
 * @param credential signs anew for each call of a method.
 */
export function createEgressTransport(proxyUrl: string, credential: () => string): EgressTransport {
  // A closing agent forgets its connections, so they are kept here to be cut.
  const sockets = new Set<Socket>();
  const open = async (signed: string, host: string, port: number, signal?: AbortSignal) => {
    const socket = await openTunnel(proxyUrl, signed, host, port, signal);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const makeDispatcher = (signed: string): Agent =>
    createDispatcher((host, port) => open(signed, host, port));
  return {
    fetch: (url, init) => fetchOnce(makeDispatcher(credential()), url, init),
    pooled: (signed) => {
      const agent = makeDispatcher(signed ?? credential());
      return {
        fetch: (url, init) => fetchBy(agent, url, init),
        dispatcher: agent,
        close: () => agent.destroy(),
      };
    },
    dispatcher: () => makeDispatcher(credential()),
    agents: () => createAgents((host, port) => open(credential(), host, port)),
    connect: (host, port, signal) => open(credential(), host, port, signal),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

async function fetchOnce(agent: Agent, url: string | URL, init?: RequestInit): Promise<Response> {
  try {
    const response = await fetchBy(agent, url, init);
    // Closing waits for the body and then frees the connection.
    void agent.close();
    return response;
  } catch (error) {
    await agent.destroy();
    throw error;
  }
}

const fetchBy = (dispatcher: Agent, url: string | URL, init?: RequestInit): Promise<Response> =>
  undiciFetch(url, { redirect: 'manual', ...init, dispatcher });

/** An IPv6 address without its brackets. */
const bareHost = (hostname: string): string => hostname.replaceAll(/^\[|\]$/g, '');

/** An undici agent all of whose connections are tunnels. */
function createDispatcher(open: OpenSocket): Agent {
  const startTls = buildConnector({ allowH2: false, timeout: 20_000 });
  return new Agent({
    allowH2: false,
    connect: (options, answer) => {
      const secure = options.protocol === 'https:';
      const port = Number(options.port || (secure ? 443 : 80));
      open(bareHost(options.hostname), port).then(
        (socket) =>
          secure ? startTls({ ...options, httpSocket: socket }, answer) : answer(null, socket),
        (error: unknown) =>
          answer(error instanceof Error ? error : egressError('unreachable'), null),
      );
    },
  });
}
