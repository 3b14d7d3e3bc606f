/** Finds the API that a command talks to, and the token that it sends. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT } from './exit.ts';
import type { CliIo } from './io.ts';

export const DEFAULT_API = 'http://127.0.0.1:8000';

export interface TargetOptions {
  readonly api?: string | undefined;
  readonly data?: string | undefined;
}

export interface Target {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | undefined;
}

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** The data folder: named by flag or environment, else `.duckmon` here, else that of the checkout. */
export function dataFolder(io: CliIo, options: TargetOptions): string {
  const named = given(options.data) ?? given(io.env['DUCKMON_DATA']);
  if (named !== undefined) return path.resolve(io.cwd, named);
  const here = path.join(io.cwd, '.duckmon');
  return existsSync(here) ? here : path.join(io.root, '.duckmon');
}

/**
 * The trimmed text of a small file, undefined when it is not there.
 * @throws CliError when it is there but may not be read.
 */
export function readSmallFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(EXIT.failed, `${file} cannot be read (${code ?? 'unknown error'})`, {
      cause: error,
    });
  }
}

/** Whether an address stays on this machine. */
export const isLoopback = (url: URL): boolean =>
  url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);

function parseApi(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new CliError(EXIT.usage, `--api: ${JSON.stringify(text)} is no http or https address`);
  return url;
}

/**
 * The API's address and the token for it. The admin token of the data folder belongs to this
 * machine's duckmon and is never sent elsewhere.
 * @throws CliError for an address that is none.
 */
export function findTarget(io: CliIo, options: TargetOptions): Target {
  const data = dataFolder(io, options);
  const named = given(options.api) ?? given(io.env['DUCKMON_API']);
  const text = named ?? given(readSmallFile(path.join(data, 'api-url'))) ?? DEFAULT_API;
  const url = parseApi(text);
  const fromFile = isLoopback(url) ? readSmallFile(path.join(data, 'admin-token')) : undefined;
  const token = given(io.env['DUCKMON_TOKEN']) ?? given(fromFile);
  return { url: text.replace(/\/+$/, ''), token };
}
