/** Ends the cluster in a folder when the process that started it has gone, however it went. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { systemClock } from '../../../services/core/clock.ts';
import { stopControlPlane } from '../../lib/cluster/controlPlane.ts';

export interface Keeper {
  /** The cluster has ended: there is nothing to keep any more. */
  dismiss(): void;
}

/** Its input ends with the process that holds the other side, also by SIGKILL. */
const WAIT = 'cat > /dev/null; exec "$0" "$@"';

/** Begins to watch over a cluster of this process; in a session of its own, as the cluster is. */
export function watchOver(state: string): Keeper {
  const command = [process.execPath, import.meta.filename, state];
  const child = spawn('sh', ['-c', WAIT, ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the next run of the tests ends what was left.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    dismiss: () => {
      child.kill();
      child.stdin.destroy();
    },
  };
}

if (import.meta.main) {
  const [state = ''] = process.argv.slice(2);
  await stopControlPlane(state, { clock: systemClock, say: () => undefined });
  rmSync(state, { recursive: true, force: true });
}
