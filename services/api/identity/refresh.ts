/** Refreshes access tokens by a family of one-time tokens, and ends a family of which somebody has a copy. */
import { createHmac, randomBytes } from 'node:crypto';
import { enqueueAccountMail } from '../../store/accountMails.ts';
import { appendAudit } from '../../store/audit.ts';
import {
  beginFamily,
  findRefreshWorkspace,
  lockFamily,
  rotateToken,
  type RefreshFamily,
} from '../../store/refresh.ts';
import { findApiTokenById, type OwnedApiToken } from '../../store/tokens.ts';
import { withTokenHash, withWorkspace, type Tx } from '../../store/workspace.ts';
import { hashSecret, newSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import type { Grant } from './accessToken.ts';

/** A client that lost the answer gets the same one again for so long. */
const GRACE_MS = 10_000;
/** One that was not used for so long has ended. */
const REFRESH_LIFE_MS = 12 * 60 * 60_000;
/** A family ends after so long, however often it is used. */
const FAMILY_LIFE_MS = 30 * 24 * 60 * 60_000;

type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'newId'>;

/** A refresh token that was just given away. */
export interface Given {
  readonly token: string;
  readonly expiresAt: Date;
}

export type Refreshed =
  | { readonly kind: 'refreshed'; readonly grant: Grant; readonly refresh: Given }
  /** It was used before; the family has ended just now. */
  | { readonly kind: 'reused'; readonly apiTokenId: string }
  | { readonly kind: 'ended' };

const earlier = (a: Date, b: Date | null): Date => (b && b < a ? b : a);
const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/**
 * The successor of a token: whoever has the token alone, or the database alone, cannot make it. So it
 * need not be kept to be given again.
 */
const successorOf = (token: string, salt: Uint8Array): string =>
  createHmac('sha256', salt).update(`duckmon refresh\n${token}`).digest('base64url');

/** Begins a family with an API token that is alive. */
export async function beginRefresh(
  { pool, clock, newId }: Deps,
  owner: OwnedApiToken,
): Promise<{ readonly grant: Grant; readonly refresh: Given }> {
  const now = clock.now();
  const id = newId();
  const token = newSecret();
  const endsAt = earlier(after(now, FAMILY_LIFE_MS), owner.expiresAt);
  const expiresAt = earlier(after(now, REFRESH_LIFE_MS), endsAt);
  const { workspace } = owner;
  await withWorkspace(pool, workspace, (tx) =>
    beginFamily(
      tx,
      workspace,
      { id, apiTokenId: owner.id, createdAt: now, endsAt },
      { hash: hashSecret(token), expiresAt },
    ),
  );
  return { grant: grantOf(owner, id), refresh: { token, expiresAt } };
}

const grantOf = (
  { userId, workspace, id: sid, tokenEpoch: epoch }: OwnedApiToken,
  family: string,
): Grant => ({ userId, workspace, sid, epoch, family });

/** Uses a refresh token: the first use and those within the grace get the same successor. */
export async function refresh({ pool, clock }: Deps, token: string): Promise<Refreshed> {
  const hash = hashSecret(token);
  const now = clock.now();
  const workspace = await withTokenHash(pool, hash, (tx) => findRefreshWorkspace(tx, hash));
  if (workspace === undefined) return { kind: 'ended' };
  const salt = randomBytes(32);
  return withWorkspace(pool, workspace, async (tx) => {
    const family = await lockFamily(tx, workspace, hash, now);
    const owner = family && (await findApiTokenById(tx, workspace, family.apiTokenId, now));
    if (!owner) return { kind: 'ended' };
    return use(tx, { token, hash, salt, now }, family, owner);
  });
}

interface Shown {
  readonly token: string;
  readonly hash: Uint8Array;
  readonly salt: Uint8Array;
  readonly now: Date;
}

async function use(
  tx: Tx,
  { token, hash, salt, now }: Shown,
  { id, endsAt }: RefreshFamily,
  owner: OwnedApiToken,
): Promise<Refreshed> {
  const expiresAt = earlier(after(now, REFRESH_LIFE_MS), endsAt);
  const successor = (of: Uint8Array): Uint8Array => hashSecret(successorOf(token, of));
  const { workspace, id: apiTokenId } = owner;
  const outcome = await rotateToken(tx, workspace, id, hash, {
    now,
    graceMs: GRACE_MS,
    expiresAt,
    salt,
    successor,
  });
  if (outcome.kind === 'rotated') {
    const given = { token: successorOf(token, outcome.salt), expiresAt };
    return { kind: 'refreshed', grant: grantOf(owner, id), refresh: given };
  }
  await appendAudit(tx, workspace, {
    at: now,
    actor: `token:${apiTokenId}`,
    action: 'token.refresh-reused',
    subject: `token/${apiTokenId}`,
    detail: { family: id },
  });
  await enqueueAccountMail(tx, {
    userId: owner.userId,
    key: `refresh-reused/${id}`,
    at: now,
    notice: { kind: 'refreshReused', token: owner.name, workspace },
  });
  return { kind: 'reused', apiTokenId };
}
