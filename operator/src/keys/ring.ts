/** A root keyring as it lies in its Secret: read strictly, so that a broken one is never half used. */
import {
  adoptKey,
  deriveKey,
  keyring,
  type KeyEntry,
  type Keyring,
  type KeyState,
} from '../../../services/core/keyring.ts';
import { SECRETS } from '../names.ts';

/** The two roots that are rotated. */
export type RingName = 'internal' | 'jwt';

/** Where each root lies, and the name under which a person may give it. */
export const RINGS: Readonly<
  Record<RingName, { readonly secret: string; readonly given: string }>
> = {
  internal: { secret: SECRETS.internalKey, given: 'INTERNAL_API_KEY' },
  jwt: { secret: SECRETS.jwtSecret, given: 'JWT_SECRET' },
};

/** The key of a Secret's data under which a ring lies. */
export const RING_FILE = 'keyring.json';

/** Shorter keys that a person gives are refused, as in local mode. */
const LEAST_KEY_LENGTH = 32;

export type RingState =
  | { readonly kind: 'present'; readonly keys: readonly KeyEntry[] }
  /** Given by a person: never written, and rotated by that person. */
  | { readonly kind: 'adopted'; readonly keys: readonly [KeyEntry] }
  /** Given by a person and not usable; `problem` says why, without the key. */
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly problem: string };

/** The part of a Secret that is looked at; values are base64. */
export interface SecretData {
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly data?: Readonly<Record<string, string>> | undefined;
}

/** Reads a ring. @param secret undefined when there is none. */
export function readRing(secret: SecretData | undefined): RingState {
  if (secret === undefined) return { kind: 'absent' };
  const encoded = secret.data?.[RING_FILE];
  if (encoded === undefined) return damaged(`has no key ${RING_FILE}`);
  const parsed = keyring.safeParse(parseJson(Buffer.from(encoded, 'base64').toString('utf8')));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return damaged(`is no keyring at ${issue?.path.join('.') || 'the top'}`);
  }
  const problem = problemOf(parsed.data.keys);
  return problem === undefined ? { kind: 'present', keys: parsed.data.keys } : damaged(problem);
}

/** Reads a root: what a person gave in its Secret wins over a ring there. */
export function readRoot(ring: RingName, secret: SecretData | undefined): RingState {
  const encoded = secret?.data?.[RINGS[ring].given];
  if (encoded === undefined) return readRing(secret);
  const given = Buffer.from(encoded, 'base64').toString('utf8').trim();
  return adoptRing(ring, given, new Date(secret?.metadata?.creationTimestamp ?? 0));
}

/**
 * Takes over a key that a person gave (`INTERNAL_API_KEY`, `JWT_SECRET`).
 * @param created when its Secret was made, so that every pass sees the same entry.
 */
export function adoptRing(ring: RingName, given: string, created: Date): RingState {
  if (given.length >= LEAST_KEY_LENGTH)
    return { kind: 'adopted', keys: [adoptKey(given, created)] };
  const problem = `${RINGS[ring].given} is shorter than ${LEAST_KEY_LENGTH} characters; give a longer one, or none so that duckmon makes it`;
  return { kind: 'refused', problem };
}

/** The data of a ring's Secret. */
export const ringData = (keys: readonly KeyEntry[]): Readonly<Record<string, string>> => ({
  [RING_FILE]: Buffer.from(
    JSON.stringify({ keys } satisfies { keys: readonly KeyEntry[] }),
  ).toString('base64'),
});

/** The keys of a ring that can be used; undefined while there are none. */
export function usable(state: RingState): Keyring | undefined {
  return state.kind === 'present' || state.kind === 'adopted'
    ? { keys: [...state.keys] }
    : undefined;
}

/** Tells keys apart for people: derived, so that it says nothing about the value. */
export const fingerprint = (entry: KeyEntry): string =>
  deriveKey(entry, 'fingerprint').toString('hex').slice(0, 16);

/** The root key from which a derived one was made: `<kid>-<service>` without the service. */
export const rootKid = (kid: string): string => kid.split('-', 1)[0] ?? kid;

const damaged = (problem: string): RingState => ({ kind: 'damaged', problem });

function problemOf(keys: readonly KeyEntry[]): string | undefined {
  const count = (state: KeyState): number => keys.filter((key) => key.state === state).length;
  if (count('current') !== 1) return `has ${count('current')} current keys instead of one`;
  if (count('next') > 1) return `has ${count('next')} next keys instead of one`;
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) return 'has the same kid twice';
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
