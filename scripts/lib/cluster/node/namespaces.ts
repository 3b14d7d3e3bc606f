/**
 * The namespaces of the kernel that make a part of this machine a node: a network with interfaces,
 * rules and routes of its own, and mounts that nobody else sees. They go with the last process in them,
 * so that nothing has to be taken back.
 */
import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../../../services/core/clock.ts';
import { SetupError } from '../../../../services/core/errors.ts';
import { isRunning, startProcess, type ProcessRecord } from '../processes.ts';
import type { NodeRecord } from '../folder.ts';
import { joinGroup } from './groups.ts';

const run = promisify(execFile);

const POLL_MS = 10;

/** A command that runs in the node's namespaces and ends with the node. */
export const inNode = (
  { holder }: Pick<NodeRecord, 'holder'>,
  command: readonly string[],
): string[] =>
  joinGroup(['nsenter', `--target=${holder.pid}`, '--net', '--mount', '--', ...command]);

/** Runs commands in the node, one after the other. */
export async function runInNode(
  node: Pick<NodeRecord, 'holder'>,
  commands: readonly (readonly string[])[],
): Promise<void> {
  for (const command of commands) await runCommand(inNode(node, command), command.join(' '));
}

/** Runs a command of this machine. */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  shown: string = [program, ...args].join(' '),
): Promise<void> {
  try {
    await run(program, args);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new SetupError(
      `The node cannot be made: \`${shown}\` failed: ${said || String(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Makes the namespaces.
 * @param programs folder of the programs.
 * @returns the process that holds them.
 * @throws SetupError when the kernel does not allow it.
 */
export async function openNamespaces(
  programs: string,
  log: string,
  clock: Clock,
): Promise<ProcessRecord> {
  const pause = path.join(programs, 'pause');
  // What is mounted on the machine later is seen here, but not the other way round.
  const unshare = ['unshare', '--net', '--mount', '--propagation=slave', '--', pause];
  const [program = '', ...args] = joinGroup(unshare);
  const holder = await startProcess(program, args, log);
  while (programOf(holder) !== pause) {
    if (!(await isRunning(holder)))
      throw new SetupError(
        `The kernel does not let this process make namespaces; a node needs root with all rights, not root of a container. See ${log}.`,
      );
    await clock.sleep(POLL_MS);
  }
  return holder;
}

function programOf({ pid }: ProcessRecord): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}
