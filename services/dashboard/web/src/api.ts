/** Talks to the API of the same origin. */
import { enterWorkspace, leaveWorkspace, workspaceHeader } from './workspace.ts';
import { t } from './texts/texts.ts';

export interface Me {
  readonly user: { readonly id: string; readonly displayName: string };
  /** Null for somebody who has none. */
  readonly workspace: string | null;
  /** What to do about having none. */
  readonly whyNone: string | null;
  readonly scope: 'read' | 'write' | 'admin';
  /** May administer the whole installation. */
  readonly platformAdmin: boolean;
  readonly csrfToken: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** A field and what is said of it, such as `spec.sources[0].url`. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** What a person can show besides the sign-in. */
export type Factor = 'passkey' | 'totp' | 'recovery';

/** An answer that is not 2xx; `message` is meant for the person. */
export class ApiError extends Error {
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  /** By what the person can confirm who it is, when the answer asks for that. */
  readonly factors: readonly Factor[];
  constructor(
    status: number,
    message: string,
    fields: readonly FieldProblem[] = [],
    factors: readonly Factor[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
    this.factors = factors;
  }
}

/** Asks the person for one of their second factors; false when the person does not want to. */
export type AskFactor = (factors: readonly Factor[]) => Promise<boolean>;

let askFactor: AskFactor | undefined;

/** Names who asks, for every call that needs a second factor. @returns takes that back. */
export function onStepUp(ask: AskFactor): () => void {
  askFactor = ask;
  return () => {
    askFactor = undefined;
  };
}

let csrf: string | null = null;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** @throws ApiError, or TypeError when the network is down. */
export const call = async <T>(method: Method, path: string, body?: unknown): Promise<T> =>
  (await exchange<T>(method, path, body)).value;

/** An object with the version that was read. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

export const readVersion = <T>(path: string): Promise<Versioned<T>> => exchange<T>('GET', path);

/** Replaces only the version that was read. */
export const replace = async <T>(path: string, { value, etag }: Versioned<T>): Promise<T> =>
  (await exchange<T>('PUT', path, value, etag === null ? {} : { 'if-match': etag })).value;

/** A call that needs a second factor is made again after the person has shown one. */
async function exchange<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Versioned<T>> {
  const signal = method === 'GET' ? patience() : null;
  const response = await confirmed(() => send(method, path, body, headers, signal));
  const text = await response.text();
  const value: unknown = text === '' ? null : JSON.parse(text);
  return { value: value as T, etag: response.headers.get('etag') };
}

const MOST_WAIT_MS = 30_000;

/** Of a question that a network swallowed nothing is heard again, and it keeps a connection from others. */
function patience(): AbortSignal {
  const ending = new AbortController();
  window.setTimeout(() => ending.abort(), MOST_WAIT_MS);
  return ending.signal;
}

async function confirmed(make: () => Promise<Response>): Promise<Response> {
  try {
    return await make();
  } catch (error) {
    const factors = error instanceof ApiError ? error.factors : [];
    if (factors.length === 0 || !(await askFactor?.(factors))) throw error;
    return make();
  }
}

async function send(
  method: Method,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    signal,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...workspaceHeader(),
      ...(csrf !== null && method !== 'GET' ? { 'x-csrf-token': csrf } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const text = await response.text();
  throw errorOf(text === '' ? null : JSON.parse(text), response.status);
}

/** A file, with the name that it is given. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** Also after a second factor, where the file needs one. */
export async function download(path: string): Promise<Download> {
  const response = await confirmed(() => send('GET', path, undefined, {}));
  const [, name = 'duckmon'] =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { name, content: await response.blob() };
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path);

/** Who is signed in, and where; remembers the token that state changes need. */
export async function loadMe(): Promise<Me> {
  const me = await readMe();
  csrf = me.csrfToken;
  enterWorkspace(me.workspace);
  return me;
}

/** Another person may have chosen the workspace in this browser, or the right to see it may be gone. */
async function readMe(): Promise<Me> {
  try {
    return await get<Me>('/me');
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || !leaveWorkspace()) throw error;
    return get<Me>('/me');
  }
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly correlationId?: string;
    readonly fields?: readonly FieldProblem[];
    readonly factors?: readonly Factor[];
  };
}

function errorOf(json: unknown, status: number): ApiError {
  const error = (json as ErrorBody | null)?.error;
  if (error?.message === undefined)
    return new ApiError(status, t('frame.answered', { status: String(status) }));
  const text = status >= 500 ? `${error.message} (${error.correlationId ?? ''})` : error.message;
  return new ApiError(status, text, error.fields, error.factors);
}
