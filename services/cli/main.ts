/** Entry point of `duckmon`: runs one command and ends with its exit code. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { CliIo } from './io.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command.
 * @param argv without node and script
 * @returns the exit code; everything for people was written to `io`
 */
export async function main(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    const program = createProgram(io, (done) => {
      code = done;
    });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has written its own message; asking for help is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    io.err(`duckmon: ${error.message}\n`);
    return error.exit;
  }
}

async function readInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

function runNode(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const flags = ['--disable-warning=ExperimentalWarning', script, ...args];
  const child = spawn(process.execPath, flags, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  child.on('error', reject);
  child.on('exit', (code) => resolve(code ?? 1));
  return promise;
}

const outsideAddresses = (): string[] =>
  Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // Link-local addresses need a zone to be reached.
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);

/** The real terminal, files and network. */
export const systemIo = (): CliIo => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readInput,
  env: process.env,
  cwd: process.cwd(),
  root: fileURLToPath(new URL('../../', import.meta.url)),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  fetch: globalThis.fetch,
  now: () => new Date(),
  sleep: async (ms) => {
    await sleep(ms);
  },
  randomBytes,
  runNode,
  outsideAddresses,
});

if (import.meta.main) {
  // A reader such as `head` may close the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await main(process.argv.slice(2), systemIo());
}
