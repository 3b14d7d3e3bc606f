/** Runs programs of the system for the network of a test, and says plainly what one of them lacks. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';

/** Programs of the system, and the Debian packages that have them. */
const PROGRAMS = { ip: 'iproute2', nft: 'nftables', setpriv: 'util-linux' } as const;

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  /** Folders in which programs are looked for. */
  readonly folders: readonly string[];
  readonly exists: (file: string) => boolean;
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.(),
  folders: (process.env['PATH'] ?? '').split(path.delimiter),
  exists: existsSync,
});

/** Why no namespaces can be made here, as one sentence; undefined when nothing is known against it. */
export function obstacle(machine: Machine = thisMachine()): string | undefined {
  if (machine.platform !== 'linux')
    return `Tests that count packets make network namespaces, which need Linux, and this is ${machine.platform}; run them on Linux.`;
  if (machine.uid !== 0)
    return 'Tests that count packets make network namespaces, which need root; run ./scripts/test as root.';
  const missing = Object.entries(PROGRAMS).filter(
    ([name]) => !machine.folders.some((folder) => machine.exists(path.join(folder, name))),
  );
  if (missing.length === 0) return undefined;
  const [names, packages] = [0, 1].map((at) => missing.map((pair) => pair[at]).join(', '));
  return `Tests that count packets need ${names}; install ${packages}.`;
}

/**
 * Runs a program to its end.
 * @param input given on its standard input.
 * @returns what it printed.
 * @throws SetupError with what it said when it failed.
 */
export function run([program = '', ...args]: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status === 0) return stdout;
  const said = error?.message ?? stderr.trim();
  throw new SetupError(
    `The network of the test cannot be made: \`${[program, ...args].join(' ')}\` failed: ${said}. It needs root with all rights, not root of a container.`,
  );
}
