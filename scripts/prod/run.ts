/** Runs one word of production. */
import { SetupError } from '../../services/core/errors.ts';
import { backup } from './backup.ts';
import { build } from './build.ts';
import type { BuildCommand, ClusterCommand, ProdCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { down } from './down.ts';
import { explain } from './failures.ts';
import { health } from './health.ts';
import { helpOf } from './help.ts';
import { generateKeys } from './keys.ts';
import { local } from './local.ts';
import { logs } from './logs.ts';
import { findPlace, type Place } from './place.ts';
import { ProgramError } from './programs.ts';
import { restore } from './restore.ts';
import { up } from './up.ts';

/**
 * Runs it.
 * @returns the exit code.
 * @throws SetupError with one sentence when a program or the cluster did not do what was asked.
 */
export async function runProd(command: ProdCommand, deps: ProdDeps): Promise<number> {
  if (command.kind === 'help') {
    deps.print(helpOf(command.word).trimEnd());
    return 0;
  }
  return command.kind === 'local' ? local(command, deps) : onCluster(command, deps);
}

async function onCluster(command: ClusterCommand, deps: ProdDeps): Promise<number> {
  let place: Place | undefined;
  try {
    if (command.kind === 'prod-build') return await build(command, deps);
    place = await findPlace(command.where, deps);
    return await inPlace(command, place, deps);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new SetupError(explain(error, place), { cause: error });
  }
}

function inPlace(
  command: Exclude<ClusterCommand, BuildCommand>,
  place: Place,
  deps: ProdDeps,
): Promise<number> {
  switch (command.kind) {
    case 'generate-keys':
      return generateKeys(command, place, deps);
    case 'prod-up':
      return up(command, place, deps);
    case 'prod-health':
      return health(command, place, deps);
    case 'prod-logs':
      return logs(command, place, deps);
    case 'prod-down':
      return down(command, place, deps);
    case 'backup':
      return backup(command, place, deps);
    case 'restore':
      return restore(command, place, deps);
    default:
      return command satisfies never;
  }
}
