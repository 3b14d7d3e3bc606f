/** Deletes objects of the database. */
import type { ManifestObject } from '../core/manifest/index.ts';
import { deleteChannel } from '../store/channels.ts';
import { deleteMonitor } from '../store/monitors.ts';
import { deleteSecret } from '../store/secrets.ts';
import type { Tx } from '../store/workspace.ts';
import type { ApiDeps } from './deps.ts';

/** Deletes one object. @throws StoreError `notFound`, or `conflict` when another file manages it. */
export async function removeObject(
  tx: Tx,
  deps: Pick<ApiDeps, 'clock'>,
  workspace: string,
  kind: ManifestObject['kind'],
  name: string,
  managedBy: string | null,
): Promise<void> {
  switch (kind) {
    case 'MonitorJob':
      return deleteMonitor(tx, workspace, name, deps.clock.now(), { managedBy });
    case 'NotificationChannel':
      return deleteChannel(tx, workspace, name, { managedBy });
    case 'Secret':
    case 'ConfigMap':
      return deleteSecret(tx, workspace, kind, name, { managedBy });
    default:
      return kind satisfies never;
  }
}
