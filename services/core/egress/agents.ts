/** Node agents for SDKs that take no `fetch`: every connection is a tunnel through the proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Opens a plain connection to a target. */
export type OpenSocket = (host: string, port: number) => Promise<Socket>;

type AgentOptions = Readonly<Record<string, unknown>>;
type Done = (error: Error | null, stream?: Duplex) => void;

/** A pair of agents that keep no connection alive, so none outlives its credential. */
export function createAgents(open: OpenSocket): {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
} {
  const http = new HttpAgent({ keepAlive: false });
  const https = new HttpsAgent({ keepAlive: false });
  override(http, (options) => open(hostOf(options), Number(options['port'] ?? 80)));
  override(https, async (options) => {
    const socket = await open(hostOf(options), Number(options['port'] ?? 443));
    return startTls(socket, options);
  });
  return { http, https };
}

const hostOf = (options: AgentOptions): string =>
  String(options['hostname'] ?? options['host']).replaceAll(/^\[|\]$/g, '');

function override(agent: HttpAgent, connect: (options: AgentOptions) => Promise<Duplex>): void {
  agent.createConnection = (options, done) => {
    const finish = done as Done;
    connect(options as unknown as AgentOptions).then(
      (stream) => finish(null, stream),
      (error: unknown) => finish(error instanceof Error ? error : new Error(String(error))),
    );
    return undefined;
  };
}

async function startTls(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  const secure = connectTls({ ...options, socket, ALPNProtocols: ['http/1.1'] });
  try {
    await once(secure, 'secureConnect');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return secure;
}
