/** People with an account and a session, for tests: whoever may ask for what is theirs. */
import { newId } from '../../core/ids.ts';
import { ensureWorkspace, setMembership, signInUser, type Identity } from '../../store/identity.ts';
import { markSteppedUp } from '../../store/secondFactors.ts';
import { createSession } from '../../store/sessions.ts';
import { withTransaction, withWorkspace } from '../../store/workspace.ts';
import { csrfToken, hashSecret, newSecret } from '../cookie.ts';
import type { TestApi } from './api.ts';
import type { Browser } from './stepUp.ts';

/** Somebody who signed in at a provider. */
export async function newPerson(
  { db, time }: TestApi,
  name: string,
  more: Partial<Identity> = {},
): Promise<string> {
  const identity = { issuer: 'https://id.example', subject: name, displayName: name };
  const made = { now: time.now, newId };
  const user = await withTransaction(db.pool('mon_api'), (tx) =>
    signInUser(tx, { ...identity, email: `${name}@example.org`, ...more }, made),
  );
  return user.id;
}

/** A workspace of which the person is an owner. */
export async function newWorkspace(
  { db, time }: TestApi,
  id: string,
  kind: 'personal' | 'team',
  ...owners: readonly string[]
): Promise<void> {
  await withWorkspace(db.pool('mon_api'), id, async (tx) => {
    await ensureWorkspace(tx, { id, displayName: `The ${id}`, kind, createdAt: time.now });
    for (const owner of owners) await setMembership(tx, id, owner, 'owner', time.now);
  });
}

/** A session that begins now. */
export async function newBrowser(
  { db, time }: TestApi,
  userId: string,
  { steppedUp = false } = {},
): Promise<Browser> {
  const id = newSecret();
  const session = {
    idHash: hashSecret(id),
    userId,
    csrfHash: hashSecret(csrfToken(id)),
    createdAt: time.now,
    expiresAt: new Date(time.now.getTime() + 12 * 3_600_000),
    userAgent: null,
  };
  await withTransaction(db.pool('mon_api'), async (tx) => {
    await createSession(tx, session, 0);
    if (steppedUp) await markSteppedUp(tx, session.idHash, time.now);
  });
  return { cookie: `mon_sid=${id}`, csrf: csrfToken(id) };
}
