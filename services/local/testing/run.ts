/** Runs the command line against an installation, as a person would. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Installation } from './installation.ts';

const CLI = path.resolve(import.meta.dirname, '../../../scripts/duckmon.mjs');

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @param input text for standard input. */
export async function runCli(
  installation: Pick<Installation, 'data'>,
  args: readonly string[],
  input = '',
): Promise<CliResult> {
  const { promise, resolve } = Promise.withResolvers<CliResult>();
  const env = { ...process.env, DUCKMON_DATA: installation.data, DUCKMON_API: undefined };
  const child = execFile(process.execPath, [CLI, ...args], { env }, (error, out, err) => {
    resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
  });
  child.stdin?.end(input);
  return promise;
}
