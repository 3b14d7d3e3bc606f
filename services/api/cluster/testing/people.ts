/** A real API server with two teams, and an api in a "pod" that knows people by its RBAC. */
import { randomBytes } from 'node:crypto';
import type { TestCluster } from '../../../../scripts/testing/cluster/cluster.ts';
import { transportOf } from '../../../../crds/testing/server.ts';
import { useClusterWithCrds } from '../../../../scripts/testing/cluster/hooks.ts';
import { systemClock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import { loadConnection } from '../../../core/kube/connection.ts';
import { createTransport, type Transport } from '../../../core/kube/transport.ts';
import { signInUser } from '../../../store/identity.ts';
import { createSession } from '../../../store/sessions.ts';
import { withTransaction, withUser } from '../../../store/workspace.ts';
import { keepClaims } from '../../../store/workspaces/people.ts';
import { listOwnWorkspaces } from '../../../store/workspaces/workspaces.ts';
import { csrfToken, hashSecret, newSecret } from '../../cookie.ts';
import { admit } from '../../identity/admit.ts';
import { GOOGLE } from '../../identity/settings.ts';
import { startTestApi, type Answer, type TestApi } from '../../testing/api.ts';
import { makeAccount, type Account } from './account.ts';
import { allow, letApiAsk, nameOf, settled, type Rule } from './rbac.ts';

/** So long the api may go by an answer of the API server. */
const REMEMBERED_MS = 5_000;

/** Somebody with a session. */
export interface SignedIn {
  readonly userId: string;
  /** One's headers, for what is no `call`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    workspace?: string,
  ) => Promise<Answer>;
}

export interface PeopleWorld {
  readonly api: TestApi;
  readonly cluster: TestCluster;
  /** The namespaces that are workspaces. */
  readonly teams: { readonly one: string; readonly two: string };
  /** A namespace that is none. */
  readonly foreign: string;
  /** Where the objects of personal workspaces are. */
  readonly users: string;
  readonly signIn: (email: string, groups?: readonly string[]) => Promise<SignedIn>;
  /** Somebody who has a personal workspace, as everybody gets one at the first sign-in. */
  readonly signInWithOwn: (email: string) => Promise<SignedIn & { readonly own: string }>;
  /**
   * Replaces what a person or group may do in a namespace; when it is done the API server knows, and
   * what the api remembers of before has run out.
   */
  readonly allow: (namespace: string, subject: string, rules: readonly Rule[]) => Promise<void>;
  /** Takes it all away, likewise. */
  readonly forbid: (namespace: string, subject: string) => Promise<void>;
}

/** One for all tests of a `describe`. */
export function usePeopleWorld(): () => PeopleWorld {
  const cluster = useClusterWithCrds();
  let made: PeopleWorld;
  let account: Account;
  let kube: Transport;
  let admin: Transport;

  before(async function () {
    this.timeout(60_000);
    const [one = '', two = '', foreign = '', users = ''] = ['one', 'two', 'foreign', 'users'].map(
      (name) => `duckmon-${name}-${randomBytes(4).toString('hex')}`,
    );
    for (const name of [one, two, foreign, users])
      await cluster().kubectl(['create', 'namespace', name]);
    account = await makeAccount(cluster(), one);
    await letApiAsk(cluster(), one, [two, users]);
    const connection = await loadConnection(account.kubeconfig, systemClock);
    kube = createTransport({ connection, clock: systemClock, userAgent: 'duckmon-test' });
    admin = transportOf(cluster());
    let skipped = 0;
    const env = {
      OBJECTS: 'cluster',
      WORKSPACE_NAMESPACES: `${one},${two}`,
      USERS_NAMESPACE: users,
    };
    const monotonic = () => performance.now() + skipped;
    const api = await startTestApi(env, { kube, monotonic, workspace: one });
    made = {
      api,
      cluster: cluster(),
      teams: { one, two },
      foreign,
      users,
      signInWithOwn: async (email) => {
        const identity = { issuer: GOOGLE, subject: email, email, displayName: email };
        const pool = api.db.pool('mon_api');
        const user = await admit(
          { pool, clock: { ...systemClock, now: () => api.time.now }, newId },
          identity,
        );
        const memberships = await withUser(pool, user.id, (tx) => listOwnWorkspaces(tx, user.id));
        return { ...(await signIn(api, email, [])), own: memberships[0]?.id ?? '' };
      },
      signIn: (email, groups = []) => signIn(api, email, groups),
      allow: async (namespace, subject, rules) => {
        await allow(cluster(), namespace, subject, rules);
        await settled(admin, namespace, subject, rules);
        skipped += REMEMBERED_MS;
      },
      forbid: async (namespace, subject) => {
        await cluster().kubectl(['delete', 'rolebinding', nameOf(subject), '-n', namespace]);
        await settled(admin, namespace, subject, []);
        skipped += REMEMBERED_MS;
      },
    };
  });

  after(async () => {
    await made.api.stop();
    kube.close();
    admin.close();
    account.remove();
    const { teams, foreign, users } = made;
    const asking = `duckmon-api-${teams.one}`;
    await cluster().kubectl(['delete', 'clusterrole,clusterrolebinding', asking]);
    await cluster().kubectl(['delete', 'ns', teams.one, teams.two, foreign, users, '--wait=false']);
  });

  return () => made;
}

/** A session as the way by the provider begins it. */
export async function signIn(
  api: TestApi,
  email: string,
  groupClaims: readonly string[],
): Promise<SignedIn> {
  const now = api.time.now;
  const identity = { issuer: GOOGLE, subject: email, email, displayName: email };
  const id = newSecret();
  const userId = await withTransaction(api.db.pool('mon_api'), async (tx) => {
    const user = await signInUser(tx, identity, { now, newId });
    await keepClaims(tx, user.id, { emailClaim: email, groupClaims });
    const session = {
      idHash: hashSecret(id),
      userId: user.id,
      csrfHash: hashSecret(csrfToken(id)),
      createdAt: now,
      expiresAt: new Date(now.getTime() + 12 * 3_600_000),
      userAgent: null,
    };
    await createSession(tx, session, user.tokenEpoch);
    return user.id;
  });
  const headers = { cookie: `mon_sid=${id}`, 'x-csrf-token': csrfToken(id) };
  return {
    userId,
    headers,
    call: (method, path, body, workspace) =>
      api.call(method, `/api/v1${path}`, {
        headers: { ...headers, ...(workspace === undefined ? {} : { 'x-workspace': workspace }) },
        ...(body === undefined ? {} : { body }),
      }),
  };
}
