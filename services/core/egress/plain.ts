/** Plain requests through the proxy in absolute form, over connections to it that stay open. */
import { Pool, buildConnector, type Dispatcher } from 'undici';
import { proxyAuthorization } from './credential.ts';
import { EGRESS_ERROR_HEADER, EGRESS_MARK_HEADER, egressError, refusalOf } from './errors.ts';

/** Requests under one credential. */
export interface PlainSession {
  readonly dispatch: Dispatcher['dispatch'];
  /** Aborts what is still under way. */
  close(): void;
}

export interface PlainClient {
  session(credential: string): PlainSession;
  /** Cuts all connections. */
  close(): Promise<void>;
}

/** The proxy takes 16 KiB of headers; what is longer goes through a tunnel. */
const MAX_HEADER_CHARACTERS = 8 * 1024;

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']>;

/** Whether a request can go in absolute form. */
export const isPlain = ({ origin, headers }: Dispatcher.DispatchOptions): boolean =>
  String(origin).startsWith('http:') && lengthOf(headers) <= MAX_HEADER_CHARACTERS;

function lengthOf(headers: Headers | null | undefined): number {
  if (!headers) return 0;
  const parts = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return parts.flat(2).reduce<number>((sum, part) => sum + String(part).length, 0);
}

/**
 * Each request carries the credential by which the proxy judges and counts it, so one connection may
 * serve all; connections to targets are the proxy's own.
 */
export function createPlainClient(proxyUrl: string): PlainClient {
  const { origin } = new URL(proxyUrl);
  const connect = buildConnector({ allowH2: false, timeout: 10_000 });
  const pool = new Pool(origin, {
    allowH2: false,
    // Shorter than the proxy's own time.
    keepAliveTimeout: 10_000,
    connect: (options, answer) =>
      connect(options, (...[error, socket]) =>
        error ? answer(egressError('proxyDown', error), null) : answer(null, socket),
      ),
  });
  return {
    session: (credential) => createSession(pool, origin, proxyAuthorization(credential)),
    close: () => pool.destroy(),
  };
}

function createSession(pool: Pool, origin: string, authorization: string): PlainSession {
  const running = new Set<Dispatcher.DispatchController>();
  let closed = false;
  return {
    dispatch: (options, handler) => {
      const target = new URL(String(options.origin));
      const own = {
        host: target.host,
        'proxy-authorization': authorization,
        [EGRESS_MARK_HEADER]: 'asked',
      };
      const path = target.origin + options.path;
      const headers = withHeaders(options.headers, own);
      return pool.dispatch(
        { ...options, origin, path, headers },
        watched(handler, running, () => closed),
      );
    },
    close: () => {
      closed = true;
      for (const controller of running) controller.abort(closedError());
    },
  };
}

const closedError = (): Error => new Error('the session was closed');

function withHeaders(
  given: Headers | null | undefined,
  own: Readonly<Record<string, string>>,
): Headers {
  if (Array.isArray(given)) return [...given, ...Object.entries(own).flat()];
  if (given && Symbol.iterator in given) return [...given, ...Object.entries(own)];
  return { ...given, ...own };
}

/** Turns an answer of the proxy into an error, and knows what is under way. */
function watched(
  handler: Dispatcher.DispatchHandler,
  running: Set<Dispatcher.DispatchController>,
  isClosed: () => boolean,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      running.add(controller);
      handler.onRequestStart?.(controller, context);
      if (isClosed()) controller.abort(closedError());
    },
    onRequestUpgrade: () => {
      throw egressError('connectionReset');
    },
    onResponseStart: (controller, status, headers, message) => {
      if (status >= 200 && headers[EGRESS_MARK_HEADER] === undefined)
        throw refusalOf(status, headers[EGRESS_ERROR_HEADER]?.toString());
      handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => {
      running.delete(controller);
      handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError: (controller, error) => {
      running.delete(controller);
      handler.onResponseError?.(controller, error);
    },
  };
}
