/** Runs the programs that the words of production are made of. */
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { helmProgram, kubectlProgram } from '../lib/cluster/programs.ts';
import type { BuildDeps } from '../lib/cluster/build.ts';
import { clusterCache } from '../lib/cluster/source.ts';
import { errnoOf } from '../../services/store/embedded/errors.ts';

export const PROGRAMS = ['kubectl', 'helm', 'node', 'docker', 'skopeo'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** A program ended with an error; `said` is what it wrote about it. */
export class ProgramError extends Error {
  override name = 'ProgramError';
  readonly program: ProgramName;
  readonly said: string;

  constructor(program: ProgramName, said: string, options?: ErrorOptions) {
    super(`${program}: ${said}`, options);
    this.program = program;
    this.said = said;
  }
}

export interface Programs {
  /**
   * Runs one and returns what it printed.
   * @param input its standard input
   * @throws ProgramError
   */
  run(program: ProgramName, args: readonly string[], input?: string): Promise<string>;
  /** Runs one on this terminal; its exit code. */
  attach(program: ProgramName, args: readonly string[]): Promise<number>;
  /** Whether it can be run without being built first. */
  has(program: ProgramName): Promise<boolean>;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** Those on the PATH. kubectl and helm that are not there are those of ./scripts/cluster. */
export function systemPrograms(deps: BuildDeps): Programs {
  const located = new Map<ProgramName, Promise<string>>();
  const locate = (program: ProgramName): Promise<string> => {
    const known = located.get(program) ?? find(program, deps);
    located.set(program, known);
    return known;
  };
  return {
    run: async (program, args, input) =>
      runFile(program, await locate(program), args, input, deps.env),
    attach: async (program, args) => attach(await locate(program), args, deps.env),
    has: (program) => answers(program, deps.env),
  };
}

async function find(program: ProgramName, deps: BuildDeps): Promise<string> {
  if (program === 'node') return process.execPath;
  if (await answers(program, deps.env)) return program;
  const folder = path.join(clusterCache(deps.env), 'bin');
  switch (program) {
    case 'kubectl':
      return kubectlProgram({ kind: 'built', folder }, deps);
    case 'helm':
      return helmProgram(deps);
    case 'docker':
    case 'skopeo':
      return program;
    default:
      return program satisfies never;
  }
}

type Environment = BuildDeps['env'];

function answers(program: ProgramName, env: Environment): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = execFile(program, ['--help'], { env }, (error) =>
    resolve(errnoOf(error) !== 'ENOENT'),
  );
  child.stdin?.on('error', () => {}).end();
  return promise;
}

function runFile(
  program: ProgramName,
  file: string,
  args: readonly string[],
  input: string | undefined,
  env: Environment,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(file, args, { env, maxBuffer: MAX_OUTPUT }, (cause, output, said) => {
    if (!cause) resolve(output);
    else if (errnoOf(cause) === 'ENOENT')
      reject(new ProgramError(program, 'is not installed on this machine.', { cause }));
    else reject(new ProgramError(program, said.trim() || cause.message, { cause }));
  });
  // It may end without having read all; its exit code says whether that was an error.
  child.stdin?.on('error', () => {}).end(input ?? '');
  return promise;
}

function attach(file: string, args: readonly string[], env: Environment): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(file, args, { stdio: 'inherit', env });
  // The terminal sends Ctrl-C to both; the program decides what it means.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise.finally(() => process.off('SIGINT', ignore));
}
