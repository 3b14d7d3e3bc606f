/** Rings with keys of known age, and readers of them, for tests. */
import { createHash } from 'node:crypto';
import type { KeyEntry, KeyState } from '../../../../services/core/keyring.ts';
import type { RotationDeps, RotationSettings, Reader } from '../rotation.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const noon = new Date('2026-11-25T12:00:00Z');
export const after = (ms: number, from: Date = noon): Date => new Date(from.getTime() + ms);

export const settings: RotationSettings = {
  rotateEvery: 720 * HOUR,
  overlap: 15 * MINUTE,
  maxAge: 2160 * HOUR,
  publishFor: 0,
};

/** A key that is the same each time: the seed decides everything. */
export function keyOf(seed: string, state: KeyState, created: Date, notAfter?: Date): KeyEntry {
  const hash = createHash('sha256').update(seed);
  const value = hash.digest('base64');
  return {
    kid: createHash('sha256').update(value).digest('hex').slice(0, 12),
    created: created.toISOString(),
    notAfter: notAfter?.toISOString() ?? null,
    state,
    value,
  };
}

/** Makes new keys one after the other. */
export function keyMaker(): RotationDeps {
  let made = 0;
  return {
    newKey: (now, state) => keyOf(`made ${(made += 1)} at ${now.toISOString()}`, state, now),
  };
}

/** A reader that holds these keys, as derived keys are named, and signs with the first. */
export const reader = (name: string, ...kids: readonly string[]): Reader => ({
  name,
  kids: kids.map((kid) => `${kid}-scheduler`),
  signsWith: kids[0] === undefined ? undefined : `${kids[0]}-scheduler`,
});
