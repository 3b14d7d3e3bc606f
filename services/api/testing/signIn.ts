/** An api whose people sign in at a fake provider. */
import { newPerson, type Person, type Visit } from '../../core/testing/identity/person.ts';
import { startProvider, type FakeProvider } from '../../core/testing/identity/provider.ts';
import { CALLBACK_PATH } from '../identity/settings.ts';
import { startTestApi, type TestApi } from './api.ts';

export const PUBLIC_URL = 'http://127.0.0.1:3000';
export const CALLBACK = PUBLIC_URL + CALLBACK_PATH;

export interface SignInWorld {
  readonly api: TestApi;
  readonly provider: FakeProvider;
  /** A browser that knows nothing yet. */
  person(): Person;
  /** Signs in as far as the address of the callback, with which the provider sends the person back. */
  toCallback(person: Person, returnTo?: string): Promise<string>;
  /** The whole way. */
  signIn(person: Person, returnTo?: string): Promise<Visit>;
  /** Sessions, and audit rows of the installation, newest last. */
  sessions(): Promise<number>;
  audited(): Promise<string[]>;
  stop(): Promise<void>;
}

/** @param publicUrl what people type; nobody listens there. */
export async function startSignIn(publicUrl = PUBLIC_URL): Promise<SignInWorld> {
  const provider = await startProvider(publicUrl + CALLBACK_PATH);
  const start = `${publicUrl}/api/v1/auth/start`;
  const api = await startTestApi(
    {
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: provider.issuer,
      GOOGLE_CLIENT_ID: provider.clientId,
      GOOGLE_CLIENT_SECRET: provider.clientSecret,
      SIGN_IN_ALLOW: 'corp.example',
    },
    { providerFetch: (url, options) => fetch(url, options as RequestInit) },
  );
  // The provider has the time of the machine.
  api.time.now = new Date();
  const reach = (url: URL): URL =>
    url.origin === publicUrl ? new URL(url.pathname + url.search, api.url) : url;
  const toCallback = (person: Person, returnTo?: string): Promise<string> =>
    person.follow(
      returnTo === undefined ? start : `${start}?returnTo=${encodeURIComponent(returnTo)}`,
      (url) => url.startsWith(publicUrl + CALLBACK_PATH),
    );
  const backup = api.db.pool('mon_backup');
  return {
    api,
    provider,
    person: () => newPerson(reach),
    toCallback,
    signIn: async (person, returnTo) => person.open(await toCallback(person, returnTo)),
    sessions: async () => (await backup.query('SELECT 1 FROM sessions')).rowCount ?? 0,
    audited: async () => {
      const { rows } = await backup.query<{ action: string }>(
        "SELECT action FROM audit WHERE workspace_id = '_platform' ORDER BY seq",
      );
      return rows.map(({ action }) => action);
    },
    stop: async () => {
      await api.stop();
      await provider.stop();
    },
  };
}
