/** What a Lease says and when it may be taken. Pure. */
import { defineResource, type KubeObject } from '../../../services/core/kube/types.ts';
import { microTime } from './times.ts';

export interface LeaseSpec {
  /** Empty when it was given back. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const LEASES = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
});

/** How long others leave a lease alone that does not change. */
export const LEASE_MS = 10_000;
/** How long a leader without a renewal still takes itself for one. */
export const RENEW_DEADLINE_MS = 7000;
/** Between two renewals, and between two looks of those who wait. */
export const RETRY_MS = 2000;

/** A lease as we saw it. The wall clocks of others are never looked at. */
export interface Sighting {
  /** Undefined: there is none. */
  readonly lease: Lease | undefined;
  /** Monotonic time at which we first saw it like this. */
  readonly since: number;
  /** The highest `leaseTransitions` that we ever saw. */
  readonly transitions: number | undefined;
}

/** The next sighting; `since` moves only when the object changed. */
export function see(before: Sighting | undefined, lease: Lease | undefined, now: number): Sighting {
  const same =
    before !== undefined &&
    before.lease?.metadata.resourceVersion === lease?.metadata.resourceVersion &&
    before.lease?.metadata.uid === lease?.metadata.uid;
  const seen = [before?.transitions, lease?.spec?.leaseTransitions].filter(
    (one) => one !== undefined,
  );
  return {
    lease,
    since: same ? before.since : now,
    transitions: seen.length === 0 ? undefined : Math.max(...seen),
  };
}

/**
 * From when the lease may be taken: at once when nobody holds it, else when its holder has let its time
 * pass before our eyes. A lease that somebody deleted counts as held until its time has passed: its
 * holder may not know yet.
 * @returns monotonic time.
 */
export function freeAt({ lease, since, transitions }: Sighting, me: string): number {
  if (!lease) return transitions === undefined ? since : since + LEASE_MS;
  const holder = lease.spec?.holderIdentity ?? '';
  const seconds = lease.spec?.leaseDurationSeconds;
  if (holder === '' || holder === me) return since;
  return since + (seconds ? seconds * 1000 : LEASE_MS);
}

export const isFree = (seen: Sighting, me: string, now: number): boolean => now >= freeAt(seen, me);

/** Those who wait do not all look at once. */
const SPREAD = 0.2;

/**
 * How long one who waits may sleep: until the lease can be free, and no longer than between two
 * renewals, since what was not looked at counts as renewed.
 * @param random 0 inclusive to 1 exclusive.
 */
export function restMs(
  seen: Sighting | undefined,
  me: string,
  now: number,
  random: number,
): number {
  const usual = RETRY_MS * (1 + SPREAD * random);
  const left = seen ? Math.ceil(freeAt(seen, me) - now) : 0;
  // Free already: another was quicker, or the server cannot be reached.
  return left > 0 ? Math.min(left, usual) : usual;
}

/**
 * The fencing number of the next term. The first of a new Lease is the time in seconds, so that it is
 * above those of a Lease that was deleted.
 */
export const nextTransitions = ({ transitions }: Sighting, now: Date): number =>
  transitions === undefined ? Math.floor(now.getTime() / 1000) : transitions + 1;

/** Who wants which lease. */
export interface Candidate {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
}

/** The lease as its new holder writes it. */
export function taken(
  { lease }: Sighting,
  { namespace, name, identity }: Candidate,
  transitions: number,
  now: Date,
): Lease {
  const time = microTime(now);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: lease?.metadata ?? { namespace, name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_MS / 1000,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

export const renewed = (lease: Lease, now: Date): Lease => ({
  ...lease,
  spec: { ...lease.spec, renewTime: microTime(now) },
});

/** Nobody's: the next may take it at once. */
export const givenBack = (lease: Lease, now: Date): Lease => ({
  ...lease,
  spec: {
    ...lease.spec,
    holderIdentity: '',
    leaseDurationSeconds: 1,
    renewTime: microTime(now),
  },
});
