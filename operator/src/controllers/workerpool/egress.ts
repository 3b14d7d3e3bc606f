/** What a pool asks for of private targets, and what of it the platform grants. Pure. */
import type { EgressAllow } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { blockOf, covers } from '../../policies/blocks.ts';

type Target = NonNullable<NonNullable<WorkerPool['spec']['egress']>['allow']>[number];

/** An entry for pods grants nothing to addresses: which pods have them changes by the minute. */
function grants(entry: EgressAllow, { cidr }: Target, namespace: string): readonly number[] {
  const [outer, inner] = [blockOf(entry.cidr ?? ''), blockOf(cidr)];
  const isForAll = entry.namespaces === undefined || entry.namespaces.includes(namespace);
  return outer && inner && isForAll && covers(outer, inner) ? entry.ports : [];
}

/**
 * The targets that no entry of the platform covers, as `10.1.0.0/16 port 80`. A pool opens nothing
 * itself: who may write a WorkerPool would else open the network of the cluster to pages.
 */
export function ungrantedTargets(
  { metadata, spec }: WorkerPool,
  granted: readonly EgressAllow[] = [],
): readonly string[] {
  return (spec.egress?.allow ?? []).flatMap((target) => {
    const open = new Set(granted.flatMap((one) => grants(one, target, metadata.namespace ?? '')));
    const closed = target.ports.filter((port) => !open.has(port));
    return closed.length === 0 ? [] : [`${target.cidr} port ${closed.join(', ')}`];
  });
}
