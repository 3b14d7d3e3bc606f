/** Words that mean the duckmon of this machine: its own command does them. */
import path from 'node:path';
import { root } from '../lib/prepare.ts';
import type { LocalCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { shown, type Step } from './step.ts';

/** Hands the word on to `duckmon`; its exit code. */
export async function local({ args, dryRun }: LocalCommand, deps: ProdDeps): Promise<number> {
  const step: Step = {
    program: 'node',
    args: [path.join(root, 'scripts', 'duckmon.mjs'), ...args],
  };
  deps.say(`${args[0]}: on the duckmon of this machine (for a cluster: --cluster)`);
  if (!dryRun) return deps.programs.attach(step.program, step.args);
  deps.print(shown(step));
  return 0;
}
