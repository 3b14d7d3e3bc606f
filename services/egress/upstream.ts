/** Connections to targets, of which the idle ones wait a moment for the next plain request. */
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { EgressGrant } from '../core/egress/credential.ts';
import { usageKey, type Seat } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './target.ts';

/** Who uses a connection, or used it last while it is idle. */
export interface Lease {
  /** The credential, by its `usageKey`. */
  readonly user: string;
  readonly seat: Seat;
}

/** One connection; it serves one request at a time. */
export interface Upstream {
  /** Holds this connection and never opens another. */
  readonly agent: Agent;
  readonly socket: Socket;
  readonly host: string;
  /** Whether it has served a request before. */
  reused: boolean;
  lease: Lease;
}

export interface Upstreams {
  /** Puts a new connection to use; it comes back by itself when its answer has ended. */
  add(scope: string, host: string, socket: Socket, lease: Lease): Upstream;
  /** Takes an idle connection that fits; the caller puts its own lease on it. */
  take(scope: string, fits: (idle: Upstream) => boolean): Upstream | undefined;
  /** Closes an idle connection, to `host` when given; whether there was one. */
  readonly makeRoom: (host?: string) => boolean;
  /** Closes all idle connections. */
  close(): void;
}

/**
 * Within this, connections may be used again: the same caller's same workspace asks for the same name
 * and port, so a page never sees what it answers on a connection that another tenant uses.
 */
export const scopeOf = ({ issuer, workspace }: EgressGrant, { host, port }: Target): string =>
  `${issuer}\n${workspace}\n${host}\n${port}`;

export const leaseOf = (grant: EgressGrant, seat: Seat): Lease => ({ user: usageKey(grant), seat });

export function createUpstreams(keepMs: number): Upstreams {
  // Of each scope the one that was used last is at the end; the oldest scopes come first.
  const idle = new Map<string, Upstream[]>();
  const remove = (scope: string, upstream: Upstream): void => {
    const left = idle.get(scope)?.filter((other) => other !== upstream) ?? [];
    if (left.length === 0) idle.delete(scope);
    else idle.set(scope, left);
  };
  const park = (scope: string, upstream: Upstream): void => {
    const others = idle.get(scope) ?? [];
    idle.delete(scope);
    idle.set(scope, [...others, upstream]);
  };
  const drop = (scope: string, upstream: Upstream): void => {
    remove(scope, upstream);
    upstream.lease.seat.leave();
    upstream.socket.destroy();
  };
  return {
    add: (scope, host, socket, lease) => {
      const agent = agentOf(socket, keepMs);
      const upstream: Upstream = { agent, socket, host, reused: false, lease };
      agent.on('free', () => socket.destroyed || park(scope, upstream));
      socket.once('close', () => drop(scope, upstream));
      return upstream;
    },
    take: (scope, fits) => {
      const found = idle.get(scope)?.findLast((each) => !each.socket.destroyed && fits(each));
      if (!found) return undefined;
      remove(scope, found);
      found.reused = true;
      return found;
    },
    makeRoom: (host) => {
      for (const [scope, waiting] of idle) {
        const found = waiting.find((each) => host === undefined || each.host === host);
        if (!found) continue;
        drop(scope, found);
        return true;
      }
      return false;
    },
    close: () => {
      for (const [scope, waiting] of idle) for (const upstream of waiting) drop(scope, upstream);
    },
  };
}

type Answer = (error: Error | null, socket?: Duplex) => void;

function agentOf(socket: Socket, keepMs: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, timeout: keepMs });
  let given = false;
  agent.createConnection = (_options, answer) => {
    // Asked a second time, the connection has died since it was taken.
    if (given) (answer as Answer)(new Refusal('connection_reset', 'a kept connection'));
    else {
      given = true;
      return socket;
    }
    return undefined;
  };
  return agent;
}
