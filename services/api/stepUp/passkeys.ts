/** Passkeys (WebAuthn): making one, and showing one. */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { HttpError } from '../../core/errors.ts';
import { findUser } from '../../store/identity.ts';
import {
  addPasskey,
  listPasskeys,
  notePasskeyUse,
  removePasskey,
  setChallenge,
  takeChallenge,
  type ChallengePurpose,
  type Passkey,
} from '../../store/secondFactorsPasskeys.ts';
import {
  CEREMONY_MS,
  checkMayEnrol,
  checkSteppedUp,
  dropCodesWithLast,
  onFactors,
  tell,
  welcome,
  type Changing,
  type FactorDeps,
} from './change.ts';
import { relyingPartyOf } from './relyingParty.ts';
import type { Asker } from './require.ts';
import { refuseFactor, stepUp, type SteppedUp } from './shown.ts';

/** EdDSA, ES256, RS256 (COSE): what Node checks without an experiment. */
const ALGORITHMS = [-8, -7, -257];

/** @throws HttpError `unprocessable` where no passkeys can be. */
function partyOf({ config }: FactorDeps) {
  const party = relyingPartyOf(config);
  if (party.kind === 'impossible') throw new HttpError('unprocessable', party.why);
  return party;
}

const keep = (
  { tx, session, now }: Changing,
  purpose: ChallengePurpose,
  challenge: string,
): Promise<void> =>
  setChallenge(tx, session, purpose, {
    challenge,
    expiresAt: new Date(now.getTime() + CEREMONY_MS),
  });

const named = ({ credentialId, transports }: Passkey) => ({
  id: credentialId,
  transports: [...transports],
});

/** What a browser makes a passkey with. @throws HttpError `step_up_required` */
export const beginEnrolment = (
  deps: FactorDeps,
  asker: Asker,
): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  onFactors(deps, asker, async (changing) => {
    checkMayEnrol(changing);
    const { tx, userId } = changing;
    const { id: rpID } = partyOf(deps);
    const user = await findUser(tx, userId);
    const options = await generateRegistrationOptions({
      rpName: 'duckmon',
      rpID,
      userID: Buffer.from(userId.replaceAll('-', ''), 'hex'),
      userName: user?.email ?? user?.displayName ?? userId,
      userDisplayName: user?.displayName ?? '',
      excludeCredentials: (await listPasskeys(tx, userId)).map(named),
      // Beside the sign-in: the key need not remember whose it is.
      authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
      timeout: CEREMONY_MS,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    await keep(changing, 'enrol', options.challenge);
    return options;
  });

/** @returns recovery codes with the first factor, else null. */
export async function finishEnrolment(
  deps: FactorDeps,
  asker: Asker,
  { name, response }: { readonly name: string; readonly response: RegistrationResponseJSON },
): Promise<string[] | null> {
  // The challenge is used up also by an answer that is wrong.
  const challenge = await onFactors(deps, asker, ({ tx, session, now }) =>
    takeChallenge(tx, session, 'enrol', now),
  );
  // An answer to no question is none, whatever it says it was asked.
  if (challenge === undefined) throw await refuseFactor(deps, asker, 'passkey', undefined);
  const party = partyOf(deps);
  const verified = await tried(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (verified.value?.verified !== true)
    throw await refuseFactor(deps, asker, 'passkey', verified.error);
  const { credential } = verified.value.registrationInfo;
  return onFactors(deps, asker, async (changing) => {
    checkMayEnrol(changing, CEREMONY_MS);
    const { tx, userId, now: createdAt } = changing;
    const added = await addPasskey(tx, userId, {
      id: deps.newId(),
      name,
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      createdAt,
    });
    if (!added) throw new HttpError('conflict', 'This passkey is in use already');
    return welcome(deps, changing, 'passkey.add', name);
  });
}

/** What a browser asks for a passkey with. @throws HttpError `not_found` without any */
export const beginStepUp = (
  deps: FactorDeps,
  asker: Asker,
): Promise<PublicKeyCredentialRequestOptionsJSON> =>
  onFactors(deps, asker, async (changing) => {
    const { id: rpID } = partyOf(deps);
    const passkeys = await listPasskeys(changing.tx, changing.userId);
    if (passkeys.length === 0) throw new HttpError('not_found', 'You have no passkey here');
    const options = await generateAuthenticationOptions({
      rpID,
      allowCredentials: passkeys.map(named),
      userVerification: 'required',
      timeout: CEREMONY_MS,
    });
    await keep(changing, 'step-up', options.challenge);
    return options;
  });

/** @throws HttpError `unprocessable` for one that does not hold. */
export async function finishStepUp(
  deps: FactorDeps,
  asker: Asker,
  response: AuthenticationResponseJSON,
): Promise<SteppedUp> {
  // In one transaction: a passkey that is removed meanwhile is no factor any more.
  const outcome = await onFactors(deps, asker, async (changing) => {
    const { tx, userId, session, now } = changing;
    const party = partyOf(deps);
    const expectedChallenge = await takeChallenge(tx, session, 'step-up', now);
    const own = await listPasskeys(tx, userId);
    const passkey = own.find(({ credentialId }) => credentialId === response.id);
    if (expectedChallenge === undefined || !passkey) return {};
    const { value, error } = await tried(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge,
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        credential: {
          id: passkey.credentialId,
          publicKey: Uint8Array.from(passkey.publicKey),
          counter: passkey.counter,
        },
      }),
    );
    if (value?.verified !== true) return { error };
    await notePasskeyUse(tx, userId, passkey.id, value.authenticationInfo.newCounter, now);
    return { steppedUp: await stepUp(changing, 'passkey') };
  });
  if (!outcome.steppedUp) throw await refuseFactor(deps, asker, 'passkey', outcome.error);
  return outcome.steppedUp;
}

/** @throws HttpError `step_up_required`, `not_found` */
export const forgetPasskey = (deps: FactorDeps, asker: Asker, id: string): Promise<void> =>
  onFactors(deps, asker, async (changing) => {
    checkSteppedUp(changing);
    const name = await removePasskey(changing.tx, changing.userId, id);
    if (name === undefined) throw new HttpError('not_found', 'There is no such passkey.');
    await dropCodesWithLast(changing);
    await tell(deps, changing, 'passkey.remove', name);
  });

/** The library throws for most of what can be wrong. */
async function tried<T>(
  verify: () => Promise<T>,
): Promise<{ readonly value?: T; readonly error?: unknown }> {
  try {
    return { value: await verify() };
  } catch (error) {
    return { error };
  }
}
