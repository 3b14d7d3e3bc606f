/** The one person of a local installation: a user, a workspace, an admin token, sign-in links. */
import { existsSync, readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { ensureWorkspace, setMembership, signInUser } from '../store/identity.ts';
import { createApiToken, createOneTimeToken, findApiToken } from '../store/tokens.ts';
import { withTokenHash, withTransaction, withWorkspace } from '../store/workspace.ts';
import { createHash } from 'node:crypto';
import type { DataFolder } from './dataFolder.ts';
import { newBearerSecret } from './keys.ts';

/** The workspace of everything in local mode. */
export const LOCAL_WORKSPACE = 'default';
const TOKEN_FILE = 'admin-token';
const SIGN_IN_LIFE_MS = 24 * 60 * 60_000;

export interface LocalOwner {
  /** Bearer token with every right; also in the data folder. */
  readonly adminToken: string;
}

interface OwnerDeps {
  /** Connections of the owner of the tables. */
  readonly pool: Pool;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly newId: IdSource;
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Makes what is missing, and keeps the admin token while it is good. */
export async function prepareOwner(deps: OwnerDeps): Promise<LocalOwner> {
  const userId = await ensureOwner(deps);
  return { adminToken: await adminToken(deps, userId) };
}

/** A secret for one sign-in at the dashboard, within a day. */
export async function newSignInToken(deps: Omit<OwnerDeps, 'folder'>): Promise<string> {
  const userId = await ensureOwner(deps);
  const secret = newBearerSecret();
  const now = deps.clock.now();
  await withWorkspace(deps.pool, LOCAL_WORKSPACE, (tx) =>
    createOneTimeToken(
      tx,
      hashOf(secret),
      { purpose: 'sign-in', workspace: LOCAL_WORKSPACE, userId, subject: null },
      { createdAt: now, expiresAt: new Date(now.getTime() + SIGN_IN_LIFE_MS) },
    ),
  );
  return secret;
}

/** The person and the workspace; returns the id of the person. */
async function ensureOwner({ pool, clock, newId }: Omit<OwnerDeps, 'folder'>): Promise<string> {
  const now = clock.now();
  const user = await withTransaction(pool, async (tx) => {
    await ensureWorkspace(tx, {
      id: LOCAL_WORKSPACE,
      displayName: 'Local',
      kind: 'personal',
      createdAt: now,
    });
    const identity = { issuer: 'local', subject: 'owner', email: null, displayName: 'You' };
    return signInUser(tx, identity, { now, newId });
  });
  await withWorkspace(pool, LOCAL_WORKSPACE, (tx) =>
    setMembership(tx, LOCAL_WORKSPACE, user.id, 'owner', now),
  );
  return user.id;
}

async function adminToken(
  { pool, folder, clock, newId }: OwnerDeps,
  userId: string,
): Promise<string> {
  const kept = existsSync(folder.at(TOKEN_FILE))
    ? readFileSync(folder.at(TOKEN_FILE), 'utf8').trim()
    : '';
  const now = clock.now();
  const known =
    kept !== '' &&
    (await withTokenHash(pool, hashOf(kept), (tx) => findApiToken(tx, hashOf(kept), now)));
  if (known) return kept;
  const secret = newBearerSecret();
  await withWorkspace(pool, LOCAL_WORKSPACE, (tx) =>
    createApiToken(tx, LOCAL_WORKSPACE, {
      id: newId(),
      userId,
      name: 'admin token of the data folder',
      scope: 'admin',
      tokenHash: hashOf(secret),
      createdAt: now,
      expiresAt: null,
    }),
  );
  folder.writePrivate(TOKEN_FILE, `${secret}\n`);
  return secret;
}
