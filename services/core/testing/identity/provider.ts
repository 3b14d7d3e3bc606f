/** A real OpenID provider on loopback, each of whose failures can be switched on. */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Provider, type Context } from 'oidc-provider';
import Memory from 'oidc-provider/lib/adapters/memory_adapter.js';
import { encodeToken, claimsIn, type Header } from './token.ts';

/** What goes wrong, or goes differently; each test sets its own. */
export interface Knobs {
  /** Claims of the person; `undefined` takes one away. */
  person: Record<string, unknown>;
  /** Changes the claims of the ID token before it is signed again. */
  claims: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** The header that the ID token is signed under. */
  header: Header;
  /** The key that the ID token is signed with; the provider's own by default. */
  signWith: 'own' | 'unknown' | 'publicKeyAsSecret';
  /** The person says no. */
  cancels: boolean;
  /** `down` closes connections; `slow` never answers. */
  network: 'up' | 'down' | 'slow';
  /** The status of the answer at a path, such as 503; 0 for its own. */
  statusAt: (path: string) => number;
}

/** A request as the provider saw it. */
export interface Seen {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: URLSearchParams;
}

export interface FakeProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly knobs: Knobs;
  readonly seen: Seen[];
  /** Signs with a new key from now on, and publishes that alone. */
  rotate(): void;
  /** Back to a provider that works. */
  reset(): void;
  /** The ID token that was answered last. */
  lastIdToken(): string;
  /** Requests that wait for an answer that will not come. */
  waiting(): number;
  stop(): Promise<void>;
}

export const PERSON = {
  sub: 'person-1',
  email: 'ann@corp.example',
  email_verified: true,
  hd: 'corp.example',
  name: 'Ann',
} as const;

const sound = (): Knobs => ({
  person: { ...PERSON },
  claims: (claims) => claims,
  header: { alg: 'RS256' },
  signWith: 'own',
  cancels: false,
  network: 'up',
  statusAt: () => 0,
});

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid: randomUUID(), privateKey, publicKey };
}

const jwk = (key: KeyObject, kid: string): object => ({
  ...key.export({ format: 'jwk' }),
  kid,
  alg: 'RS256',
  use: 'sig',
});

/** @param redirectUri the only one that the client may use. */
export async function startProvider(redirectUri: string): Promise<FakeProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { clientId: 'duckmon-test', clientSecret: randomUUID() };
  const state = { key: newKey(), idToken: '' };
  const knobs = sound();
  const seen: Seen[] = [];
  const held = new Set<ServerResponse>();
  const provider = createOp(issuer, redirectUri, client, state.key, knobs);
  const stranger = newKey();
  provider.use(async (context, next) => {
    await next();
    const route = context.oidc?.route;
    if (route === 'jwks') context.body = { keys: [jwk(state.key.publicKey, state.key.kid)] };
    if (route !== 'token') return;
    note(seen, context);
    const body = context.body as { id_token?: string };
    if (body.id_token === undefined) return;
    state.idToken = sign(body.id_token, knobs, state.key, stranger);
    context.body = { ...body, id_token: state.idToken };
  });
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '', issuer);
    // The body of that one is known only later.
    if (pathname !== '/token') noteRequest(seen, request, issuer);
    const status = knobs.statusAt(pathname);
    if (knobs.network === 'down') request.socket.destroy();
    else if (knobs.network === 'slow') hold(held, response);
    else if (status > 0) response.writeHead(status).end('broken');
    else answer(request, response);
  });
  return {
    issuer,
    ...client,
    knobs,
    seen,
    rotate: () => {
      state.key = newKey();
    },
    reset: () => {
      Object.assign(knobs, sound());
      seen.length = 0;
    },
    lastIdToken: () => state.idToken,
    waiting: () => held.size,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function hold(held: Set<ServerResponse>, response: ServerResponse): void {
  held.add(response);
  response.once('close', () => held.delete(response));
}

function noteRequest(seen: Seen[], { url = '' }: IncomingMessage, issuer: string): void {
  const { pathname, searchParams } = new URL(url, issuer);
  seen.push({ path: pathname, query: searchParams, body: new URLSearchParams() });
}

function note(seen: Seen[], { path, oidc }: Context): void {
  seen.push({ path, query: new URLSearchParams(), body: new URLSearchParams(oidc?.body ?? {}) });
}

function createOp(
  issuer: string,
  redirectUri: string,
  client: { readonly clientId: string; readonly clientSecret: string },
  key: SigningKey,
  knobs: Knobs,
): Provider {
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [jwk(key.privateKey, key.kid)] },
    cookies: { keys: ['only a test'] },
    pkce: { required: () => false },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], profile: ['name'] },
    adapter: (name: string) => new Memory(name),
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    interactions: { url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: Context, id: string) => ({
      accountId: id,
      claims: () => ({ ...knobs.person, sub: id }),
    }),
    loadExistingGrant: async ({ oidc }: Context) => {
      const accountId = oidc?.session?.accountId ?? '';
      const grant = new provider.Grant({ accountId, clientId: client.clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    context.respond = false;
    const login = { accountId: String(knobs.person['sub']) };
    await provider.interactionFinished(
      context.req,
      context.res,
      knobs.cancels ? { error: 'access_denied' } : { login },
    );
  });
  return provider;
}

function sign(token: string, knobs: Knobs, own: SigningKey, stranger: SigningKey): string {
  const claims = knobs.claims(claimsIn(token));
  const header = { kid: own.kid, ...knobs.header };
  switch (knobs.signWith) {
    case 'own':
      return encodeToken(header, claims, own.privateKey);
    case 'unknown':
      return encodeToken(header, claims, stranger.privateKey);
    case 'publicKeyAsSecret':
      return encodeToken(header, claims, own.publicKey);
    default:
      return knobs.signWith satisfies never;
  }
}
