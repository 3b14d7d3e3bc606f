/** Opens the connection of one request: judge, resolve once, judge every address, dial, count. */
import type { Socket } from 'node:net';
import type { EgressGrant } from '../core/egress/credential.ts';
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

export interface Opened {
  readonly socket: Socket;
  readonly seat: Seat;
}

/**
 * @param gone aborted when nobody waits for the connection any more.
 * @throws Refusal
 */
export async function openConnection(
  deps: OpenDeps,
  grant: EgressGrant,
  target: Target,
  gone: AbortSignal,
  subject: Subject,
): Promise<Opened> {
  const admitted = admitTarget(deps.policy, grant.issuer, target);
  const trusted = admitted === 'endpoint';
  const seat = deps.limits.enter(grant, target.host, !trusted);
  const signal = AbortSignal.any([gone, AbortSignal.timeout(deps.connectTimeoutMs)]);
  try {
    const addresses = await addressesOf(deps.resolve, target.host, trusted, signal);
    const grounds = admitAddresses(deps.policy, addresses, target.port, admitted);
    const socket = await dialFirst(deps.dial, addresses, target.port, signal);
    socket.once('close', () => seat.leave());
    deps.audit.opened(subject, socket.remoteAddress ?? '', grounds);
    return { socket, seat };
  } catch (error) {
    seat.leave();
    throw error;
  }
}
