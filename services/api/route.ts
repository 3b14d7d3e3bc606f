/** Routes as data: each names its policy and schemas, so that none is forgotten or undocumented. */
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { HttpError } from '../core/errors.ts';
import { fieldsOf } from '../core/http/app.ts';
import { WORKSPACE_PARAMETER } from './chosen.ts';
import type { LimitKind, Limits } from './limits.ts';
import { allows, type Policy, type Principal } from './principal.ts';
import { keepActor } from './authEvents.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** What a handler gets: everything is parsed and the policy holds. */
export interface RouteContext<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Undefined only on public routes. */
  readonly principal: Principal;
  /** For answers that last: whether the same caller would still be let in. */
  readonly stands: () => Promise<boolean>;
  readonly request: Request;
  readonly response: Response;
}

/** An answer whose status or headers are not the route's own. */
export interface Reply<A> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: A;
}

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly policy: Policy;
  readonly tag: string;
  readonly summary: string;
  /** Is about no workspace, so that one is not needed. */
  readonly anywhere: boolean;
  readonly status: number;
  /** Limited more than requests in general. */
  readonly limit: LimitKind | undefined;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | undefined;
  readonly answer: z.ZodType | undefined;
  readonly run: (
    context: RouteContext<unknown, unknown, unknown>,
  ) => Promise<Reply<unknown> | undefined>;
}

interface RouteInput<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  readonly method: Method;
  readonly path: string;
  readonly policy: Policy;
  readonly tag: string;
  readonly summary: string;
  readonly anywhere?: boolean;
  readonly status?: number;
  readonly limit?: LimitKind;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: A;
  /** Undefined: the handler has written the response itself (streams, files). */
  readonly handle: (
    context: RouteContext<z.infer<P>, z.infer<Q>, z.infer<B>>,
  ) => Promise<Reply<z.output<A>> | undefined>;
}

const nothing = z.strictObject({});

/** Declares one route; unknown query parameters, body fields and repeated parameters are refused. */
export function defineRoute<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(input: RouteInput<P, Q, B, A>): Route {
  return {
    method: input.method,
    path: input.path,
    policy: input.policy,
    tag: input.tag,
    summary: input.summary,
    anywhere: input.anywhere ?? input.policy === 'platform',
    status: input.status ?? 200,
    limit: input.limit,
    params: input.params ?? nothing,
    query: input.query ?? nothing,
    body: input.body,
    answer: input.answer,
    run: (context) => input.handle(context as RouteContext<z.infer<P>, z.infer<Q>, z.infer<B>>),
  };
}

/**
 * Finds the caller of a request; throws HttpError `unauthorized` for a credential that is no good.
 * @param isUse false only looks: it is no use that keeps a session from ending.
 * @param anywhere lets in somebody who has no workspace: a person's is not even looked for.
 */
export type Authenticate = (
  request: Request,
  isUse?: boolean,
  anywhere?: boolean,
) => Promise<Principal | undefined>;

/** Adds the routes to an app. */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  authenticate: Authenticate,
  limits: Pick<Limits, 'check'>,
): void {
  for (const route of routes) {
    app[route.method](route.path, async (request, response) => {
      const principal =
        route.policy === 'public' ? undefined : await authenticate(request, true, route.anywhere);
      if (route.policy !== 'public' && principal === undefined)
        throw new HttpError('unauthorized', 'Sign in, or send a bearer token');
      if (principal) keepActor(request, principal.actor);
      if (!allows(route.policy, principal))
        throw new HttpError('forbidden', needsText(route.policy));
      if (route.limit) await limits.check(route.limit, request, principal);
      await answer(route, request, response, {
        // A public handler has no use for it; all others were checked above.
        principal: principal as Principal,
        stands: async () => isSame(principal, await authenticate(request, false, route.anywhere)),
      });
    });
  }
}

const needsText = (policy: Policy): string =>
  policy === 'platform'
    ? 'This is for administrators of the installation, signed in at the dashboard'
    : `This needs the scope ${policy}`;

const isSame = (before: Principal | undefined, now: Principal | undefined): boolean =>
  before?.userId === now?.userId && before?.workspace === now?.workspace;

async function answer(
  route: Route,
  request: Request,
  response: Response,
  caller: Pick<RouteContext<unknown, unknown, unknown>, 'principal' | 'stands'>,
): Promise<void> {
  const reply = await route.run({
    params: parsePart('path', route.params, request.params),
    query: parsePart('query', route.query, queryOf(route, request)),
    body: route.body ? parsePart('body', route.body, request.body) : undefined,
    ...caller,
    request,
    response,
  });
  if (reply === undefined) return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  const status = reply.status ?? route.status;
  if (status === 204) response.status(204).end();
  else response.status(status).json(reply.body);
}

/** The choice of a workspace is looked at before the handler. */
function queryOf({ policy }: Route, { query }: Request): Request['query'] {
  const { [WORKSPACE_PARAMETER]: _chosen, ...others } = query;
  return policy === 'public' ? query : others;
}

function parsePart(where: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error);
  const [first] = fields;
  const detail = first ? `: ${first.path === '' ? '' : `${first.path} `}${first.message}` : '';
  throw new HttpError('invalid', `The ${where} of the request is not valid${detail}`, { fields });
}
