/** A TCP proxy that harms the connections that go through it. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FaultProxy {
  /** Of the proxy, on 127.0.0.1. */
  readonly port: number;
  /** From now on each connection is cut after so many bytes from the server; undefined: none is. */
  cutAfter(bytes: (() => number) | undefined): void;
  /** Cuts all connections at once. */
  cut(): void;
  /** While held, connections are taken and stay open, and nothing passes: a half-open network. */
  hold(held: boolean): void;
  /** How many connections were made through it. */
  connections(): number;
  stop(): Promise<void>;
}

/** @param port of the server, on 127.0.0.1. */
export async function startFaultProxy(port: number): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let bytes: (() => number) | undefined;
  let made = 0;
  let held = false;
  const cut = (pair: readonly [Socket, Socket]): void => {
    pairs.delete(pair);
    pair.forEach((socket) => socket.destroy());
  };
  const server = createServer((client) => {
    made += 1;
    const target = connect(port, '127.0.0.1');
    const pair = [client, target] as const;
    let left = bytes?.() ?? Infinity;
    pairs.add(pair);
    pair.forEach((socket) => {
      socket.on('error', () => cut(pair));
      socket.once('close', () => cut(pair));
    });
    if (held) pair.forEach((socket) => socket.pause());
    client.on('data', (chunk: Buffer) => target.write(chunk));
    target.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) cut(pair);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (next) => void (bytes = next),
    cut: () => [...pairs].forEach(cut),
    hold: (next) => {
      held = next;
      for (const socket of [...pairs].flat())
        if (held) socket.pause();
        else socket.resume();
    },
    connections: () => made,
    stop: async () => {
      [...pairs].forEach(cut);
      server.close();
      await once(server, 'close');
    },
  };
}
