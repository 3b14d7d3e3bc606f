/** What `./scripts/cluster status` says. */
import { serverUrl } from './arguments.ts';
import type { ClusterStatus } from './controlPlane.ts';
import { clusterFolder, PROCESS_NAMES } from './folder.ts';

/** The lines for a person. */
export function describeStatus(state: string, status: ClusterStatus): string[] {
  if (status.kind === 'absent') return [`nothing runs in ${state}`];
  const { record } = status;
  const servers = PROCESS_NAMES.flatMap((name) => {
    const process = record.processes[name];
    return process ? [`${name.padEnd(24)} process ${process.pid}`] : [];
  });
  const first =
    status.kind === 'broken'
      ? `broken: ${status.wrong}; ./scripts/cluster up starts it anew, down removes it`
      : `Kubernetes ${record.version} at ${serverUrl(record)}${record.node ? ' with a node' : ''} since ${record.startedAt}`;
  return [first, ...servers, `kubeconfig ${clusterFolder(state).kubeconfig}`];
}
