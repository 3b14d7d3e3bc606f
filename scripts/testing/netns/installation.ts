/** Who the parts of the network are in an installation, and the policies that the operator makes for it. */
import { LABELS } from '../../../operator/src/names.ts';
import { planNetwork } from '../../../operator/src/policies/policies.ts';
import { input, neighbours, parts } from '../../../operator/src/policies/testing/world.ts';
import type { NetworkPolicy } from '../../../operator/src/policies/types.ts';
import { DNS_ADDRESS, LINKS } from './addresses.ts';
import type { NetPod } from './compile.ts';
import type { Role } from './names.ts';

const on = (link: Role, pod: Pick<NetPod, 'namespace' | 'labels'>): NetPod => ({
  link,
  namespace: pod.namespace,
  labels: pod.labels,
  addresses: Object.values(LINKS[link]),
});

/** `browse` is a browser of a tenant, `edge` the ingress controller. */
export const PODS: readonly NetPod[] = [
  on('browse', neighbours['team-a browser']),
  on('proxy', parts.egress),
  on('edge', neighbours['ingress controller']),
  { ...neighbours['kube-dns'], addresses: [DNS_ADDRESS] },
];

/** @throws Error when the operator would make none. */
export function operatorsPolicies(): readonly NetworkPolicy[] {
  const plan = planNetwork(input);
  if (plan.kind === 'invalid') throw new Error(JSON.stringify(plan.problems));
  return plan.policies;
}

/** The policies without those of a tenant's browsers, as if the operator had forgotten them. */
export const withoutBrowsers = (policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] =>
  policies.filter(({ spec }) =>
    (spec.podSelector.matchExpressions ?? []).every(({ key }) => key !== LABELS.pool),
  );
