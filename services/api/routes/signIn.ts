/** Signing in by an OpenID provider: how it can be done, the way there, and the way back. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { PLATFORM_WORKSPACE, withTransaction, withWorkspace } from '../../store/workspace.ts';
import { keepClaims } from '../../store/workspaces/people.ts';
import { providerClaimsOf } from '../cluster/person.ts';
import type { ApiDeps } from '../deps.ts';
import { admit } from '../identity/admit.ts';
import { personOf } from '../identity/claims.ts';
import type { SignIn } from '../identity/open.ts';
import { answerTo, nextStepOf, SignInError } from '../identity/reasons.ts';
import { placeAfter } from '../identity/returnTo.ts';
import { beginSession } from '../identity/session.ts';
import { CALLBACK_PATH } from '../identity/settings.ts';
import { noteRefusal } from '../authEvents.ts';
import { defineRoute, type Route } from '../route.ts';
import { linkCommand, takesLinks } from './session.ts';

const tag = 'session';
const START_PATH = '/api/v1/auth/start';

export const providerRoutes = (deps: ApiDeps): Route[] => [ways(deps), start(deps), callback(deps)];

const ways = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/sign-in',
    policy: 'public',
    tag,
    summary: 'How one can sign in here',
    answer: z.strictObject({
      /** By the one-time link of local mode or of `kubectl monitor sign-in`. */
      link: z.boolean(),
      /** What prints such a link; null when none is taken. */
      linkCommand: z.string().nullable(),
      /** By a provider: its name, and the address to open. */
      provider: z.strictObject({ name: z.string(), url: z.string() }).nullable(),
    }),
    handle: async () => ({
      body: {
        link: takesLinks(deps.config),
        linkCommand: takesLinks(deps.config) ? linkCommand(deps.config) : null,
        provider: deps.signIn
          ? // Absolute: the cookies of the sign-in belong to the host that the provider sends back to.
            { name: deps.signIn.name, url: new URL(START_PATH, deps.config.PUBLIC_URL).href }
          : null,
      },
    }),
  });

const start = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: START_PATH,
    policy: 'public',
    tag,
    limit: 'signIn',
    summary: 'Sends a person to the sign-in provider',
    status: 303,
    query: z.strictObject({ returnTo: z.string().max(2_000).optional() }),
    handle: async ({ request, response }) => {
      await explained(deps, request, response, async () => {
        response.setHeader('cache-control', 'no-store');
        await providerOf(deps).begin(request, response);
      });
      return undefined;
    },
  });

const callback = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: CALLBACK_PATH,
    policy: 'public',
    tag,
    limit: 'signIn',
    summary: 'Where the sign-in provider sends a person back to',
    status: 303,
    // Providers add parameters of their own.
    query: z.looseObject({}),
    handle: async ({ request, response }) => {
      await explained(deps, request, response, async () => {
        const { claims, returnTo } = await providerOf(deps).finish(request, response);
        const person = personOf(claims, providerOf(deps).allow, deps.clock.now());
        if (person.kind === 'refused') throw new SignInError(person.reason);
        const user = await admit(deps, person.identity);
        await withTransaction(deps.pool, (tx) =>
          keepClaims(tx, user.id, providerClaimsOf(claims, deps.config)),
        );
        response.append('set-cookie', await beginSession(deps, request, user, 'provider'));
        response.setHeader('cache-control', 'no-store');
        response.redirect(303, placeAfter(deps.config.PUBLIC_URL, returnTo));
      });
      return undefined;
    },
  });

function providerOf({ signIn }: ApiDeps): SignIn {
  if (signIn) return signIn;
  throw new HttpError('not_found', 'No sign-in provider is configured here');
}

/**
 * Notes why somebody was refused, for the operator, and sends the browser on to the page that says
 * it to the person.
 */
async function explained(
  deps: ApiDeps,
  request: Request,
  response: Response,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    await note(deps, request, error);
    const { code, page, message } = answerTo(error.reason);
    response.setHeader('refresh', `0; url=/sign-in?problem=${page}`);
    const extra = code === 'unavailable' ? { retryAfterSeconds: 15 } : {};
    throw new HttpError(code, message, { ...extra, cause: error });
  }
}

async function note(deps: ApiDeps, request: Request, error: SignInError): Promise<void> {
  const { reason, cause } = error;
  const next = nextStepOf(reason);
  noteRefusal(deps, request, {
    reason,
    message: `Google OAuth failed: ${reason}${next === undefined ? '' : `; ${next}`}`,
    more: { next, why: whyOf(cause) },
  });
  await withWorkspace(deps.pool, PLATFORM_WORKSPACE, (tx) =>
    appendAudit(tx, PLATFORM_WORKSPACE, {
      at: deps.clock.now(),
      actor: 'anonymous',
      action: `login.${reason}`,
      subject: 'sign-in',
      detail: { ip: request.ip ?? '' },
    }),
  );
}

/** What the errors say, without what they carry: that may be a token. */
function whyOf(cause: unknown): string[] {
  const texts: string[] = [];
  for (let at = cause; at instanceof Error; at = at.cause) texts.push(at.message);
  return texts;
}
