/** Seals again what lies under an older data key, or in the older form, and counts what does. */
import type pg from 'pg';
import type { Clock } from '../../core/clock.ts';
import {
  SEALED_KINDS,
  type LoadedKeys,
  type SealedCount,
  type SealedKind,
} from '../../core/contracts/keys.ts';
import { currentKey, type Keyring, type KeyState } from '../../core/keyring.ts';
import {
  countKeyUses,
  listSealed,
  resealSecret,
  untendedWorkspaces,
  type KeyUse,
} from '../../store/dataKeys.ts';
import type { Sql } from '../../store/pool.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { formOf, SealError } from './box.ts';
import type { DataKeys } from './dataKey.ts';
import { openSecret, sealSecret, type Envelope } from './envelope.ts';
import { lockEnvelope, writeEnvelope } from './reader.ts';
import { sealingKey } from './seal.ts';

/**
 * How long Secrets of the older form are left alone after the workspace got its key: so long the version before
 * this one can be gone back to and opens them.
 */
export const OLDER_FORM_MS = 7 * 86_400_000;

export interface Tended {
  readonly workspaces: number;
  /** Workspaces with something that does not open; nothing of it was changed. */
  readonly unopened: number;
}

export interface TendOptions {
  readonly now: Date;
  /** Workspaces of one transaction each, all in all. */
  readonly limit: number;
}

export interface Seals {
  /**
   * Goes on from where the last call ended, to the last workspace and then from the first again.
   * @throws SealError when the ring has no current key
   */
  tend(options: TendOptions): Promise<Tended>;
  /** How far a rotation of the data key is. */
  count(): Promise<KeyStates>;
  /** The last count, by the names of the keys; undefined before the first. */
  counted(): SealedCount | undefined;
  /** The data keys that this process opens with, and the one that it seals with. */
  loaded(): LoadedKeys;
}

export function createSeals(pool: pg.Pool, keys: DataKeys, clock: Pick<Clock, 'monotonic'>): Seals {
  let after = '';
  let last: { readonly uses: readonly KeyUse[]; readonly at: number } | undefined;
  return {
    tend: async ({ now, limit }) => {
      const before = new Date(now.getTime() - OLDER_FORM_MS);
      const current = sealingKey(keys()).kid;
      const batch = await untendedWorkspaces(pool, { current, before, after, limit });
      let unopened = 0;
      for (const workspace of batch)
        if (!(await tendOne(pool, keys(), workspace, now))) unopened += 1;
      after = batch.length < limit ? '' : (batch.at(-1) ?? '');
      return { workspaces: batch.length, unopened };
    },
    count: async () => {
      const at = clock.monotonic();
      const uses = await countKeyUses(pool);
      last = { uses, at };
      return statesOf(uses, keys());
    },
    counted: () => last && { uses: [...last.uses], ageMs: clock.monotonic() - last.at },
    loaded: () => {
      const ring = keys().keys;
      return { kids: ring.map(({ kid }) => kid), signsWith: currentKey(ring)?.kid ?? null };
    },
  };
}

/** False when something did not open. */
const tendOne = (pool: pg.Pool, keys: Keyring, workspace: string, now: Date): Promise<boolean> =>
  withWorkspace(pool, workspace, async (tx) => {
    const opened = await openIfWhole(() => lockEnvelope(tx, keys, workspace, now));
    if (!opened) return false;
    const isOld = opened.createdAt.getTime() <= now.getTime() - OLDER_FORM_MS;
    const { envelope, whole } = isOld
      ? await adopt(tx, keys, opened)
      : { envelope: opened, whole: true };
    await writeEnvelope(tx, keys, envelope);
    return whole;
  });

/** Seals the Secrets of the older form under the workspace's key. */
async function adopt(
  tx: Sql,
  keys: Keyring,
  first: Envelope,
): Promise<{ envelope: Envelope; whole: boolean }> {
  let [envelope, whole] = [first, true];
  const { workspace } = first;
  for (const { name, ...stored } of await listSealed(tx, workspace)) {
    if (formOf(stored.content) !== 1) continue;
    const values = await openIfWhole(() => openSecret(keys, envelope, { workspace, name }, stored));
    if (values) {
      const next = sealSecret(envelope, name, values);
      await resealSecret(tx, workspace, name, next.sealed);
      envelope = next.envelope;
    } else whole = false;
  }
  return { envelope, whole };
}

async function openIfWhole<T>(open: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** Rows by what they are and by the state of the key that they need; `missing`: no key of the ring. */
export type KeyStates = Readonly<
  Record<SealedKind, Readonly<Record<KeyState | 'missing', number>>>
>;

function statesOf(uses: readonly KeyUse[], keys: Keyring): KeyStates {
  const states = new Map(keys.keys.map(({ kid, state }) => [kid, state]));
  const rows = (kind: SealedKind, wanted: KeyState | 'missing'): number =>
    uses
      .filter((use) => use.kind === kind && (states.get(use.dataKey) ?? 'missing') === wanted)
      .reduce((sum, use) => sum + use.rows, 0);
  const ofKind = (kind: SealedKind) => ({
    next: rows(kind, 'next'),
    current: rows(kind, 'current'),
    previous: rows(kind, 'previous'),
    missing: rows(kind, 'missing'),
  });
  const [workspace, secret, authenticator] = SEALED_KINDS;
  return {
    workspace: ofKind(workspace),
    secret: ofKind(secret),
    authenticator: ofKind(authenticator),
  };
}
