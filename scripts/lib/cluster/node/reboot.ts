/** What a loss of power does to a node whose control plane is elsewhere: everything ends, and starts anew. */
import type { Clock } from '../../../../services/core/clock.ts';
import { SetupError } from '../../../../services/core/errors.ts';
import { readRecord, writeRecord, type ClusterFolder, type ClusterRecord } from '../folder.ts';
import { nodeFiles } from './configuration.ts';
import { killProcesses } from './groups.ts';
import { containerdAnswers } from './images.ts';
import { startInNode } from './node.ts';

/** Of the programs of a node these are no part of the control plane. */
const OWN = ['containerd', 'kubelet', 'kube-proxy'] as const;

/**
 * Kills kubelet, containerd, kube-proxy and every container, and starts the three again. Pods come back
 * later, by the kubelet.
 * @throws SetupError when there is no node, or it does not come back.
 */
export async function rebootNode(folder: ClusterFolder, clock: Clock): Promise<void> {
  const record = readRecord(folder);
  const { node } = record ?? {};
  if (!record || !node) throw new SetupError(`There is no node in ${folder.path}.`);
  const controlPlane: ClusterRecord['processes'] = Object.fromEntries(
    Object.entries(record.processes).filter(([name]) => !OWN.some((own) => own === name)),
  );
  const kept = [node.holder, ...Object.values(controlPlane)].map(({ pid }) => pid);
  let next: ClusterRecord = { ...record, processes: controlPlane };
  writeRecord(folder, next);
  await killProcesses(clock, (pid) => !kept.includes(pid));
  for (const name of OWN) {
    next = await startInNode(name, folder, next);
    if (name === 'containerd') await containerdAnswers(nodeFiles(folder.node), folder, next, clock);
  }
}
