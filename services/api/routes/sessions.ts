/** The sessions of the person who asks: which there are, and ending one or all. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { enqueueAccountMail } from '../../store/accountMails.ts';
import { appendAudit } from '../../store/audit.ts';
import {
  listSessions,
  revokeSessionLine,
  revokeSessions,
  sessionLineId,
} from '../../store/sessions.ts';
import { PLATFORM_WORKSPACE, withTransaction, withWorkspace } from '../../store/workspace.ts';
import { IDLE_MS } from '../authenticate.ts';
import { hashSecret, readSessionId, sessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { present, time } from './schemas.ts';

const tag = 'session';
const lineId = z.string().regex(/^[0-9a-f]{32}$/, 'must be the id of a session in the list');

const line = z.strictObject({
  id: lineId,
  createdAt: time,
  lastUsedAt: time,
  userAgent: z.string().nullable(),
  /** The one that asks. */
  current: z.boolean(),
});

export const ownSessionRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  endOne(deps),
  endAll(deps),
];

/** A token that leaked must not be able to send its owner away. */
function checkIsPerson({ via }: Principal): void {
  if (via !== 'session')
    throw new HttpError('forbidden', 'Sessions are seen and ended in the dashboard, by no token');
}

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/sessions',
    policy: 'read',
    anywhere: true,
    tag,
    summary: 'The own sessions that are alive, the one that was used last first',
    answer: z.strictObject({ items: z.array(line) }),
    handle: async ({ principal, request }) => {
      checkIsPerson(principal);
      const sessions = await withTransaction(deps.pool, (tx) =>
        listSessions(tx, principal.userId, deps.clock.now(), IDLE_MS),
      );
      const id = readSessionId(deps.config.PUBLIC_URL, request.get('cookie')) ?? '';
      const own = sessionLineId(hashSecret(id));
      const items = sessions.map((session) =>
        present(line, { ...session, current: session.id === own }),
      );
      return { body: { items } };
    },
  });

const endOne = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/v1/sessions/:id',
    policy: 'read',
    anywhere: true,
    tag,
    summary: 'Ends one of the own sessions',
    status: 204,
    params: z.strictObject({ id: lineId }),
    handle: async ({ principal, params: { id } }) => {
      checkIsPerson(principal);
      const now = deps.clock.now();
      const ended = await withTransaction(deps.pool, (tx) =>
        revokeSessionLine(tx, principal.userId, id, now),
      );
      if (!ended) throw new HttpError('not_found', 'There is no such session.');
      await note(deps, principal, 'session.revoke', now);
      return { body: undefined };
    },
  });

const endAll = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/sign-out-everywhere',
    policy: 'read',
    anywhere: true,
    tag,
    summary: 'Ends all own sessions, also the one that asks',
    status: 204,
    body: z.strictObject({}).optional(),
    handle: async ({ principal }) => {
      checkIsPerson(principal);
      await signOutEverywhere(deps, principal);
      return {
        body: undefined,
        headers: { 'set-cookie': sessionCookie(deps.config.PUBLIC_URL, '', 0) },
      };
    },
  });

/** Ends them, in the audit and told by mail, or none of it: a thief might send the owner away. */
const signOutEverywhere = ({ pool, clock }: ApiDeps, { actor, userId }: Principal): Promise<void> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    const at = clock.now();
    await revokeSessions(tx, userId, at);
    const [action, subject] = ['session.revoke-all', `user/${userId}`];
    await appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action, subject });
    await enqueueAccountMail(tx, {
      userId,
      key: `sessions-ended/${userId}/${at.toISOString()}`,
      at,
      notice: { kind: 'sessionsEnded' },
    });
  });

const note = (
  { pool }: ApiDeps,
  { actor, userId }: Principal,
  action: string,
  at: Date,
): Promise<void> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, (tx) =>
    appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action, subject: `user/${userId}` }),
  );
