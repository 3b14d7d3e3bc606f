/** The private targets of `spec.egress.allow`, as the egress proxy reads them from its file. Pure. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import { isWiderThanPrivate } from '../../../../services/domain/cidr.ts';
import { EGRESS_ALLOW, LABELS, PART_OF } from '../../names.ts';
import { blockOf, textOf } from '../../policies/blocks.ts';
import type { Desired } from '../../kube/apply.ts';
import type { ConfigMap } from '../../resources.ts';
import type { Workspaces } from '../../workspaces.ts';

/** Key of the ConfigMap, and name of the file in the proxy's pods. */
const FILE = 'allow';

type EgressAllowMap = ConfigMap & Desired & { readonly data: Readonly<Record<string, string>> };

/** The workspaces that credentials of a namespace's checks name. */
export type WorkspacesOf = (namespace: string) => readonly string[];

/**
 * A team's workspace is its namespace. In that of the platform's users they are those of its objects,
 * and the namespace itself is nobody's.
 */
export const workspacesOf =
  (
    usersNamespace: string | undefined,
    workspaces: Workspaces,
    objects: () => readonly KubeObject[],
  ): WorkspacesOf =>
  (namespace) => {
    if (namespace !== usersNamespace) return [namespace];
    const inside = objects().filter(({ metadata }) => metadata.namespace === namespace);
    const names = inside.map((object) => workspaces(object).workspace);
    return [...new Set(names)].filter((name) => name !== namespace).toSorted();
  };

/**
 * `team-a=10.1.2.3/32:443` for each workspace and port, without a workspace where the entry is for all.
 * Pods are left to the policies: the proxy knows addresses alone. A block that is too wide is said in
 * NetworkPolicyEnforced.
 */
export function egressAllow({ metadata, spec }: MonitorPlatform, of: WorkspacesOf): EgressAllowMap {
  const lines = (spec.egress?.allow ?? []).flatMap(({ cidr = '', namespaces, ports }) => {
    const block = blockOf(cidr);
    if (!block || isWiderThanPrivate(block)) return [];
    const text = block.base.bits === 32 ? textOf(block) : `[${textOf(block)}]`;
    const owners = namespaces?.flatMap((one) => of(one)).map((name) => `${name}=`) ?? [''];
    return owners.flatMap((owner) => ports.map((port) => `${owner}${text}:${port}`));
  });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: EGRESS_ALLOW,
      namespace: metadata.namespace ?? '',
      labels: { [LABELS.partOf]: PART_OF },
    },
    data: { [FILE]: [...new Set(lines)].map((line) => `${line}\n`).join('') },
  };
}
