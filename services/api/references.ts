/** Reads what the jobs of a workspace can refer to. */
import { listChannels } from '../store/channels.ts';
import type { Sql } from '../store/pool.ts';
import { listSecrets } from '../store/secrets.ts';
import type { References } from './conditions.ts';

/** Channels are few; more than this many are not looked at. */
const MOST_CHANNELS = 500;

export async function readReferences(tx: Sql, workspace: string): Promise<References> {
  const channels = await listChannels(tx, workspace, { limit: MOST_CHANNELS });
  const stored = await listSecrets(tx, workspace);
  const keysOf = (kind: 'Secret' | 'ConfigMap') =>
    new Map(stored.filter((secret) => secret.kind === kind).map(({ name, keys }) => [name, keys]));
  return {
    channels: new Map(channels.items.map(({ name, spec }) => [name, spec])),
    secrets: keysOf('Secret'),
    configMaps: keysOf('ConfigMap'),
  };
}
