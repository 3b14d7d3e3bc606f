/** Makes a link by which whoever may run programs in a pod of the api signs in, once. */
import type { Pool } from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { IdSource } from '../../core/ids.ts';
import { appendAudit } from '../../store/audit.ts';
import { StoreError } from '../../store/errors.ts';
import { signInUser } from '../../store/identity.ts';
import { createOneTimeToken } from '../../store/tokens.ts';
import { OPERATOR } from '../../store/workspaces/people.ts';
import {
  PLATFORM_WORKSPACE,
  withTokenHash,
  withTransaction,
  withWorkspace,
} from '../../store/workspace.ts';
import { hashSecret, newSecret } from '../cookie.ts';

interface Deps {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: IdSource;
  readonly publicUrl: string;
}

/** Long enough to open a browser; links stay in the scrollback of terminals. */
const LIFE_MS = 10 * 60_000;

export interface SignInLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * All of them are for one account, the operator: Kubernetes' own audit knows who ran the program.
 * @throws StoreError `invalid` when that account is shut out.
 */
export async function makeSignInLink(
  { pool, clock, newId, publicUrl }: Deps,
  by: { readonly actor: string; readonly detail: Record<string, unknown> },
): Promise<SignInLink> {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  const identity = { ...OPERATOR, email: null, displayName: 'Operator' };
  const user = await withTransaction(pool, (tx) => signInUser(tx, identity, { now, newId }));
  if (user.disabledAt)
    throw new StoreError(
      'invalid',
      `The account of sign-in links is shut out; let it in again with enable ${user.id}.`,
    );
  const secret = newSecret();
  // First the row: then there is no link that the audit does not know.
  await withWorkspace(pool, PLATFORM_WORKSPACE, (tx) =>
    appendAudit(tx, PLATFORM_WORKSPACE, {
      at: now,
      actor: by.actor,
      action: 'sign-in.link',
      subject: `user/${user.id}`,
      detail: { ...by.detail, expiresAt: expiresAt.toISOString() },
    }),
  );
  const hash = hashSecret(secret);
  const token = { purpose: 'sign-in', workspace: null, userId: user.id, subject: null } as const;
  await withTokenHash(pool, hash, (tx) =>
    createOneTimeToken(tx, hash, token, { createdAt: now, expiresAt }),
  );
  return { url: `${publicUrl}/sign-in?token=${secret}`, expiresAt };
}
