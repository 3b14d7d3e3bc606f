/** Takes what of a workspace is kept in a cluster away, or refuses while it is not for us to take. */
import type { Pool } from 'pg';
import type { Clock } from '../../core/clock.ts';
import { loadConnection } from '../../core/kube/connection.ts';
import { createTransport } from '../../core/kube/transport.ts';
import { StoreError } from '../../store/errors.ts';
import { countLiving } from '../../store/everMade.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { clearPersonal } from '../cluster/clear.ts';
import { homesIn } from '../cluster/homes.ts';
import type { AdminDeps } from './deps.ts';

interface Settings {
  readonly OBJECTS: 'store' | 'cluster';
  readonly KUBECONFIG?: string | undefined;
  readonly USERS_NAMESPACE?: string | undefined;
}

interface Deps {
  readonly pool: Pool;
  readonly clock: Clock;
}

/**
 * The objects of a personal workspace are deleted. Those of a team's namespace belong to whoever put them there:
 * as long as there are any, the operator would tell of them again.
 */
export function createClear(
  { OBJECTS, KUBECONFIG, USERS_NAMESPACE }: Settings,
  { pool, clock }: Deps,
): AdminDeps['clear'] {
  const homes = homesIn(OBJECTS === 'cluster' ? USERS_NAMESPACE : undefined);
  return async (workspace) => {
    if (!homes(workspace).isPersonal) return refuseWhileThere(pool, workspace);
    const connection = await loadConnection(KUBECONFIG, clock);
    const kube = createTransport({ connection, clock, userAgent: 'duckmon-api-admin' });
    try {
      await clearPersonal({ pool, clock, homes, kube }, workspace);
    } finally {
      kube.close();
    }
  };
}

async function refuseWhileThere(pool: Pool, workspace: string): Promise<void> {
  const living = await withWorkspace(pool, workspace, (tx) => countLiving(tx, workspace));
  if (living > 0)
    throw new StoreError(
      'invalid',
      `The namespace ${workspace} still has ${living} monitors and channels, which would come back; first run kubectl -n ${workspace} delete monitorjobs,notificationchannels --all`,
    );
}
