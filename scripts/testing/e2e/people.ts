/** People as a sign-in provider would have brought them, and what their browsers and programs hold. */
import { askThrough, type Front } from './front.ts';
import { podOf, runIn } from './pods.ts';
import { TEAM, type System } from './system.ts';

/** What one browser or program shows at each request. */
export interface Holder {
  /** Address of the person. */
  readonly who: string;
  readonly kind: 'session' | 'token' | 'access';
  readonly headers: Readonly<Record<string, string>>;
}

interface Session {
  readonly who: string;
  readonly id: string;
  readonly csrf: string;
}

/** Keeps people and begins sessions as the way back from the provider does. */
const SIGN_IN = `
const [count, ...people] = process.argv.slice(1);
const at = (file) => import('/app/services/' + file);
const files = ['store/pool.ts', 'store/identity.ts', 'store/sessions.ts', 'store/workspaces/people.ts',
  'api/cookie.ts', 'api/identity/settings.ts', 'core/ids.ts'];
Promise.all(files.map(at)).then((found) => {
  const { withClient, signInUser, createSession, keepClaims, newSecret, hashSecret, csrfToken, GOOGLE, newId } =
    Object.assign({}, ...found);
  return withClient(process.env.DATABASE_URL, 'e2e', async (client) => {
    const now = new Date(), expiresAt = new Date(now.getTime() + 3600000), sessions = [];
    for (const who of people) {
      const identity = { issuer: GOOGLE, subject: who, email: who, displayName: who };
      const user = await signInUser(client, identity, { now, newId });
      await keepClaims(client, user.id, { emailClaim: who, groupClaims: [] });
      for (let nth = 0; nth < Number(count); nth += 1) {
        const id = newSecret(), csrf = csrfToken(id);
        await createSession(client, { idHash: hashSecret(id), userId: user.id, csrfHash: hashSecret(csrf),
          createdAt: now, expiresAt, userAgent: null }, user.tokenEpoch);
        sessions.push({ who, id, csrf });
      }
    }
    console.log(JSON.stringify(sessions));
  });
});
`;

/** What makes somebody a viewer of the team's workspace, by the rights of Kubernetes. */
const viewers = (people: readonly string[]): object[] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'viewers', namespace: TEAM },
    rules: [
      {
        apiGroups: ['mon.duckerhub.com'],
        resources: ['monitorjobs', 'notificationchannels'],
        verbs: ['get', 'list'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'viewers', namespace: TEAM },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'viewers' },
    subjects: people.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })),
  },
];

/** Signs people in as viewers of the team; each gets so many sessions, API tokens and access tokens. */
export async function signIn(
  system: System,
  front: Front,
  people: readonly string[],
  each: number,
): Promise<Holder[]> {
  await system.apply(...viewers(people));
  const said = await runIn(system, await podOf(system, 'api'), SIGN_IN, String(each), ...people);
  const sessions = JSON.parse(said) as Session[];
  const held = await Promise.all(sessions.map((session) => holdersOf(front, session)));
  return held.flat();
}

/** A session, and the tokens that a person makes in it. */
async function holdersOf(front: Front, { who, id, csrf }: Session): Promise<Holder[]> {
  const session = { cookie: `__Host-mon_sid=${id}`, 'x-csrf-token': csrf, 'x-workspace': TEAM };
  const wish = { name: 'e2e', scope: 'read' };
  const { secret } = await made<{ secret: string }>(front, '/api/v1/tokens', session, wish);
  const token = { authorization: `Bearer ${secret}` };
  return [
    { who, kind: 'session', headers: session },
    { who, kind: 'token', headers: token },
    { who, kind: 'access', headers: await accessOf(front, token) },
  ];
}

/** An access token of an API token. */
export async function accessOf(front: Front, token: Holder['headers']): Promise<Holder['headers']> {
  const path = '/api/v1/access-tokens';
  const { accessToken } = await made<{ accessToken: string }>(front, path, token, {});
  return { authorization: `Bearer ${accessToken}` };
}

async function made<T>(
  front: Front,
  path: string,
  headers: Holder['headers'],
  body: object,
): Promise<T> {
  const { status, text } = await askThrough(front, { method: 'POST', path, headers, body });
  if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}
