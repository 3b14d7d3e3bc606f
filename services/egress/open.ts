/** Opens the connection of one request: judge, resolve once, judge every address, dial, count. */
import type { Socket } from 'node:net';
import type { EgressGrant } from '../core/egress/credential.ts';
import { within } from '../core/within.ts';
import type { Audit, Subject } from './audit.ts';
import { dialFirst, type Dial } from './dial.ts';
import type { Limits, Seat } from './limits.ts';
import { admitAddresses, admitTarget, type Policy } from './policy.ts';
import { addressesOf, type Resolve } from './resolver.ts';
import type { Target } from './target.ts';

export interface OpenDeps {
  readonly policy: Policy;
  readonly limits: Limits;
  readonly audit: Audit;
  readonly resolve: Resolve;
  readonly dial: Dial;
  /** Time for name and connection together. */
  readonly connectTimeoutMs: number;
}

/** What a connection is asked for. */
export interface Opening {
  readonly grant: EgressGrant;
  readonly target: Target;
  readonly subject: Subject;
  /** Aborted when nobody waits for the connection any more. */
  readonly gone: AbortSignal;
  /** Gives a connection that is open already to one of the addresses, which were judged now. */
  readonly kept?: (addresses: readonly string[]) => Socket | undefined;
}

export interface Opened {
  readonly socket: Socket;
  /** Of this request, also when the connection was opened for another; free when it closes. */
  readonly seat: Seat;
}

/**
 * A connection that is kept open is no way around anything: the request takes a place, its name is
 * resolved and judged, and a line is written, all as if it was opened anew.
 * @throws Refusal
 */
export async function openConnection(deps: OpenDeps, opening: Opening): Promise<Opened> {
  const { grant, target, subject, gone, kept } = opening;
  const admitted = admitTarget(deps.policy, grant, target);
  const trusted = admitted === 'endpoint';
  const seat = deps.limits.enter(grant, target.host, !trusted);
  const { signal, end } = within(deps.connectTimeoutMs, gone);
  try {
    const addresses = await addressesOf(deps.resolve, target.host, trusted, signal);
    const admission = admitAddresses(deps.policy, grant, addresses, target.port, admitted);
    const idle = kept?.(addresses);
    const socket = idle ?? (await dialFirst(deps.dial, addresses, target.port, signal));
    if (!idle) socket.once('close', () => seat.leave());
    deps.audit.opened(subject, socket.remoteAddress ?? '', admission);
    return { socket, seat };
  } catch (error) {
    seat.leave();
    throw error;
  } finally {
    end();
  }
}
