/**
 * A network of its own for a test: `edge`, `browse`, `proxy` and `inet` around a `hub`, each a namespace
 * of the kernel. Packets are counted at the hub, and NetworkPolicies enforced there.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { NetworkPolicy } from '../../../operator/src/policies/types.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { DNS_ADDRESS, INET_ADDRESSES, LINKS } from './addresses.ts';
import { obstacle, run } from './commands.ts';
import { compile, type NetPod } from './compile.ts';
import { FLUSH, hubTable, loopbackTable, readCounts, type Count, type Flow } from './counting.ts';
import { prefixOf, ROLES, staleOf, type Role } from './names.ts';

export interface World {
  /** A command line that runs in a part of the network. */
  within(role: Role, command: readonly string[]): string[];
  /** Has the policies enforced, instead of those before; `undefined` takes all away. */
  enforce(policies: readonly NetworkPolicy[] | undefined, pods?: readonly NetPod[]): void;
  /** What a part has sent since `forget`, also what a policy dropped. */
  sent(from: Role): readonly Flow[];
  /** What of it the policies let pass. */
  passed(from: Role): readonly Flow[];
  /** What `browse` has sent to itself. */
  loopback(): readonly Flow[];
  /** Sets the counters back. */
  forget(): void;
  /** Ends what still runs there and takes everything away. */
  close(): void;
}

let made = 0;

/**
 * Makes the network; takes away what killed runs left.
 * @throws SetupError with one sentence where namespaces cannot be made.
 */
export function makeWorld(): World {
  const found = obstacle();
  if (found !== undefined) throw new SetupError(found);
  sweep();
  const prefix = prefixOf(process.pid, (made += 1));
  const names = ['hub', ...ROLES].map((role) => `${prefix}${role}`);
  const remove = (): void => names.forEach(removeNamespace);
  // Also where a test fails before it has what it would close.
  process.once('exit', remove);
  const close = (): void => {
    process.off('exit', remove);
    remove();
  };
  try {
    build(prefix);
  } catch (error) {
    close();
    throw error;
  }
  const nft = (part: string, args: readonly string[], input = ''): string =>
    run(['ip', 'netns', 'exec', `${prefix}${part}`, 'nft', ...args], input);
  const counts = (part: string, name: Count): Flow[] =>
    readCounts(nft(part, ['-j', 'list', 'table', 'inet', 'watch']), name);
  const from = (name: Count, role: Role): Flow[] =>
    counts('hub', name).filter(({ link }) => link === role);
  return {
    within: (role, command) => ['ip', 'netns', 'exec', `${prefix}${role}`, ...command],
    enforce: (policies, pods = []) => {
      const rules = policies === undefined ? '' : compile(policies, pods);
      const fresh = 'table inet policies {}\ndelete table inet policies\n';
      nft('hub', ['-f', '-'], `${fresh}${rules}`);
    },
    sent: (role) => from('sent', role),
    passed: (role) => from('passed', role),
    loopback: () => counts('browse', 'sent'),
    forget: () => {
      for (const part of ['hub', 'browse']) nft(part, ['-f', '-'], FLUSH);
    },
    close,
  };
}

function build(prefix: string): void {
  const hub = `${prefix}hub`;
  for (const role of ['hub', ...ROLES]) run(['ip', 'netns', 'add', `${prefix}${role}`]);
  for (const role of ROLES) {
    const name = `${prefix}${role}`;
    run(['ip', '-n', hub, 'link', 'add', role, 'type', 'veth', 'peer', 'eth0', 'netns', name]);
    quiet(hub, role);
    quiet(name, 'eth0');
    const { v4, v6 } = LINKS[role];
    batch(hub, [
      `address add ${gatewayOf(v4)}/24 dev ${role}`,
      `address add ${gatewayOf(v6)}/64 dev ${role} nodad`,
      `link set ${role} up`,
    ]);
    batch(name, [
      'link set lo up',
      `address add ${v4}/24 dev eth0`,
      `address add ${v6}/64 dev eth0 nodad`,
      'link set eth0 up',
      ...(role === 'inet' ? inetLines() : defaultRoutes(role)),
    ]);
    mkdirSync(`/etc/netns/${name}`, { recursive: true });
    writeFileSync(`/etc/netns/${name}/resolv.conf`, `nameserver ${DNS_ADDRESS}\n`);
  }
  batch(hub, [`route add default via ${LINKS.inet.v4}`, `route add default via ${LINKS.inet.v6}`]);
  for (const file of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding']) set(hub, file, '1');
  // So that ICMP needs no right, and only the policies stand in its way.
  set(`${prefix}browse`, 'ipv4/ping_group_range', '0 2147483647');
  run(['ip', 'netns', 'exec', hub, 'nft', '-f', '-'], hubTable());
  run(['ip', 'netns', 'exec', `${prefix}browse`, 'nft', '-f', '-'], loopbackTable());
}

/** Keeps the kernel from announcing itself on a link. */
function quiet(namespace: string, device: string): void {
  for (const name of ['accept_ra', 'router_solicitations'])
    set(namespace, `ipv6/conf/${device}/${name}`, '0');
}

function set(namespace: string, file: string, value: string): void {
  const script = `echo ${value} > /proc/sys/net/${file}`;
  run(['ip', 'netns', 'exec', namespace, 'sh', '-c', script]);
}

const batch = (namespace: string, lines: readonly string[]): void =>
  void run(['ip', '-n', namespace, '-batch', '-'], `${lines.join('\n')}\n`);

const gatewayOf = (address: string): string => address.replace(/2$/, '1');

const defaultRoutes = (role: Role): string[] => [
  `route add default via ${gatewayOf(LINKS[role].v4)}`,
  `route add default via ${gatewayOf(LINKS[role].v6)}`,
];

/** The fake Internet holds its addresses itself, and knows no way but back. */
const inetLines = (): string[] => [
  ...INET_ADDRESSES.map((address) =>
    address.includes(':')
      ? `address add ${address}/128 dev lo nodad`
      : `address add ${address}/32 dev lo`,
  ),
  `route add 10.244.0.0/16 via ${gatewayOf(LINKS.inet.v4)}`,
  `route add fd42::/16 via ${gatewayOf(LINKS.inet.v6)}`,
];

function removeNamespace(name: string): void {
  const names = namespaces();
  if (names.includes(name)) {
    for (const pid of run(['ip', 'netns', 'pids', name]).split('\n').filter(Boolean))
      end(Number(pid));
    run(['ip', 'netns', 'delete', name]);
  }
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
}

const namespaces = (): string[] =>
  run(['ip', 'netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter(Boolean);

/** Takes away the networks of processes that were killed. */
export const sweep = (): void => staleOf(namespaces(), isAlive).forEach(removeNamespace);

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
