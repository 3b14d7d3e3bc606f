import assert from 'node:assert/strict';
import { ask, forAll } from './testing/ask.ts';
import { rows } from './testing/routes.ts';
import { startWorld, type World } from './testing/world.ts';

/** What costs money or mail, or can be guessed: limited more than requests in general. */
const LIMITED = [
  'DELETE /account',
  'DELETE /workspaces/current',
  'GET /account/export',
  'GET /admin/audit/export',
  'GET /admin/users/export',
  'GET /auth/callback',
  'GET /auth/start',
  'GET /feed.json',
  'GET /feed.xml',
  'GET /manifests',
  'GET /workspaces/current/export',
  'POST /backtest',
  'POST /channels/{name}/recipients/resend',
  'POST /channels/{name}/test',
  'POST /checks/{id}/rejudge',
  'POST /feeds',
  'POST /imports',
  'POST /invitations',
  'POST /invitations/accept',
  'POST /invitations/look',
  'POST /invitations/{id}/resend',
  'POST /preview',
  'POST /second-factors/passkeys',
  'POST /second-factors/passkeys/options',
  'POST /second-factors/recovery-codes',
  'POST /second-factors/totp',
  'POST /second-factors/totp/confirm',
  'POST /sign-in',
  'POST /step-up/passkey',
  'POST /step-up/passkey/options',
  'POST /step-up/recovery',
  'POST /step-up/totp',
  'POST /workspaces',
];

describe('routes that are limited', function () {
  this.timeout(20_000);
  let world: World;

  before(async () => {
    world = await startWorld({ COSTLY_RATE_LIMIT: '1', SIGN_IN_RATE_LIMIT: '1' });
  });

  after(() => world.stop());

  it('E11 are exactly these, each with the time to wait, before anything is done', async () => {
    const { api } = world;
    const headers = await world.session('root');
    await ask(api.url, 'POST /preview', { headers });
    await ask(api.url, 'POST /sign-in', { headers: {} });
    await ask(api.url, 'GET /feed.json', { headers: {} });
    const sent = api.sent.length;
    const answers = await forAll(rows, async ([route]) => {
      const { status, headers: got } = await ask(api.url, route, {
        headers: route === 'POST /access-tokens' ? {} : await world.session('root'),
      });
      return status === 429 && Number(got.get('retry-after')) > 0 ? [route] : [];
    });
    assert.deepEqual(answers.flat().toSorted(), LIMITED);
    assert.deepEqual(
      api.sent
        .slice(sent)
        .filter(([, path]) => /preview|backtest|rejudge|channels|authenticators/.test(path)),
      [],
    );
  });
});
