/** Stores and reads Secrets and ConfigMaps of a workspace; values leave this process only to be used. */
import type pg from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { PutSecretRequest } from '../../core/contracts/scheduler.ts';
import { putSecret, readSecret } from '../../store/secrets.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { DataKeys } from './dataKey.ts';
import { openValues, sealValues } from './seal.ts';

export interface SecretReader {
  /**
   * One value, or undefined when there is no such Secret or key.
   * @throws SealError when it does not open
   */
  secret(workspace: string, name: string, key: string): Promise<string | undefined>;
  configMap(workspace: string, name: string, key: string): Promise<string | undefined>;
  /** @throws StoreError `conflict` when it belongs to another file */
  put(request: PutSecretRequest): Promise<void>;
}

/** Reads and writes through one pool, under each workspace's own rows. */
export function createSecretReader(pool: pg.Pool, keys: DataKeys, clock: Clock): SecretReader {
  return {
    secret: async (workspace, name, key) => {
      const stored = await withWorkspace(pool, workspace, (tx) =>
        readSecret(tx, workspace, 'Secret', name),
      );
      return stored && openValues(keys(), { workspace, name }, stored)[key];
    },
    configMap: async (workspace, name, key) => {
      const stored = await withWorkspace(pool, workspace, (tx) =>
        readSecret(tx, workspace, 'ConfigMap', name),
      );
      if (!stored) return undefined;
      return (JSON.parse(Buffer.from(stored.content).toString('utf8')) as Record<string, string>)[
        key
      ];
    },
    put: async ({ workspace, kind, name, data, managedBy }) => {
      const stored =
        kind === 'Secret'
          ? sealValues(keys(), { workspace, name }, data)
          : { content: Buffer.from(JSON.stringify(data)), dataKeyId: null };
      const input = { kind, name, keys: Object.keys(data), managedBy, ...stored };
      await withWorkspace(pool, workspace, (tx) => putSecret(tx, workspace, input, clock.now()));
    },
  };
}
