/** The passport strategy: begins a sign-in, and ends it when the person comes back. */
import passport, { type Actions, type Strategy } from 'passport';
import type { Request, Response } from 'express';
import { createOneTimeToken, useOneTimeToken } from '../../store/tokens.ts';
import { withTokenHash } from '../../store/workspace.ts';
import { hashSecret, loginCookie, newSecret, readLogin } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { sameText } from '../../core/internal/signature.ts';
import type { Claims } from './claims.ts';
import { FLOW_MS, flowOf } from './flow.ts';
import type { Provider } from './provider.ts';
import { SignInError } from './reasons.ts';
import { CALLBACK_PATH } from './settings.ts';

/** What the provider says of a person, and where that person wanted to go. */
export interface SignedIn {
  readonly claims: Claims;
  readonly returnTo: string | null;
}

type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'config'>;

export interface SignInByProvider {
  /** Sends the person to the provider; the answer is written then. @throws SignInError */
  begin(request: Request, response: Response): Promise<void>;
  /** @throws SignInError */
  finish(request: Request, response: Response): Promise<SignedIn>;
}

export function createSignIn(deps: Deps, provider: Provider): SignInByProvider {
  const authenticator = new passport.Passport();
  authenticator.use(strategy('begin', (request) => begin(deps, provider, request)));
  authenticator.use(strategy('finish', (request) => finish(deps, provider, request)));
  const run = (name: string, request: Request, response: Response): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const done = (error: unknown, user?: object | false): void =>
        error ? reject(asError(error)) : resolve(user);
      authenticator.authenticate(name, { session: false }, done)(request, response, done);
      // A redirect is written by passport itself.
      if (name === 'begin') response.once('close', () => done(undefined));
    });
  return {
    begin: async (request, response) => {
      await run('begin', request, response);
    },
    finish: (request, response) => run('finish', request, response) as Promise<SignedIn>,
  };
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

type Outcome =
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'success'; readonly user: SignedIn };

const strategy = (name: string, work: (request: Request) => Promise<Outcome>): Strategy => ({
  name,
  authenticate(request) {
    void report(this, work(request));
  },
});

async function report(actions: Actions, work: Promise<Outcome>): Promise<void> {
  try {
    const outcome = await work;
    if (outcome.kind === 'redirect') actions.redirect(outcome.to, 303);
    else actions.success(outcome.user);
  } catch (error) {
    actions.error(error);
  }
}

/** The secret of a sign-in is in the cookie alone; the database knows its hash, and only for a while. */
async function begin(deps: Deps, provider: Provider, request: Request): Promise<Outcome> {
  const secret = newSecret();
  const to = await provider.authorizationUrl(flowOf(secret));
  const hash = hashSecret(secret);
  const createdAt = deps.clock.now();
  const { returnTo } = request.query;
  const subject = typeof returnTo === 'string' ? returnTo : null;
  await withTokenHash(deps.pool, hash, (tx) =>
    createOneTimeToken(
      tx,
      hash,
      { purpose: 'login', workspace: null, userId: null, subject },
      { createdAt, expiresAt: new Date(createdAt.getTime() + FLOW_MS) },
    ),
  );
  request.res?.append('set-cookie', loginCookie(deps.config.PUBLIC_URL, secret, FLOW_MS / 1000));
  return { kind: 'redirect', to: to.href };
}

async function finish(deps: Deps, provider: Provider, request: Request): Promise<Outcome> {
  const secret = readLogin(deps.config.PUBLIC_URL, request.get('cookie'));
  const callback = new URL(CALLBACK_PATH, deps.config.PUBLIC_URL);
  callback.search = new URL(request.originalUrl, callback).search;
  const [state = '', ...more] = callback.searchParams.getAll('state');
  // A sign-in that somebody else began does not use up the one of this browser.
  if (secret === undefined || more.length > 0 || !sameText(flowOf(secret).state, state))
    throw new SignInError('state_invalid');
  request.res?.append('set-cookie', loginCookie(deps.config.PUBLIC_URL, '', 0));
  const hash = hashSecret(secret);
  const used = await withTokenHash(deps.pool, hash, (tx) =>
    useOneTimeToken(tx, hash, 'login', deps.clock.now()),
  );
  if (!used) throw new SignInError('state_invalid');
  const claims = await provider.claimsOf(callback, flowOf(secret));
  return { kind: 'success', user: { claims, returnTo: used.subject } };
}
