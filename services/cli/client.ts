/** Speaks HTTP with the API; the only file of the cli that opens connections. */
import { errorBody, type ErrorBody } from '../core/contracts/common.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { CliIo } from './io.ts';
import type { Page } from './model.ts';
import type { Target } from './target.ts';

const TIMEOUT_MS = 60_000;
/** Most pages that are followed; a bound against a server that never ends. */
const MAX_PAGES = 1000;

type Query = Readonly<Record<string, string | number | undefined>>;

export interface Client {
  readonly url: string;
  readonly get: <T>(path: string, query?: Query) => Promise<T>;
  /** @param timeoutMs for what takes the API long */
  readonly post: <T>(path: string, body?: unknown, timeoutMs?: number) => Promise<T>;
  readonly remove: (path: string, query?: Query) => Promise<void>;
  /** Items of a list, page after page, until there are `limit` of them or no more. */
  readonly list: <T>(path: string, query: Query, limit: number) => Promise<T[]>;
  /** The same, page by page: for what is too large to be held at once. */
  readonly pages: <T>(path: string, query: Query, limit: number) => AsyncGenerator<T[]>;
}

const exitOf = (status: number): ExitCode => {
  if (status === 401 || status === 403) return EXIT.refused;
  return status === 404 ? EXIT.notFound : EXIT.failed;
};

function refusal(status: number, body: ErrorBody | undefined, target: Target): CliError {
  const { message, fields = [], correlationId } = body?.error ?? { message: '', correlationId: '' };
  const lines = [message === '' ? `the API answered with status ${status}` : message];
  // A single field is already named by the message.
  if (fields.length > 1) lines.push(...fields.map((it) => `  ${it.path}: ${it.message}`));
  if (status === 401)
    lines.push(
      target.token === undefined
        ? 'no token was sent: set DUCKMON_TOKEN, or name the data folder with --data'
        : 'the token was refused: set DUCKMON_TOKEN to a valid one, or name the data folder with --data',
    );
  if (status >= 500 && correlationId !== '') lines.push(`  correlation id ${correlationId}`);
  return new CliError(exitOf(status), lines.join('\n'));
}

const unreachable = (target: Target, error: unknown): CliError =>
  new CliError(
    EXIT.unreachable,
    `Service not responding: ${target.url} (${reasonOf(error)}); start it with ./scripts/up, or name another address with --api URL`,
    { cause: error },
  );

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'no such host';
  return code ?? (error instanceof Error ? error.message : String(error));
}

function address(target: Target, path: string, query: Query): string {
  const url = new URL(target.url + path);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

async function answerOf(response: Response, target: Target): Promise<unknown> {
  const text = await response.text();
  const value = parseJson(text);
  if (!response.ok) throw refusal(response.status, errorBody.safeParse(value).data, target);
  if (text !== '' && value === undefined)
    throw new CliError(EXIT.failed, `${target.url} is no duckmon API: it answered with no JSON`);
  return value;
}

/** A client of one API. Every failure is a CliError with its exit code. */
export function createClient(target: Target, fetch: CliIo['fetch']): Client {
  const call = async (
    method: string,
    path: string,
    query: Query,
    body?: unknown,
    timeoutMs = TIMEOUT_MS,
  ) => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (target.token !== undefined) headers['authorization'] = `Bearer ${target.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = {
      method,
      headers,
      // A redirect could carry the token to another host.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      return await answerOf(await fetch(address(target, path, query), init), target);
    } catch (error) {
      throw error instanceof CliError ? error : unreachable(target, error);
    }
  };
  const get = <T>(path: string, query: Query = {}) => call('GET', path, query) as Promise<T>;
  const pages = async function* <T>(path: string, query: Query, limit: number) {
    let cursor: string | undefined;
    let left = limit;
    for (let page = 0; page < MAX_PAGES && left > 0; page += 1) {
      const wanted = Math.min(left, 100);
      const answer = await get<Page<T>>(path, { ...query, limit: wanted, cursor });
      yield answer.items.slice(0, left);
      left -= answer.items.length;
      cursor = answer.nextCursor ?? undefined;
      if (cursor === undefined) return;
    }
  };
  const list = async <T>(path: string, query: Query, limit: number): Promise<T[]> => {
    const items: T[] = [];
    for await (const page of pages<T>(path, query, limit)) items.push(...page);
    return items;
  };
  return {
    url: target.url,
    get,
    list,
    pages,
    post: <T>(path: string, body: unknown = {}, timeoutMs?: number) =>
      call('POST', path, {}, body, timeoutMs) as Promise<T>,
    remove: async (path, query = {}) => {
      await call('DELETE', path, query);
    },
  };
}

/** Whether anything speaks HTTP at an address, within two seconds. */
export async function isAnswering(url: string, fetch: CliIo['fetch']): Promise<boolean> {
  try {
    await fetch(`${url}/healthz`, { redirect: 'manual', signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'notReady'; readonly problems: readonly string[] }
  | { readonly kind: 'unreachable' };

/** What a service says about itself and what it depends on. */
export async function readReadiness(target: Target, fetch: CliIo['fetch']): Promise<Readiness> {
  try {
    const signal = AbortSignal.timeout(5000);
    const response = await fetch(`${target.url}/readyz`, { redirect: 'manual', signal });
    if (response.ok) return { kind: 'ready' };
    const body = parseJson(await response.text()) as
      | { problems?: Record<string, string> }
      | undefined;
    const problems = Object.entries(body?.problems ?? {}).map(([name, text]) => `${name}: ${text}`);
    return {
      kind: 'notReady',
      problems: problems.length > 0 ? problems : [`status ${response.status}`],
    };
  } catch {
    return { kind: 'unreachable' };
  }
}
