/** The dashboard of an installation in which people can be invited. */
import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../api/testing/api.ts';
import { startPages, type Pages } from './pages.ts';

/** Nobody signs in by its provider; without one nobody can be invited. */
export async function startInvitingPages(): Promise<{
  readonly api: TestApi;
  readonly pages: Pages;
}> {
  const started = Promise.withResolvers<TestApi>();
  const pages = await startPages(async (PUBLIC_URL) => {
    const provider = {
      OIDC_ISSUER: 'https://id.example',
      GOOGLE_CLIENT_ID: 'of-the-test',
      GOOGLE_CLIENT_SECRET: 'of-the-test',
      SIGN_IN_ALLOW: '*',
    };
    const providerFetch = () => assert.fail('The provider was asked.');
    const api = await startTestApi({ PUBLIC_URL, ...provider }, { providerFetch });
    started.resolve(api);
    return api;
  });
  return { pages, api: await started.promise };
}
