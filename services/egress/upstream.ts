/** Keeps the connection to the last target of a client's connection, for the next plain request. */
import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { Seat } from './limits.ts';
import type { Opened } from './open.ts';
import { asRefusal } from './refusal.ts';

export interface Upstream {
  readonly agent: Agent;
  /** The place of the connection that serves a request now. */
  seatOf(socket: Socket): Seat | undefined;
}

export interface Upstreams {
  /**
   * @param key target and credential: a connection is never shared across either.
   * @param open called when there is no idle connection.
   */
  take(client: Socket, key: string, open: () => Promise<Opened>): Upstream;
}

interface Kept extends Upstream {
  readonly key: string;
  open: () => Promise<Opened>;
}

/** At most one connection to a target for each connection of a client. */
export function createUpstreams(): Upstreams {
  const byClient = new WeakMap<Socket, Kept>();
  return {
    take: (client, key, open) => {
      const known = byClient.get(client);
      if (known?.key === key) {
        known.open = open;
        return known;
      }
      // Requests of one connection come one after the other, so nothing of it is in use.
      known?.agent.destroy();
      const kept = createUpstream(key, open);
      if (!known) client.once('close', () => byClient.get(client)?.agent.destroy());
      byClient.set(client, kept);
      return kept;
    },
  };
}

function createUpstream(key: string, open: () => Promise<Opened>): Kept {
  const seats = new WeakMap<Socket, Seat>();
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, timeout: 60_000 });
  const kept: Kept = { key, open, agent, seatOf: (socket) => seats.get(socket) };
  agent.createConnection = (_options, answer) => {
    void connect(kept, seats, answer as Answer);
    return undefined;
  };
  return kept;
}

type Answer = (error: Error | null, socket?: Socket) => void;

async function connect(kept: Kept, seats: WeakMap<Socket, Seat>, answer: Answer): Promise<void> {
  try {
    const { socket, seat } = await kept.open();
    seats.set(socket, seat);
    answer(null, socket);
  } catch (error) {
    answer(asRefusal(error));
  }
}
