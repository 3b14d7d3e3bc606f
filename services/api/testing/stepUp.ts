/** People with second factors at a real api, for tests: a scripted scheduler that seals and checks. */
import { generateSync } from 'otplib';
import { APP_CHECK_PATH, APP_SEAL_PATH } from '../../core/contracts/scheduler.ts';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { createAuthenticators } from '../../scheduler/secrets/authenticators.ts';
import type { Answer, TestApi } from './api.ts';

/** A browser that is signed in. */
export interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}

/**
 * Lets the scripted scheduler do what the real one does with authenticator apps.
 * @param ring its data keys
 */
export function giveAuthenticators(
  { answers, time }: TestApi,
  ring: Keyring = { keys: [newKeyEntry(new Date())] },
): void {
  const apps = createAuthenticators(() => ring, { now: () => time.now });
  answers.set(APP_SEAL_PATH, (body) => {
    const { user, secret } = body as { user: string; secret: string };
    const { content, dataKeyId } = apps.seal(user, secret);
    return { content: content.toString('base64'), dataKeyId };
  });
  answers.set(APP_CHECK_PATH, (body) => {
    const { user, content, dataKeyId, code } = body as Record<string, string>;
    const sealed = { content: Buffer.from(content ?? '', 'base64'), dataKeyId: dataKeyId ?? '' };
    const step = apps.stepOf(user ?? '', sealed, code ?? '') ?? null;
    const again = apps.reseal(user ?? '', sealed);
    const resealed = again && { ...again, content: again.content.toString('base64') };
    return { step, ...(resealed && { resealed }) };
  });
}

/** The browser of a session cookie. */
export async function browserOf(api: TestApi, cookie: string): Promise<Browser> {
  const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
  return { cookie, csrf: me.json.csrfToken };
}

/** Calls the api as a browser does. */
export const as = (
  api: TestApi,
  { cookie, csrf }: Browser,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> =>
  api.call(method, `/api/v1${path}`, {
    headers: { cookie, 'x-csrf-token': csrf },
    ...(body === undefined ? {} : { body }),
  });

/** What an app shows at a time of the api; `steps` of 30 s later. */
export const codeOf = ({ time }: TestApi, secret: string, steps = 0): string =>
  generateSync({ secret, epoch: Math.floor(time.now.getTime() / 1000) + 30 * steps });

/** A code that is right at no time near now. */
export function wrongCode(api: TestApi, secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(api, secret, steps));
  const codes = ['000000', '111111', '222222', '333333', '444444', '555555'];
  return codes.find((code) => !near.includes(code)) ?? '';
}

export interface Enrolled {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** Adds an authenticator app, as its owner would. */
export async function enrolApp(api: TestApi, browser: Browser): Promise<Enrolled> {
  const begun = JSON.parse((await as(api, browser, 'POST', '/second-factors/totp', {})).text) as {
    secret: string;
  };
  const code = codeOf(api, begun.secret);
  const done = await as(api, browser, 'POST', '/second-factors/totp/confirm', { code });
  const { recoveryCodes } = JSON.parse(done.text) as { recoveryCodes: string[] };
  return { secret: begun.secret, recoveryCodes };
}
