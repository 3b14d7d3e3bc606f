/** Refused requests as events: one line and one count each, which is what the guide greps logs for. */
import type { ErrorRequestHandler, Request } from 'express';
import { HttpError } from '../core/errors.ts';
import { correlationIdOf } from '../core/http/app.ts';
import type { ApiDeps } from './deps.ts';

type Deps = Pick<ApiDeps, 'log' | 'metrics'>;

export interface Refused {
  /** One of a closed list: it is the label of a counter. */
  readonly reason: string;
  /** For the operator. */
  readonly message: string;
  /** What else helps the operator. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Where a request keeps who sent it, and that its refusal was noted; in `response.locals`. */
const ACTOR = 'actor';
const NOTED = 'refusalNoted';

/** Keeps who sent a request, for events about it. */
export function keepActor({ res }: Request, actor: string): void {
  if (res) res.locals[ACTOR] = actor;
}

/** Logs and counts why a request is refused, whatever error it is answered with. */
export function noteRefusal(
  { log, metrics }: Deps,
  request: Request,
  { reason, message, more }: Refused,
): void {
  const locals: Record<string, unknown> = request.res?.locals ?? {};
  locals[NOTED] = true;
  const actor = locals[ACTOR] ?? 'anonymous';
  const correlationId = request.res ? correlationIdOf(request.res) : undefined;
  const { ip, path: route } = request;
  metrics.authFailures.inc({ reason });
  log.warn({ event: 'auth.refused', reason, actor, ip, route, correlationId, ...more }, message);
}

/** Notes each refusal that nobody has noted; mount it before errors are answered. */
export const noteRefusals =
  (deps: Deps): ErrorRequestHandler =>
  (error, request, response, next) => {
    const reason = reasonOf(error, response.locals[ACTOR] !== undefined);
    if (reason !== undefined && response.locals[NOTED] !== true)
      noteRefusal(deps, request, { reason, message: `unauthorized: ${reason}` });
    next(error);
  };

function reasonOf(error: unknown, isKnown: boolean): string | undefined {
  if (!(error instanceof HttpError)) return undefined;
  const { code } = error;
  if (code === 'unauthorized') return isKnown ? 'ended' : 'no_credential';
  return code === 'forbidden' || code === 'step_up_required' ? code : undefined;
}
