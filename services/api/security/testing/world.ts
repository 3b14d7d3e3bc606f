/** An api with something of every kind in a workspace, and people of every kind who may ask for it. */
import { Buffer } from 'node:buffer';
import { newId } from '../../../core/ids.ts';
import { putBlob } from '../../../store/blobs.ts';
import {
  presentEpoch,
  setMembership,
  signInUser,
  type MemberRole,
} from '../../../store/identity.ts';
import { createSession, revokeSession, sessionLineId } from '../../../store/sessions.ts';
import {
  insertRow,
  seedAlert,
  seedCheck,
  seedDelivery,
  seedFinding,
  seedSnapshot,
  seedVerdict,
} from '../../../store/testing/rows.ts';
import { stateOf } from '../../../store/testing/state.ts';
import { withTransaction, withWorkspace } from '../../../store/workspace.ts';
import { BACKTEST_PATH } from '../../../core/contracts/backtest.ts';
import {
  CHANNEL_TEST_PATH,
  PREVIEW_PATH,
  REJUDGE_PATH,
  TELL_PATH,
} from '../../../core/contracts/scheduler.ts';
import { csrfToken, hashSecret, newSecret } from '../../cookie.ts';
import { job, startTestApi, webhook, WORKSPACE, type TestApi } from '../../testing/api.ts';
import { mailChannel } from '../../testing/mail.ts';
import { giveAuthenticators } from '../../testing/stepUp.ts';
import type { HeadersOf } from './ask.ts';
import type { Thing } from './routes.ts';

/** `administrator` only views the workspace; `root` owns it and administers the installation. */
export type Who =
  | 'viewer'
  | 'editor'
  | 'owner'
  | 'administrator'
  | 'root'
  | 'disabled'
  | 'stranger'
  | 'spare';

export interface SessionState {
  readonly steppedUp?: boolean;
  readonly ageMs?: number;
  readonly idleMs?: number;
  readonly revoked?: boolean;
}

/** Stands in whatever nobody but the workspace may read. */
export const MARK = 'quillwort';

export interface World {
  readonly api: TestApi;
  readonly people: Readonly<Record<Who, string>>;
  /** The name or id of the one that there is. */
  readonly things: Readonly<Record<Thing, string>>;
  /** A new session each time: some routes end it. Stepped up unless told otherwise. */
  session(who: Who, state?: SessionState): Promise<HeadersOf>;
  stop(): Promise<void>;
}

const ROLES: Readonly<Record<Who, readonly [workspace: string, role: MemberRole] | undefined>> = {
  viewer: [WORKSPACE, 'viewer'],
  editor: [WORKSPACE, 'editor'],
  owner: [WORKSPACE, 'owner'],
  administrator: [WORKSPACE, 'viewer'],
  root: [WORKSPACE, 'owner'],
  disabled: [WORKSPACE, 'owner'],
  stranger: ['team-b', 'owner'],
  spare: undefined,
};

/** @param owner to whom the things belong that are a person's. */
export async function startWorld(
  env: Record<string, string> = {},
  owner: Who = 'root',
): Promise<World> {
  const api = await startTestApi(env);
  giveAuthenticators(api);
  api.answers.set(CHANNEL_TEST_PATH, () => ({ kind: 'accepted', reason: null }));
  api.answers.set(BACKTEST_PATH, () => ({
    changes: [],
    more: false,
    since: '2026-01-01T00:00:00.000Z',
    model: null,
    tokensIn: 0,
    tokensOut: 0,
    costUsd: '0',
    facts: [],
  }));
  api.answers.set(REJUDGE_PATH, () => ({ verdict: newId() }));
  api.answers.set(TELL_PATH, () => ({ kind: 'told', findings: [] }));
  api.answers.set(PREVIEW_PATH, () => ({
    sources: [],
    conditions: [],
    verdict: null,
    tokensIn: 0,
    tokensOut: 0,
    costUsd: null,
  }));
  const people = {} as Record<Who, string>;
  for (const who of Object.keys(ROLES) as Who[]) people[who] = await makePerson(api, who);
  await api.db
    .pool('postgres')
    .query('UPDATE users SET disabled_at = now() WHERE id = $1', [people.disabled]);
  const session = (who: Who, state: SessionState = {}): Promise<HeadersOf> =>
    makeSession(api, people[who], state);
  const things = {
    ...(await makeThings(api)),
    ...(await makeOwnThings(api, people[owner])),
    invitation: await makeInvitation(api, people[owner]),
    member: people.viewer,
  };
  return {
    api,
    people,
    things: { ...things, user: people.spare },
    session,
    stop: () => api.stop(),
  };
}

async function makePerson(api: TestApi, who: Who): Promise<string> {
  const pool = api.db.pool('duckmon_owner');
  const issuer = who === 'administrator' || who === 'root' ? 'local' : 'test';
  const identity = { issuer, subject: who, email: null, displayName: who };
  const { id } = await withTransaction(pool, (tx) =>
    signInUser(tx, identity, { now: api.time.now, newId }),
  );
  const [workspace, role] = ROLES[who] ?? [];
  if (workspace && role)
    await withWorkspace(pool, workspace, (tx) =>
      setMembership(tx, workspace, id, role, api.time.now),
    );
  return id;
}

async function makeSession(
  { db, time }: TestApi,
  userId: string,
  { steppedUp = true, ageMs = 0, idleMs = 0, revoked = false }: SessionState,
): Promise<HeadersOf> {
  const id = newSecret();
  const idHash = hashSecret(id);
  const before = (ms: number): Date => new Date(time.now.getTime() - ms);
  const createdAt = before(Math.max(ageMs, idleMs));
  await withTransaction(db.pool('mon_api'), async (tx) => {
    const expiresAt = new Date(createdAt.getTime() + 12 * 3_600_000);
    const csrfHash = hashSecret(csrfToken(id));
    const { rows } = await tx.query<{ epoch: number }>(
      `SELECT (${presentEpoch})::float8 AS epoch FROM users u WHERE u.id = $1`,
      [userId],
    );
    const made = { idHash, userId, csrfHash, createdAt, expiresAt, userAgent: null };
    await createSession(tx, made, rows[0]?.epoch ?? 0);
    await tx.query('UPDATE sessions SET stepped_up_at = $2, last_used_at = $3 WHERE id_hash = $1', [
      idHash,
      steppedUp ? time.now : null,
      before(idleMs),
    ]);
    if (revoked) await revokeSession(tx, idHash, time.now);
  });
  return { cookie: `mon_sid=${id}`, 'x-csrf-token': csrfToken(id) };
}

type OfPerson = 'session' | 'token' | 'feed' | 'passkey';

async function makeThings(
  api: TestApi,
): Promise<Record<Exclude<Thing, OfPerson | 'user' | 'member' | 'invitation'>, string>> {
  const documents = [
    webhook('hook'),
    mailChannel('mail', 'ann@example.org'),
    job('target', { description: MARK }),
  ];
  const body = { documents };
  const made = await api.call('POST', '/api/v1/apply', { token: api.tokens.admin, body });
  if (/"refused"/.test(made.text)) throw new Error(made.text);
  const { now } = api.time;
  const keepUntil = new Date(now.getTime() + 86_400_000);
  return withWorkspace(api.db.pool('duckmon_owner'), WORKSPACE, async (tx) => {
    const monitor = 'target';
    // so that asking once more is not too soon
    await tx.query('DELETE FROM deliveries');
    const put = (text: string, mediaType: string): Promise<string> =>
      putBlob(tx, WORKSPACE, { content: Buffer.from(text), mediaType, keepUntil }, now);
    const verdict = await seedVerdict(tx, { monitor, at: now });
    const check = await seedCheck(tx, { monitor, at: now, message: MARK, verdict_id: verdict });
    const snapshot = await seedSnapshot(tx, {
      monitor,
      at: now,
      check_id: check,
      title: MARK,
      text_blob: await put(MARK, 'text/plain'),
      screenshot_blob: await put('picture', 'image/webp'),
      boxes_blob: await put(
        JSON.stringify({ width: 9, height: 9, words: [[MARK.slice(0, 32), 1, 1, 3, 3]] }),
        'application/json',
      ),
    });
    const finding = await seedFinding(tx, { monitor, title: MARK });
    const alert = await seedAlert(tx, { monitor, finding_id: finding, created_at: now });
    const delivery = await seedDelivery(tx, {
      monitor,
      channel: 'hook',
      alert_id: alert,
      created_at: now,
      updated_at: now,
    });
    for (const [kind, name] of [
      ['Secret', 'spare'],
      ['ConfigMap', 'texts'],
    ])
      await insertRow(tx, 'secrets', {
        workspace_id: WORKSPACE,
        kind,
        name,
        keys: ['key'],
        content: Buffer.from('{}'),
        created_at: now,
        updated_at: now,
      });
    return {
      monitor,
      channel: 'hook',
      mailChannel: 'mail',
      secret: 'spare',
      configMap: 'texts',
      finding,
      check,
      snapshot,
      verdict,
      delivery,
    };
  });
}

async function makeOwnThings(api: TestApi, userId: string): Promise<Record<OfPerson, string>> {
  const { cookie = '' } = await makeSession(api, userId, {});
  const [token, feed, passkey] = [newId(), newId(), newId()];
  const sql = api.db.pool('postgres');
  await insertRow(sql, 'api_tokens', {
    workspace_id: WORKSPACE,
    id: token,
    user_id: userId,
    name: MARK,
    token_hash: hashSecret(newSecret()),
    scope: 'read',
    created_at: api.time.now,
  });
  await insertRow(sql, 'feeds', {
    workspace_id: WORKSPACE,
    id: feed,
    user_id: userId,
    monitor: 'target',
    token_hash: hashSecret(newSecret()),
    epoch: 0,
    created_at: api.time.now,
  });
  await insertRow(sql, 'passkeys', {
    user_id: userId,
    id: passkey,
    name: MARK,
    credential_id: passkey,
    public_key: Buffer.from('key'),
    counter: 0,
    transports: [],
    created_at: api.time.now,
  });
  const session = sessionLineId(hashSecret(cookie.slice('mon_sid='.length)));
  return { session, token, feed, passkey };
}

async function makeInvitation(api: TestApi, invitedBy: string): Promise<string> {
  const id = newId();
  await insertRow(api.db.pool('postgres'), 'invitations', {
    workspace_id: WORKSPACE,
    id,
    address: `${MARK}@example.org`,
    role: 'viewer',
    token_hash: hashSecret(newSecret()),
    invited_by: invitedBy,
    created_at: api.time.now,
    expires_at: new Date(api.time.now.getTime() + 86_400_000),
  });
  return id;
}

/** Everything that is stored, but for when a token was used last. */
export const state = ({ api }: World): Promise<ReadonlyMap<string, string>> =>
  stateOf(api.db, { api_tokens: 'SELECT id, scope, expires_at, revoked_at FROM api_tokens' });
