/** Code of an attacker in a part of the network. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './commands.ts';
import type { Role } from './names.ts';
import type { World } from './world.ts';

/** `tcp 10.96.0.1 80`; `ping` is ICMP without a right, `icmp` and `other` are raw. */
export type Attempt =
  `${'tcp' | 'udp' | 'udplite' | 'ping' | 'icmp' | 'other'} ${string} ${number}`;

/** The user that browsers run as in a cluster, with no rights at all. */
const AS_BROWSER = [
  'setpriv',
  '--reuid=10001',
  '--regid=10001',
  '--clear-groups',
  '--no-new-privs',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

/**
 * Makes the attempts one after the other.
 * @param rights `root` holds every right of the network there, as nobody in a pod does.
 * @returns what the kernel said to each: `sent`, or its error.
 */
export function attempt(
  world: World,
  role: Role,
  attempts: readonly Attempt[],
  rights: 'none' | 'root' = 'none',
): Readonly<Record<string, string>> {
  const script = ['perl', '-', ...attempts];
  const command = rights === 'none' ? [...AS_BROWSER, ...script] : script;
  const lines = run(world.within(role, command), readScript()).trim().split('\n');
  return Object.fromEntries(lines.map((line) => splitAtLast(line)));
}

const readScript = (): string => readFileSync(path.join(import.meta.dirname, 'attempt.pl'), 'utf8');

function splitAtLast(line: string): [string, string] {
  const at = line.lastIndexOf(': ');
  return [line.slice(0, at), line.slice(at + 2)];
}
