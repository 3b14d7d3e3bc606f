/** Begins the session of a person who has shown who they are. */
import type { Request } from 'express';
import { appendAudit } from '../../store/audit.ts';
import type { User } from '../../store/identity.ts';
import { markSteppedUp } from '../../store/secondFactors.ts';
import { createSession, revokeSession } from '../../store/sessions.ts';
import { PLATFORM_WORKSPACE, withTransaction, withWorkspace } from '../../store/workspace.ts';
import { ABSOLUTE_MS } from '../authenticate.ts';
import { csrfToken, hashSecret, newSecret, readSessionId, sessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';

/**
 * Always a new id; the session that the browser had before ends.
 * @param by how the person showed it, for the audit.
 * @returns the Set-Cookie header.
 */
export async function beginSession(
  deps: Pick<ApiDeps, 'pool' | 'clock' | 'config'>,
  request: Request,
  user: User,
  by: 'link' | 'provider',
): Promise<string> {
  const now = deps.clock.now();
  const id = newSecret();
  const session = {
    idHash: hashSecret(id),
    userId: user.id,
    csrfHash: hashSecret(csrfToken(id)),
    createdAt: now,
    expiresAt: new Date(now.getTime() + ABSOLUTE_MS),
    userAgent: request.get('user-agent')?.slice(0, 256) ?? null,
  };
  const before = readSessionId(deps.config.PUBLIC_URL, request.get('cookie'));
  await withTransaction(deps.pool, async (tx) => {
    if (before !== undefined) await revokeSession(tx, hashSecret(before), now);
    await createSession(tx, session, user.tokenEpoch);
    // The link itself proves what a second factor would: the machine, or rights in the cluster.
    if (by === 'link') await markSteppedUp(tx, session.idHash, now);
  });
  await withWorkspace(deps.pool, PLATFORM_WORKSPACE, (tx) =>
    appendAudit(tx, PLATFORM_WORKSPACE, {
      at: now,
      actor: `user:${user.id}`,
      action: 'sign-in',
      subject: `user/${user.id}`,
      detail: { by },
    }),
  );
  return sessionCookie(deps.config.PUBLIC_URL, id, ABSOLUTE_MS / 1000);
}
