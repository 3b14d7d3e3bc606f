/** Stores and reads Secrets and ConfigMaps of a workspace; values leave this process only to be used. */
import type pg from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { PutSecretRequest } from '../../core/contracts/scheduler.ts';
import type { Keyring } from '../../core/keyring.ts';
import {
  addDataKey,
  listSealedNames,
  lockDataKey,
  readSealed,
  writeDataKey,
} from '../../store/dataKeys.ts';
import { sameJson } from '../../store/canonical.ts';
import {
  dropAllSessions,
  dropSessionsOfLogin,
  isKeptSession,
  isLogin,
  loginVersion,
} from '../../store/keptSessions.ts';
import type { Sql } from '../../store/pool.ts';
import { putSecret, readSecret } from '../../store/secrets.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { SealError } from './box.ts';
import type { DataKeys } from './dataKey.ts';
import {
  closeEnvelope,
  newEnvelope,
  openEnvelope,
  openSecret,
  sealSecret,
  withOnly,
  type Envelope,
} from './envelope.ts';
import { createNewest } from './newest.ts';

export interface SecretReader {
  /**
   * One value, or undefined when there is no such Secret or key.
   * @throws SealError when it does not open
   */
  secret(workspace: string, name: string, key: string): Promise<string | undefined>;
  configMap(workspace: string, name: string, key: string): Promise<string | undefined>;
  /** Changes with each write of a login Secret; undefined when there is none. */
  loginVersion(workspace: string, name: string): Promise<string | undefined>;
  /**
   * Writes one. With other values than before, the sessions that it signed in to are over.
   * @param isWanted asked in the same transaction, before anything is written; without it the answer is yes
   * @throws StoreError `conflict` when it belongs to another file
   * @throws SealError when the workspace's key does not open
   */
  put(request: PutSecretRequest, isWanted?: (tx: Sql) => Promise<boolean>): Promise<void>;
}

/** Reads and writes through one pool, under each workspace's own rows. */
export function createSecretReader(pool: pg.Pool, keys: DataKeys, clock: Clock): SecretReader {
  const newest = createNewest();
  const open = async (workspace: string, name: string, isAgain = false): Promise<Values> => {
    const stored = await withWorkspace(pool, workspace, (tx) => readSealed(tx, workspace, name));
    if (!stored) return {};
    const envelope = stored.dataKey && openEnvelope(keys(), workspace, stored.dataKey);
    if (!envelope || newest.note(envelope))
      return openSecret(keys(), envelope, { workspace, name }, stored);
    // what was read before somebody else's write may arrive after it, but not twice
    if (!isAgain) return open(workspace, name, true);
    throw putBack();
  };
  return {
    secret: async (workspace, name, key) => (await open(workspace, name))[key],
    configMap: async (workspace, name, key) => {
      const stored = await withWorkspace(pool, workspace, (tx) =>
        readSecret(tx, workspace, 'ConfigMap', name),
      );
      if (!stored) return undefined;
      return (JSON.parse(Buffer.from(stored.content).toString('utf8')) as Values)[key];
    },
    loginVersion: (workspace, name) =>
      withWorkspace(pool, workspace, (tx) => loginVersion(tx, workspace, name)),
    put: async ({ workspace, kind, name, data, managedBy }, isWanted) => {
      const meta = { kind, name, keys: Object.keys(data), managedBy };
      const now = clock.now();
      const written = await withWorkspace(pool, workspace, async (tx) => {
        if (isWanted) {
          // who writes a Secret takes this lock first, so that the answer stays true
          await lockDataKey(tx, workspace);
          if (!(await isWanted(tx))) return undefined;
        }
        if (kind === 'ConfigMap') {
          const stored = { content: Buffer.from(JSON.stringify(data)), dataKeyId: null };
          await putSecret(tx, workspace, { ...meta, ...stored }, now);
          return undefined;
        }
        const before = await lockEnvelope(tx, keys(), workspace, now, true);
        if (!newest.note(before)) throw putBack();
        if (isLogin(name) && !(await isHeld(tx, keys(), before, name, data)))
          await dropSessionsOfLogin(tx, workspace, name);
        const { sealed, envelope } = sealSecret(before, name, data);
        await putSecret(tx, workspace, { ...meta, ...sealed }, now);
        await writeEnvelope(tx, keys(), envelope);
        return envelope;
      });
      if (written) newest.note(written);
    },
  };
}

type Values = Readonly<Record<string, string | undefined>>;

const putBack = (): SealError =>
  new SealError(
    'The Secrets of this workspace are older than those that were there before; if a backup was restored, start the scheduler again',
  );

/** Whether a Secret has these values already; what does not open has not. */
async function isHeld(
  tx: Sql,
  keys: Keyring,
  envelope: Envelope,
  name: string,
  data: Values,
): Promise<boolean> {
  const { workspace } = envelope;
  const stored = await readSealed(tx, workspace, name);
  if (!stored) return false;
  try {
    return sameJson(openSecret(keys, envelope, { workspace, name }, stored), data);
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

/**
 * The workspace's key, made if there was none, and locked until the transaction ends. One that does not open
 * makes room for a new one where it seals nothing any more.
 * @param dropsSessions also where it seals kept sessions alone, which nobody could delete
 * @throws SealError when it does not open
 */
export async function lockEnvelope(
  tx: Sql,
  keys: Keyring,
  workspace: string,
  now: Date,
  dropsSessions = false,
): Promise<Envelope> {
  const made = newEnvelope(workspace, now);
  await addDataKey(tx, workspace, closeEnvelope(keys, made));
  const found = await lockDataKey(tx, workspace);
  if (!found) throw new SealError('The key of the workspace was deleted meanwhile');
  try {
    return openEnvelope(keys, workspace, found);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const left = await listSealedNames(tx, workspace);
    if (left.length > 0 && !(dropsSessions && left.every(isKeptSession))) throw error;
    await dropAllSessions(tx, workspace);
    return made;
  }
}

/** Writes a key that was locked, by the current data key, without the Secrets that are gone. */
export async function writeEnvelope(tx: Sql, keys: Keyring, envelope: Envelope): Promise<void> {
  const { workspace } = envelope;
  const names = new Set(await listSealedNames(tx, workspace));
  await writeDataKey(tx, workspace, closeEnvelope(keys, withOnly(envelope, names)));
}
