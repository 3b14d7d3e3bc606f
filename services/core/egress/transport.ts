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
import { createPlainClient, isPlain, type PlainSession } from './plain.ts';
import { openTunnel } from './tunnel.ts';

export { EgressError, egressErrorOf, type EgressCode } from './errors.ts';

/**
 * Fetches under one credential: the hops of one check. Tunnels are its own; plain requests share
 * connections to the proxy with other sessions, where each is judged by its credential.
 */
export interface EgressSession {
  /** As the standard `fetch`, through the proxy; redirects are not followed unless asked. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** For undici's `request`. */
  readonly dispatcher: Dispatcher;
  /** Ends what is under way and closes the tunnels at once. */
  close(): Promise<void>;
}

/**
 * A failed connection makes a fetch reject with a TypeError whose cause is an `EgressError` (or a
 * TLS error); `egressErrorOf` reads it. Requests go through CONNECT, or in a session in absolute form
 * with a mark in what is the page's, so an answer of the proxy is never taken for one of the page.
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
  // One for all connections, so that TLS sessions are resumed.
  const startTls = buildConnector({ allowH2: false, timeout: 20_000 });
  const makeDispatcher = (signed: string): Agent =>
    createDispatcher((host, port) => open(signed, host, port), startTls);
  const plain = createPlainClient(proxyUrl);
  return {
    fetch: (url, init) => fetchOnce(makeDispatcher(credential()), url, init),
    pooled: (signed = credential()) =>
      createSession(plain.session(signed), () => makeDispatcher(signed)),
    dispatcher: () => makeDispatcher(credential()),
    agents: () => createAgents((host, port) => open(credential(), host, port)),
    connect: (host, port, signal) => open(credential(), host, port, signal),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await plain.close();
    },
  };
}

/** Sends plain requests in absolute form and the others through tunnels. */
function createSession(plain: PlainSession, makeTunnels: () => Agent): EgressSession {
  let tunnels: Agent | undefined;
  const dispatcher = ROUTER.compose(() => (options, handler) => {
    if (isPlain(options)) return plain.dispatch(options, handler);
    tunnels ??= makeTunnels();
    return tunnels.dispatch(options, handler);
  });
  return {
    fetch: (url, init) => fetchBy(dispatcher, url, init),
    dispatcher,
    close: async () => {
      plain.close();
      await tunnels?.destroy();
    },
  };
}

/** Only composed upon; it opens no connection of its own. */
const ROUTER = new Agent();

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

const fetchBy = (
  dispatcher: Dispatcher,
  url: string | URL,
  init?: RequestInit,
): Promise<Response> => undiciFetch(url, { redirect: 'manual', ...init, dispatcher });

/** An IPv6 address without its brackets. */
const bareHost = (hostname: string): string => hostname.replaceAll(/^\[|\]$/g, '');

/** An undici agent all of whose connections are tunnels. */
function createDispatcher(open: OpenSocket, startTls: buildConnector.connector): Agent {
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
