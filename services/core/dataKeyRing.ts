/** Turning the data key: a new one is made, rows are sealed again with it, and then the old one goes. */
import { newKeyEntry, type KeyEntry, type Keyring } from './keyring.ts';

/** Rows that need a data key. */
export interface RowsOfKey {
  readonly dataKey: string;
  readonly rows: number;
}

/** What one call does; called again and again it goes round. */
export type DataKeyStep =
  | { readonly kind: 'turned'; readonly ring: Keyring }
  /** Nothing needs the old keys any more. */
  | { readonly kind: 'dropped'; readonly ring: Keyring; readonly dropped: readonly KeyEntry[] }
  | { readonly kind: 'waiting'; readonly rows: number }
  /** Nothing counted needs them, but what was sealed with them just before the turn may still be written. */
  | { readonly kind: 'settling'; readonly until: Date };

/** Longer than any process goes on with a key that it has read, and any write is under way. */
export const SETTLING_MS = 10 * 60_000;

/**
 * The next step of a rotation. No key goes that a row needs, and none is made while an older one is there.
 * @param uses of all keys, counted after the ring was read
 */
export function nextDataKeyStep(ring: Keyring, uses: readonly RowsOfKey[], now: Date): DataKeyStep {
  const old = ring.keys.filter(({ state }) => state === 'previous');
  if (old.length === 0) {
    const before = ring.keys.map((key) => ({ ...key, state: 'previous' as const }));
    return { kind: 'turned', ring: { keys: [newKeyEntry(now), ...before] } };
  }
  const rowsOf = ({ kid }: KeyEntry): number =>
    uses.filter(({ dataKey }) => dataKey === kid).reduce((sum, { rows }) => sum + rows, 0);
  const dropped = old.filter((key) => rowsOf(key) === 0);
  if (dropped.length === 0)
    return { kind: 'waiting', rows: old.reduce((sum, key) => sum + rowsOf(key), 0) };
  const turnedAt = Math.max(
    ...ring.keys
      .filter(({ state }) => state === 'current')
      .map(({ created }) => Date.parse(created)),
  );
  const until = new Date(turnedAt + SETTLING_MS);
  if (now < until) return { kind: 'settling', until };
  const keys = ring.keys.filter((key) => !dropped.includes(key));
  return { kind: 'dropped', ring: { keys }, dropped };
}
