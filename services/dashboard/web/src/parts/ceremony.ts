/** Passkeys by the browser, with what goes wrong in words for a person. */
import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { ApiError, call } from '../api.ts';
import { t } from '../texts/texts.ts';

type Making = Parameters<typeof startRegistration>[0]['optionsJSON'];
type Asking = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** @throws ApiError */
export async function makePasskey() {
  const optionsJSON = await call<Making>('POST', '/second-factors/passkeys/options', {});
  return inWords(() => startRegistration({ optionsJSON }));
}

/** @throws ApiError */
export async function askPasskey() {
  const optionsJSON = await call<Asking>('POST', '/step-up/passkey/options', {});
  return inWords(() => startAuthentication({ optionsJSON }));
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ApiError(0, wordsOf(error instanceof Error ? error.name : ''));
  }
}

function wordsOf(name: string): string {
  switch (name) {
    case 'InvalidStateError':
      return t('signIn.passkey.already');
    case 'NotAllowedError':
      return t('signIn.passkey.none');
    default:
      return t('signIn.passkey.impossible');
  }
}
