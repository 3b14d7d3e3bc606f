/** Passkeys of the person who asks: making, removing, and showing one. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  beginEnrolment,
  beginStepUp,
  finishEnrolment,
  finishStepUp,
  forgetPasskey,
} from '../stepUp/passkeys.ts';
import { added, base, nothing, own, shown, tried, until } from './factorShapes.ts';
import { identified, object } from './schemas.ts';

/** What browsers send (WebAuthn, RegistrationResponseJSON and AuthenticationResponseJSON). */
const credential = z.looseObject({
  id: z.string().min(1).max(2_000),
  rawId: z.string().min(1).max(2_000),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

export const passkeyRoutes = (deps: ApiDeps): Route[] => [
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
