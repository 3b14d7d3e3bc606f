/** What a MonitorPlatform and its annotations say about keys, in the units that decisions are made in. */
import type { Keys } from '../../../../crds/types/monitorplatform.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import type { RingName } from '../../keys/ring.ts';
import type { RotationRequests, RotationSettings } from '../../keys/rotation.ts';
import { ANNOTATIONS } from '../../names.ts';

/** Caches of a JWKS keep it for 600 s and ask again 30 s later at the earliest. */
const JWKS_CACHE_MS = 630_000;

/** Settings of each ring. Keys of tokens are also read by people's own programs, whom nobody can ask. */
export function rotationSettings(keys: Keys): Readonly<Record<RingName, RotationSettings>> {
  const shared = {
    rotateEvery: parseDuration(keys.rotateEvery),
    overlap: parseDuration(keys.overlap),
    maxAge: parseDuration(keys.maxAge),
  };
  return {
    internal: { ...shared, publishFor: 0 },
    jwt: { ...shared, publishFor: JWKS_CACHE_MS },
  };
}

export interface ReadRequests {
  readonly requests: RotationRequests;
  /** When a new data key was asked for. */
  readonly dataKey: Date | undefined;
  /** What is wrong with an annotation, in words for the person who wrote it. */
  readonly problems: readonly string[];
}

/** Rotations that were asked for in two ways: of each kind the last. */
export const latestRequests = (
  one: RotationRequests,
  other: RotationRequests = {},
): RotationRequests => ({
  graceful: later(one.graceful, other.graceful),
  urgent: later(one.urgent, other.urgent),
});

const later = (one: Date | undefined, other: Date | undefined): Date | undefined =>
  one !== undefined && (other === undefined || one > other) ? one : other;

/** RFC 3339 with a time zone: what `date` calls a date alone could mean another day elsewhere. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads the rotations that people asked for. */
export function rotationRequests(
  annotations: Readonly<Record<string, string>> | undefined,
): ReadRequests {
  const problems: string[] = [];
  const read = (name: string): Date | undefined => {
    const text = annotations?.[name];
    if (text === undefined || text === '') return undefined;
    const time = new Date(text);
    if (TIME.test(text) && !Number.isNaN(time.getTime())) return time;
    problems.push(`annotation ${name} must be a time such as 2026-11-25T12:00:00Z`);
    return undefined;
  };
  const graceful = read(ANNOTATIONS.rotateRequestedAt);
  const urgent = read(ANNOTATIONS.rotateNowRequestedAt);
  const dataKey = read(ANNOTATIONS.rotateDataKeyRequestedAt);
  return { requests: { graceful, urgent }, dataKey, problems };
}
