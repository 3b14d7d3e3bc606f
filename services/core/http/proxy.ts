/** Passes requests on to another service of ours as they came, streams included. */
import type { Request, RequestHandler, Response } from 'express';
import { Agent, request as send } from 'undici';
import { pipeline } from 'node:stream/promises';
import { HttpError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { HOP_BY_HOP, namedByConnection } from './hopByHop.ts';

/** The headers that go on: no hop-by-hop ones, none that `Connection` names, no internal ones. */
export function forwardedHeaders(headers: Request['headers']): Record<string, string | string[]> {
  const named = namedByConnection(headers.connection);
  const kept = Object.entries(headers).filter(
    ([name, value]) =>
      value !== undefined &&
      !HOP_BY_HOP.has(name) &&
      !named.has(name) &&
      !name.startsWith('x-internal-') &&
      name !== 'host',
  );
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

export interface Proxy {
  readonly handle: RequestHandler;
  close(): Promise<void>;
}

/**
 * A handler that forwards to `baseUrl` with the same path. Mount it before body parsers.
 * A service that cannot be reached is answered with 503.
 */
export function createProxy(baseUrl: string, log: Log): Proxy {
  const agent = new Agent({ connections: 256, headersTimeout: 120_000, bodyTimeout: 0 });
  const forward = async (request: Request, response: Response): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const hasBody = !['GET', 'HEAD'].includes(request.method);
    const answer = await send(`${baseUrl}${request.originalUrl}`, {
      method: request.method as 'GET',
      headers: {
        ...forwardedHeaders(request.headers),
        'x-forwarded-for': request.socket.remoteAddress ?? '',
        'x-forwarded-host': request.headers.host ?? '',
      },
      body: hasBody ? request : null,
      dispatcher: agent,
      signal: gone.signal,
    });
    response.status(answer.statusCode);
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined && !HOP_BY_HOP.has(name)) response.setHeader(name, value);
    response.flushHeaders();
    await pipeline(answer.body, response);
  };
  /** What is left to answer with when the other service did not. */
  const failure = (error: unknown, response: Response): HttpError | undefined => {
    if (response.closed || response.destroyed) return undefined;
    log.error({ err: error, baseUrl }, `Service not responding: ${messageOf(error)}`);
    if (!response.headersSent)
      return new HttpError('unavailable', 'The service is not responding; try again in a moment', {
        retryAfterSeconds: 2,
        cause: error,
      });
    response.destroy();
    return undefined;
  };
  return {
    handle: async (request, response, next) => {
      try {
        await forward(request, response);
      } catch (error) {
        const answer = failure(error, response);
        if (answer) next(answer);
      }
    },
    close: () => agent.destroy(),
  };
}
