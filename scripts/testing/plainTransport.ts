/** Stands in for the egress transport in tests: plain sockets, without a proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { EgressError, type EgressTransport } from '../../services/core/egress/transport.ts';

export type PlainTransport = Pick<EgressTransport, 'connect' | 'agents' | 'close'>;

/**
 * Connects directly.
 * @param forbid hosts that are refused as the proxy refuses private addresses
 */
export function createPlainTransport(forbid: readonly string[] = []): PlainTransport {
  return {
    connect: async (host, port, signal) => {
      if (forbid.includes(host)) throw new EgressError('refused', 'The address is not allowed');
      const { promise, resolve, reject } = Promise.withResolvers<Socket>();
      const socket = connect({ host, port, ...(signal ? { signal } : {}) });
      socket.once('connect', () => resolve(socket));
      socket.once('error', (error) =>
        reject(new EgressError('unreachable', 'The host cannot be reached (502)', error)),
      );
      return promise;
    },
    agents: () => ({ http: new HttpAgent(), https: new HttpsAgent() }),
    close: async () => {},
  };
}
