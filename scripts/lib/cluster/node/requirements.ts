/** What a machine must have before a node can be made on it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../../services/core/errors.ts';
import { installDebianPackages } from '../../prepare.ts';
import type { Environment } from '../source.ts';
import { LINK } from './addresses.ts';
import { HIDDEN } from './network.ts';

/** Programs of the system that a node calls, and the Debian packages that have them. */
const PROGRAMS = {
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  openssl: 'openssl',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  tar: 'tar',
} as const;

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  /** Whether a file is there. */
  readonly exists: (file: string) => boolean;
  readonly env: Environment;
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.(),
  exists: existsSync,
  env: process.env,
});

/**
 * Why no node can be made here, as one sentence; undefined when one can.
 * @param folders of the cluster and its programs.
 */
export function obstacle(folders: readonly string[], machine = thisMachine()): string | undefined {
  if (machine.platform !== 'linux')
    return `A node needs Linux, and this is ${machine.platform}; use a cluster of yours with DUCKMON_TEST_KUBECONFIG.`;
  if (machine.uid !== 0)
    return 'A node needs root, for namespaces, mounts and rules of the network; run this as root, or use a cluster of yours with DUCKMON_TEST_KUBECONFIG.';
  const below = folders.find((folder) => HIDDEN.some((hidden) => folder.startsWith(`${hidden}/`)));
  if (below !== undefined)
    return `${below} lies where a node sees folders of its own (${HIDDEN.join(', ')}); choose another place with --state DIR and DUCKMON_CACHE.`;
  const missing = missingPrograms(machine);
  return missing.length === 0
    ? undefined
    : `A node needs ${missing.join(', ')}; install the packages ${packagesOf(missing).join(', ')}.`;
}

type SystemProgram = keyof typeof PROGRAMS;

function missingPrograms({ env, exists }: Machine): SystemProgram[] {
  const folders = (env['PATH'] ?? '').split(path.delimiter);
  return (Object.keys(PROGRAMS) as SystemProgram[]).filter(
    (name) => !folders.some((folder) => exists(path.join(folder, name))),
  );
}

const packagesOf = (programs: readonly SystemProgram[]): string[] => [
  ...new Set(programs.map((name) => PROGRAMS[name])),
];

/**
 * Installs what is missing where that is possible.
 * @throws SetupError with one sentence when no node can be made here.
 */
export function requireNode(folders: readonly string[], say: (line: string) => void): void {
  const machine = thisMachine();
  const missing = missingPrograms(machine);
  if (machine.uid === 0 && missing.length > 0)
    installDebianPackages(packagesOf(missing), say, 'always');
  const found = obstacle(folders, machine);
  if (found !== undefined) throw new SetupError(found);
}

/**
 * @param exists whether a file is there.
 * @throws SetupError when a node runs on this machine.
 */
export function requireFree(exists: Machine['exists'] = existsSync): void {
  if (exists(`/sys/class/net/${LINK}`))
    throw new SetupError(
      `A node runs on this machine already (there is the network interface ${LINK}), and there can be one at a time; stop it with ./scripts/cluster down where it was started.`,
    );
}
