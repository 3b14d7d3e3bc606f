/** Second factors of the person who asks: which there are, adding and removing, and showing one. */
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
import { isSteppedUp, mayEnrol, STEP_UP_MS } from '../stepUp/policy.ts';
import { relyingPartyOf } from '../stepUp/relyingParty.ts';
import { resetFactors } from '../stepUp/reset.ts';
import { added, base, nothing, own, shown, tried, until } from './factorShapes.ts';
import { passkeyRoutes } from './passkeys.ts';
import { identified, maybeTime, present, time } from './schemas.ts';

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
