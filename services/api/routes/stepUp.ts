/** Second factors of the person who asks: which there are, adding and removing, and showing one. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { listFactorChanges } from '../../store/secondFactors.ts';
import { listPasskeys } from '../../store/secondFactorsPasskeys.ts';
import { findApp } from '../../store/secondFactorsTotp.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { lookAtFactors, type Changing } from '../stepUp/change.ts';
import {
  beginApp,
  confirmApp,
  forgetApp,
  renewRecoveryCodes,
  stepUpByApp,
  stepUpByRecoveryCode,
} from '../stepUp/codes.ts';
import {
  beginEnrolment,
  beginStepUp,
  finishEnrolment,
  finishStepUp,
  forgetPasskey,
} from '../stepUp/passkeys.ts';
import { isSteppedUp, mayEnrol, STEP_UP_MS } from '../stepUp/policy.ts';
import { relyingPartyOf } from '../stepUp/relyingParty.ts';
import { resetFactors } from '../stepUp/reset.ts';
import { identified, maybeTime, object, present, time } from './schemas.ts';

const policy = 'read';
const tag = 'session';
const base = '/api/v1/second-factors';
const nothing = z.strictObject({}).optional();
/** Of the person, in no workspace. */
const own = { policy, tag, anywhere: true } as const;
/** Not to be tried endlessly. */
const tried = { ...own, limit: 'costly' } as const;

export const stepUpRoutes = (deps: ApiDeps): Route[] => [
  overview(deps),
  ...passkeyRoutes(deps),
  ...appRoutes(deps),
  ...recoveryRoutes(deps),
  reset(deps),
];

const passkey = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: time,
  lastUsedAt: maybeTime,
});
const change = z.strictObject({ id: z.string(), at: time, action: z.string(), name: z.string() });
const SHOWN_CHANGES = 10;

const factors = z.strictObject({
  /** Until when this session may do what needs a second factor. */
  steppedUpUntil: maybeTime,
  /** Whether this session may add one now. */
  mayEnrol: z.boolean(),
  passkeys: z.array(passkey),
  /** Why there can be no passkeys here. */
  passkeysImpossible: z.string().nullable(),
  app: z.strictObject({ confirmedAt: maybeTime, lastUsedAt: maybeTime }).nullable(),
  recoveryCodesLeft: z.number().int(),
  /** The last ones, the newest first. */
  changes: z.array(change),
});

const overview = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'get',
    path: base,
    summary: 'The own second factors, and what was changed lately',
    answer: factors,
    handle: async (asker) => ({
      body: await lookAtFactors(deps, asker, (changing) => describe(deps, changing)),
    }),
  });

async function describe(
  { config }: ApiDeps,
  { tx, state, now, userId }: Changing,
): Promise<z.infer<typeof factors>> {
  const app = await findApp(tx, userId);
  const party = relyingPartyOf(config);
  const until = (state.steppedUpAt?.getTime() ?? 0) + STEP_UP_MS;
  return {
    steppedUpUntil: isSteppedUp(state, now) ? new Date(until).toISOString() : null,
    mayEnrol: mayEnrol(state, now),
    passkeys: (await listPasskeys(tx, userId)).map((each) => present(passkey, each)),
    passkeysImpossible: party.kind === 'impossible' ? party.why : null,
    app: app?.confirmedAt
      ? {
          confirmedAt: app.confirmedAt.toISOString(),
          lastUsedAt: app.lastUsedAt?.toISOString() ?? null,
        }
      : null,
    recoveryCodesLeft: state.codesLeft,
    changes: (await listFactorChanges(tx, userId, SHOWN_CHANGES)).map((each) =>
      present(change, each),
    ),
  };
}

/** With the first factor: shown this once. */
const added = z.strictObject({ recoveryCodes: z.array(z.string()).nullable() });
const until = z.strictObject({ until: time });
const shown = async (work: Promise<{ readonly until: Date }>) => ({
  body: present(until, await work),
});

/** What browsers send (WebAuthn, RegistrationResponseJSON and AuthenticationResponseJSON). */
const credential = z.looseObject({
  id: z.string().min(1).max(2_000),
  rawId: z.string().min(1).max(2_000),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

const passkeyRoutes = (deps: ApiDeps): Route[] => [
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/passkeys/options`,
    summary: 'What a browser makes a passkey with (WebAuthn)',
    body: nothing,
    answer: object,
    handle: async (asker) => ({ body: { ...(await beginEnrolment(deps, asker)) } }),
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/passkeys`,
    summary: 'Adds the passkey that the browser made',
    status: 201,
    body: z.strictObject({ name: z.string().trim().min(1).max(100), response: credential }),
    answer: added,
    handle: async (asker) => {
      const { name } = asker.body;
      const response = asker.body.response as unknown as RegistrationResponseJSON;
      return { body: { recoveryCodes: await finishEnrolment(deps, asker, { name, response }) } };
    },
  }),
  defineRoute({
    ...own,
    method: 'delete',
    path: `${base}/passkeys/:id`,
    summary: 'Removes a passkey',
    status: 204,
    params: identified,
    handle: async (asker) => {
      await forgetPasskey(deps, asker, asker.params.id);
      return { body: undefined };
    },
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: '/api/v1/step-up/passkey/options',
    summary: 'What a browser asks for a passkey with (WebAuthn)',
    body: nothing,
    answer: object,
    handle: async (asker) => ({ body: { ...(await beginStepUp(deps, asker)) } }),
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: '/api/v1/step-up/passkey',
    summary: 'Steps up with the passkey that the browser has asked for',
    body: z.strictObject({ response: credential }),
    answer: until,
    handle: (asker) =>
      shown(
        finishStepUp(deps, asker, asker.body.response as unknown as AuthenticationResponseJSON),
      ),
  }),
];

const code = z
  .string()
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'must be the six digits of the authenticator app'));
const typed = z.strictObject({ code });

const appRoutes = (deps: ApiDeps): Route[] => [
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/totp`,
    summary: 'A secret for an authenticator app, which counts once a code of it was shown',
    status: 201,
    body: nothing,
    answer: z.strictObject({ secret: z.string(), uri: z.string() }),
    handle: async (asker) => ({ body: { ...(await beginApp(deps, asker)) } }),
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/totp/confirm`,
    summary: 'Adds the authenticator app by a code of it',
    body: typed,
    answer: added,
    handle: async (asker) => ({
      body: { recoveryCodes: await confirmApp(deps, asker, asker.body.code) },
    }),
  }),
  defineRoute({
    ...own,
    method: 'delete',
    path: `${base}/totp`,
    summary: 'Removes the authenticator app',
    status: 204,
    handle: async (asker) => {
      await forgetApp(deps, asker);
      return { body: undefined };
    },
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: '/api/v1/step-up/totp',
    summary: 'Steps up with a code of the authenticator app',
    body: typed,
    answer: until,
    handle: (asker) => shown(stepUpByApp(deps, asker, asker.body.code)),
  }),
];

const recoveryRoutes = (deps: ApiDeps): Route[] => [
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/recovery-codes`,
    summary: 'Ten new recovery codes in place of all others, shown this once',
    status: 201,
    body: nothing,
    answer: z.strictObject({ recoveryCodes: z.array(z.string()) }),
    handle: async (asker) => ({ body: { recoveryCodes: await renewRecoveryCodes(deps, asker) } }),
  }),
  defineRoute({
    ...tried,
    method: 'post',
    path: '/api/v1/step-up/recovery',
    summary: 'Steps up with a recovery code, which is used up',
    body: z.strictObject({ code: z.string().min(1).max(100) }),
    answer: until,
    handle: (asker) => shown(stepUpByRecoveryCode(deps, asker, asker.body.code)),
  }),
];

const reset = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/v1/admin/users/:id/second-factors',
    policy: 'platform',
    tag: 'administration',
    summary: 'Removes all second factors of somebody who has lost them, and ends their sessions',
    status: 204,
    params: identified,
    handle: async (asker) => {
      await resetFactors(deps, asker, asker.params.id);
      return { body: undefined };
    },
  });
