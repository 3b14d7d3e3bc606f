/**
 * The rules that hand packets to the NetworkPolicy agent. It has rules of its own, but where the kernel
 * lacks nft's queue target they are refused, the agent logs that and lets everything pass. The older
 * target of xtables fills the same queue on every kernel.
 */
import type { NodeRecord } from '../folder.ts';
import { POD_ADDRESSES } from './addresses.ts';
import { runInNode } from './namespaces.ts';

/** The number of the queue; the agent's flag in system.yaml is the same. */
export const QUEUE = 98;
const CHAIN = 'DUCKMON-POLICY';
/** The table that the agent makes where the kernel lets it. */
const AGENT_TABLE = ['inet', 'kube-network-policies'] as const;

const iptables = (...args: string[]): string[] => ['iptables', '-w', '-t', 'mangle', ...args];
const queue = ['-j', 'NFQUEUE', '--queue-num', String(QUEUE)] as const;

const RULES: readonly string[][] = [
  // The kubelet asks pods how they are, and that no policy may forbid.
  iptables('-A', CHAIN, '-m', 'owner', '--uid-owner', '0', '-j', 'RETURN'),
  iptables('-A', CHAIN, '-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'RETURN'),
  iptables('-A', CHAIN, '-s', POD_ADDRESSES, ...queue),
  iptables('-A', CHAIN, '-d', POD_ADDRESSES, ...queue),
];

const HOOKS = [
  // Behind the translation of Services into pods, before that of sources.
  ['POSTROUTING', '-j', CHAIN],
  // What a pod sends to the node itself ends here and never sees POSTROUTING.
  ['INPUT', '-s', POD_ADDRESSES, '-m', 'conntrack', '--ctstate', 'NEW', ...queue],
] as const;

/** Makes the rules. Queued packets wait for the agent; while there is none they are dropped. */
export const enforcePolicies = (node: NodeRecord): Promise<void> =>
  runInNode(node, [
    iptables('-N', CHAIN),
    ...RULES,
    ...HOOKS.map((hook) => iptables('-A', ...hook)),
  ]);

/** Takes the rules away, the agent's own as well: from now on no policy is enforced. */
export const stopEnforcing = (node: NodeRecord): Promise<void> =>
  runInNode(node, [
    ...HOOKS.map((hook) => iptables('-D', ...hook)),
    iptables('-F', CHAIN),
    iptables('-X', CHAIN),
    ['sh', '-c', `nft delete table ${AGENT_TABLE.join(' ')} 2>/dev/null || true`],
  ]);
