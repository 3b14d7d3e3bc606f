/** Idempotency-Key: a creation or a run that is sent twice happens once. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { HttpError } from '../core/errors.ts';
import {
  abandonRequest,
  beginRequest,
  finishRequest,
  forgetRequests,
  REQUEST_LIFE_MS,
} from '../store/idempotency.ts';
import { withWorkspace } from '../store/workspace.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';
import type { Reply } from './route.ts';

const KEY = /^[\x21-\x7e]{1,128}$/;

/** Carries `work` out unless the same request with the same key was carried out before. */
export async function withIdempotency<A>(
  deps: Pick<ApiDeps, 'pool' | 'clock'>,
  { workspace }: Principal,
  request: Request,
  work: () => Promise<Reply<A>>,
): Promise<Reply<A>> {
  const key = request.get('idempotency-key');
  if (key === undefined) return work();
  if (!KEY.test(key))
    throw new HttpError('invalid', 'Idempotency-Key must be 1 to 128 visible ASCII characters');
  const raw = (request as Request & { rawBody?: Buffer }).rawBody ?? Buffer.alloc(0);
  const hash = createHash('sha256')
    .update(`${request.method} ${request.path}\n`)
    .update(raw)
    .digest('hex');
  const now = deps.clock.now();
  const begun = await withWorkspace(deps.pool, workspace, async (tx) => {
    await forgetRequests(tx, workspace, new Date(now.getTime() - REQUEST_LIFE_MS));
    return beginRequest(tx, workspace, key, hash, now);
  });
  switch (begun.kind) {
    case 'replay':
      return {
        status: begun.status,
        body: begun.response as A,
        headers: { 'idempotent-replay': 'true' },
      };
    case 'mismatch':
      throw new HttpError('unprocessable', 'This Idempotency-Key was used for another request');
    case 'inProgress':
      throw new HttpError(
        'conflict',
        'The request with this Idempotency-Key is still being carried out',
      );
    case 'new':
      return carryOut(deps, workspace, key, work);
    default:
      return begun satisfies never;
  }
}

async function carryOut<A>(
  { pool }: Pick<ApiDeps, 'pool'>,
  workspace: string,
  key: string,
  work: () => Promise<Reply<A>>,
): Promise<Reply<A>> {
  let reply: Reply<A>;
  try {
    reply = await work();
  } catch (error) {
    await withWorkspace(pool, workspace, (tx) => abandonRequest(tx, workspace, key));
    throw error;
  }
  const status = reply.status ?? 200;
  await withWorkspace(pool, workspace, (tx) =>
    finishRequest(tx, workspace, key, status, reply.body),
  );
  return reply;
}
