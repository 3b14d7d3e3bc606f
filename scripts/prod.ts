/** The words of production on a cluster: `node scripts/run.mjs scripts/prod.ts WORD`. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../services/core/clock.ts';
import { SetupError } from '../services/core/errors.ts';
import { prepare, PrepareError, root } from './lib/prepare.ts';
import { parseProd } from './prod/arguments.ts';
import type { ProdCommand } from './prod/commands.ts';
import type { ProdDeps } from './prod/deps.ts';
import { systemPrograms } from './prod/programs.ts';

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const deps: ProdDeps = {
  env: process.env,
  clock: systemClock,
  programs: systemPrograms({ env: process.env, clock: systemClock, say }),
  say,
  print: (line) => void process.stdout.write(`${line}\n`),
  ask: process.stdin.isTTY ? ask : undefined,
  randomBytes,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  state: path.join(root, '.cache', 'cluster'),
};

async function main(args: readonly string[]): Promise<number> {
  let command: ProdCommand;
  try {
    command = parseProd(args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`${error.message} See --help.`);
    return 2;
  }
  if (!existsSync(path.join(root, 'node_modules'))) prepare(say);
  // only now: before packages are installed it cannot be loaded
  const { runProd } = await import('./prod/run.ts');
  return runProd(command, deps);
}

// A reader such as `head` may close the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError || error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
