/** The commands that give a node its network and its mounts. */
import {
  LINK,
  LINK_PREFIX,
  MACHINE_ADDRESS,
  NODE_ADDRESS,
  NODE_LINK,
  POD_ADDRESSES,
  SERVICE_ADDRESSES,
} from './addresses.ts';

type Command = readonly string[];

/**
 * Folders in which container programs keep things under fixed names. The node has empty ones of its own
 * over them, so that nothing is left in those of the machine.
 */
export const HIDDEN = ['/run', '/var/lib', '/var/log'] as const;

/** Gives the node a link to the machine; to be run on the machine, which reaches pods and Services by it. */
export const linkCommands = (holder: number): Command[] => [
  ['ip', 'link', 'add', LINK, 'type', 'veth', 'peer', 'name', NODE_LINK, 'netns', String(holder)],
  ['ip', 'address', 'add', `${MACHINE_ADDRESS}/${LINK_PREFIX}`, 'dev', LINK],
  ['ip', 'link', 'set', LINK, 'up'],
  ['ip', 'route', 'add', POD_ADDRESSES, 'via', NODE_ADDRESS],
  ['ip', 'route', 'add', SERVICE_ADDRESSES, 'via', NODE_ADDRESS],
];

const setting = (file: string): Command => ['sh', '-c', `echo 1 >/proc/sys/net/${file}`];

/** To be run in the node. */
export const NODE_COMMANDS: readonly Command[] = [
  ...HIDDEN.map((folder) => ['mount', '-t', 'tmpfs', '-o', 'mode=755', 'duckmon-node', folder]),
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ip', 'address', 'add', `${NODE_ADDRESS}/${LINK_PREFIX}`, 'dev', NODE_LINK],
  ['ip', 'link', 'set', NODE_LINK, 'up'],
  // What no policy forbids leaves the node, as everywhere; whether the machine forwards it is its affair.
  ['ip', 'route', 'add', 'default', 'via', MACHINE_ADDRESS],
  setting('ipv4/ip_forward'),
  // Without it packets from pod to pod cross the bridge and meet no rule.
  setting('bridge/bridge-nf-call-iptables'),
];
