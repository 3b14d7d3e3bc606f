/** The Express application that every service starts from. */
import { randomUUID } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { ZodError } from 'zod';
import { HttpError, type ErrorCode, type FieldProblem } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

export interface AppOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Largest accepted body in bytes; 16 MB between services, 256 KB in public. */
  readonly bodyLimit: number;
  /** Resolves to what is not ready, by name; an empty object is ready. */
  readonly readiness: () => Promise<Record<string, string>> | Record<string, string>;
  /** Why the process must be restarted; nothing when absent. */
  readonly liveness?: () => readonly string[];
  /** Handlers that come before bodies are read: security headers, rate limits. */
  readonly before?: readonly RequestHandler[];
}

export interface App {
  readonly express: Express;
  /** Adds the last handlers; call once, after all routes. */
  readonly finish: () => Express;
  /** Takes the metrics off this app; an app that serves nothing but them and both probes. */
  readonly splitMetrics: () => Express;
}

/**
 * An app with correlation ids, JSON bodies (raw bytes kept in `request.rawBody`), metrics,
 * `/healthz`, `/readyz` and `/metrics`.
 */
export function createApp(options: AppOptions): App {
  const app = emptyApp();
  let isSplit = false;
  app.use(measured(options.metrics));
  addProbes(app, options);
  const serveMetrics = metricsOf(options);
  app.get('/metrics', (request, response, next) =>
    isSplit ? next(nothingHere()) : serveMetrics(request, response, next),
  );
  for (const handler of options.before ?? []) app.use(handler);
  app.use(
    express.json({
      limit: options.bodyLimit,
      type: ['application/json', 'application/*+json'],
      verify: (request, _response, body) => {
        (request as Request & { rawBody?: Buffer }).rawBody = body;
      },
    }),
  );
  app.use(readRest(options.bodyLimit));
  return {
    express: app,
    finish: () => addLast(app, options),
    splitMetrics: () => {
      isSplit = true;
      const probes = emptyApp();
      addProbes(probes, options);
      probes.get('/metrics', serveMetrics);
      return addLast(probes, options);
    },
  };
}

/**
 * Reads any other body to its end and drops it: by then a request that breaks off, or whose chunks are none,
 * has been refused, and nothing has acted on it.
 */
function readRest(limit: number): RequestHandler {
  const read = express.raw({ limit, type: () => true });
  return (request, response, next) => {
    const parsed: unknown = request.body;
    read(request, response, (error) => {
      request.body = parsed;
      next(error);
    });
  };
}

function emptyApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(withCorrelation);
  return app;
}

const nothingHere = (): HttpError => new HttpError('not_found', 'There is nothing at this path');

function addLast(app: Express, { log }: AppOptions): Express {
  app.use((_request: Request, _response: Response, next: NextFunction) => {
    next(nothingHere());
  });
  app.use(answerError(log));
  return app;
}

/** Liveness says that the process answers and is not stuck; readiness asks what it depends on. */
function addProbes(app: Express, { log, readiness, liveness }: AppOptions): void {
  app.get('/healthz', (_request, response) => {
    const problems = liveness?.() ?? [];
    if (problems.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unwell', problems });
  });
  app.get('/readyz', async (_request, response) => {
    const problems = await problemsOf(readiness, log);
    const ready = Object.keys(problems).length === 0;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', problems });
  });
}

const metricsOf =
  ({ metrics: { registry } }: AppOptions): RequestHandler =>
  async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  };

async function problemsOf(
  readiness: AppOptions['readiness'],
  log: Log,
): Promise<Record<string, string>> {
  try {
    return await readiness();
  } catch (error) {
    log.error({ err: error }, 'the readiness check failed');
    return { readiness: 'the check itself failed' };
  }
}

/** The request's correlation id, set for every request. */
export const correlationIdOf = (response: Response): string =>
  String(response.locals['correlationId'] ?? '');

function withCorrelation(_request: Request, response: Response, next: NextFunction): void {
  const id = randomUUID();
  response.locals['correlationId'] = id;
  response.setHeader('x-correlation-id', id);
  next();
}

const measured =
  (metrics: Metrics) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const stop = metrics.httpSeconds.startTimer();
    const routeOf = watchRoute(request);
    response.once('finish', () => {
      stop({ method: request.method, route: routeOf(), status: String(response.statusCode) });
    });
    next();
  };

/**
 * The pattern of the route that takes the request, with where it is mounted. It is noted when the
 * router sets it, because after an error the router has already taken back where it was mounted.
 */
function watchRoute(request: Request): () => string {
  let current: { path?: unknown } | undefined;
  let pattern = 'other';
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (route: { path?: unknown } | undefined) => {
      current = route;
      if (typeof route?.path === 'string') pattern = request.baseUrl + route.path;
    },
  });
  return () => pattern;
}

/** Answers any error in the one shape; only HttpError's own words reach the caller. */
export function answerError(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = toHttpError(error);
    const correlationId = correlationIdOf(response);
    if (known.status >= 500 || response.headersSent)
      log.error(
        { err: error, correlationId, method: request.method, path: request.path },
        'request failed',
      );
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    if (known.retryAfterSeconds !== undefined)
      response.setHeader('retry-after', String(Math.ceil(known.retryAfterSeconds)));
    response.status(known.status).json({
      error: {
        code: known.code,
        message: known.message,
        correlationId,
        ...(known.fields ? { fields: known.fields } : {}),
        ...(known.factors ? { factors: known.factors } : {}),
      },
    });
  };
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ZodError)
    return new HttpError('invalid', 'The request is not valid', { fields: fieldsOf(error) });
  const type = (error as { type?: unknown } | null)?.type;
  if (type === 'entity.too.large')
    return new HttpError('too_large', 'The request body is too large');
  if (type === 'entity.parse.failed')
    return new HttpError('invalid', 'The request body is not valid JSON');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new HttpError(
      'unsupported_media_type',
      'The encoding of the request body is not supported',
    );
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpError(codeOfStatus(status), 'The request is not valid');
  return new HttpError('internal', 'Something went wrong on our side', { cause: error });
}

const codeOfStatus = (status: number): ErrorCode => (status === 404 ? 'not_found' : 'invalid');

/** The wrong fields of a zod error, as paths and messages. */
export const fieldsOf = (error: ZodError): FieldProblem[] =>
  error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
