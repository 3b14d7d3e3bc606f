/** Counts what each credential, each host and this replica have open, and says when it is enough. */
import type { Clock } from '../core/clock.ts';
import type { EgressGrant } from '../core/egress/credential.ts';
import { Refusal } from './refusal.ts';

export interface LimitOptions {
  /** Connections that this replica holds at the most. */
  readonly maxConnections: number;
  /** Connections to one host at the most, over all credentials of pages. */
  readonly maxPerHost: number;
  readonly clock: Clock;
  /** Gives up the place of a connection that is only kept, to `host` when given; whether it could. */
  readonly makeRoom?: ((host?: string) => boolean) | undefined;
}

/** The place of one open connection. */
export interface Seat {
  /** Counts bytes in either direction; false when the credential has used up its bytes. */
  addBytes(count: number): boolean;
  /** Gives the place back; more than once does no harm. */
  leave(): void;
}

export interface Limits {
  /**
   * Takes a place for a connection.
   * @param perHost whether the cap of the host applies.
   * @throws Refusal
   */
  enter(grant: EgressGrant, host: string, perHost: boolean): Seat;
  /** Connections open now. */
  open(): number;
}

/** What one credential has used; forgotten once it has expired and nothing of it is open. */
interface Usage {
  readonly expires: number;
  opened: number;
  open: number;
  bytes: number;
}

const SWEEP_EVERY_MS = 10_000;

/** The key under which a credential is counted. */
export const usageKey = ({ issuer, workspace, id }: EgressGrant): string =>
  `${issuer}\n${workspace}\n${id}`;

export function createLimits(options: LimitOptions): Limits {
  const { maxConnections, maxPerHost, clock, makeRoom = () => false } = options;
  const usages = new Map<string, Usage>();
  const hosts = new Map<string, number>();
  let open = 0;
  let sweptAt = clock.monotonic();

  const sweep = (): void => {
    if (clock.monotonic() - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = clock.monotonic();
    const now = clock.now().getTime();
    for (const [key, usage] of usages)
      if (usage.open === 0 && usage.expires <= now) usages.delete(key);
  };
  const atHost = (host: string): number => hosts.get(host) ?? 0;
  const usageOf = (grant: EgressGrant): Usage => {
    const key = usageKey(grant);
    const known = usages.get(key) ?? { expires: grant.expires, opened: 0, open: 0, bytes: 0 };
    usages.set(key, known);
    return known;
  };

  return {
    open: () => open,
    enter: (grant, host, perHost) => {
      sweep();
      if (open >= maxConnections && !makeRoom())
        throw new Refusal('replica_connections', String(open));
      const usage = usageOf(grant);
      if (usage.opened >= grant.maxConnections) throw new Refusal('credential_connections');
      if (usage.bytes >= grant.maxBytes) throw new Refusal('credential_bytes');
      if (perHost && atHost(host) >= maxPerHost && !makeRoom(host))
        throw new Refusal('host_connections', host);
      open += 1;
      usage.opened += 1;
      usage.open += 1;
      hosts.set(host, atHost(host) + 1);
      return seatOf(grant, usage, () => {
        open -= 1;
        usage.open -= 1;
        const left = atHost(host) - 1;
        if (left === 0) hosts.delete(host);
        else hosts.set(host, left);
      });
    },
  };
}

function seatOf(grant: EgressGrant, usage: Usage, free: () => void): Seat {
  let left = false;
  return {
    addBytes: (count) => {
      usage.bytes += count;
      return usage.bytes <= grant.maxBytes;
    },
    leave: () => {
      if (left) return;
      left = true;
      free();
    },
  };
}
