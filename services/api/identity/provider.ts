/** The OpenID provider: authorization code with PKCE, state and nonce, by openid-client. */
import * as oidc from 'openid-client';
import type { Clock } from '../../core/clock.ts';
import { within } from '../../core/within.ts';
import { createBreaker } from './breaker.ts';
import { CLOCK_TOLERANCE_S, type Claims } from './claims.ts';
import type { Flow } from './flow.ts';
import { SignInError, reasonOf } from './reasons.ts';
import { GOOGLE, isLoopback, type ProviderSettings } from './settings.ts';

export interface Provider {
  readonly name: string;
  /** Where the person signs in. @throws SignInError */
  authorizationUrl(flow: Flow): Promise<URL>;
  /**
   * Changes the code of a callback for an ID token and verifies that.
   * @param callback the redirect URI with the parameters that came.
   * @throws SignInError
   */
  claimsOf(callback: URL, flow: Flow): Promise<Claims>;
}

export interface ProviderDeps {
  readonly clock: Clock;
  /** Goes through the egress proxy. */
  readonly fetch: oidc.CustomFetch;
  /** For all requests of one step of a sign-in; 8 s when absent. */
  readonly timeoutMs?: number;
}

/** How long what the provider says of itself is kept; its keys are read for each sign-in. */
const METADATA_MS = 10 * 60_000;
const TIMEOUT_MS = 8_000;
const SCOPE = 'openid email profile';
/** Never `none`, and no HMAC: its key would be the client secret or, confused, a public key. */
const SIGNED = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;

export function createProvider(settings: ProviderSettings, deps: ProviderDeps): Provider {
  const breaker = createBreaker(deps.clock, { after: 3, openMs: 15_000, most: 32 });
  const metadata = createMetadata(settings, deps);
  const step = <T>(work: (config: oidc.Configuration) => Promise<T> | T): Promise<T> =>
    breaker(async () => {
      const time = within(deps.timeoutMs ?? TIMEOUT_MS);
      const fetch = bounded(deps.fetch, time.signal);
      try {
        return await work(configure(settings, deps.clock, await metadata(fetch), fetch));
      } catch (error) {
        throw new SignInError(time.isOver() ? 'provider_down' : reasonOf(error), error);
      } finally {
        time.end();
      }
    });
  return {
    name: settings.name,
    authorizationUrl: (flow) =>
      step(async (config) =>
        oidc.buildAuthorizationUrl(config, await authorizationParameters(settings, flow)),
      ),
    claimsOf: (callback, flow) =>
      step(async (config) => {
        const checks = {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.verifier,
          idTokenExpected: true,
        };
        const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
        return tokens.claims() ?? {};
      }),
  };
}

async function authorizationParameters(
  { redirectUri, issuer }: ProviderSettings,
  flow: Flow,
): Promise<Record<string, string>> {
  return {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
    code_challenge_method: 'S256',
    // People have several accounts there, and Google takes the last one without asking.
    ...(issuer.origin === GOOGLE ? { prompt: 'select_account' } : {}),
  };
}

/** A new one for each step: it keeps keys, and those of the provider may have been turned. */
function configure(
  { clientId, clientSecret, issuer }: ProviderSettings,
  clock: Clock,
  server: oidc.ServerMetadata,
  fetch: oidc.CustomFetch,
): oidc.Configuration {
  const usesPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
  const client = {
    client_secret: clientSecret,
    [oidc.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1000),
    [oidc.clockTolerance]: CLOCK_TOLERANCE_S,
  };
  const authentication = usesPost
    ? oidc.ClientSecretPost(clientSecret)
    : oidc.ClientSecretBasic(clientSecret);
  const config = new oidc.Configuration(server, clientId, client, authentication);
  config[oidc.customFetch] = fetch;
  // The step has a time of its own.
  config.timeout = 0;
  oidc.enableNonRepudiationChecks(config);
  if (isLoopback(issuer.hostname)) oidc.allowInsecureRequests(config);
  return config;
}

/** What the provider says of itself, kept for a while. */
function createMetadata(
  { issuer, clientId }: ProviderSettings,
  { clock }: ProviderDeps,
): (fetch: oidc.CustomFetch) => Promise<oidc.ServerMetadata> {
  let known: { readonly at: number; readonly server: oidc.ServerMetadata } | undefined;
  return async (fetch) => {
    if (known && clock.monotonic() - known.at < METADATA_MS) return known.server;
    const found = await oidc.discovery(issuer, clientId, undefined, undefined, {
      [oidc.customFetch]: fetch,
      timeout: 0,
      execute: isLoopback(issuer.hostname) ? [oidc.allowInsecureRequests] : [],
    });
    const server = onlySigned(found.serverMetadata());
    known = { at: clock.monotonic(), server };
    return server;
  };
}

const onlySigned = (server: oidc.ServerMetadata): oidc.ServerMetadata => ({
  ...server,
  id_token_signing_alg_values_supported: (
    server.id_token_signing_alg_values_supported ?? ['RS256']
  ).filter((alg) => SIGNED.test(alg)),
});

const bounded =
  (fetch: oidc.CustomFetch, signal: AbortSignal): oidc.CustomFetch =>
  (url, options) =>
    fetch(url, { ...options, signal });
