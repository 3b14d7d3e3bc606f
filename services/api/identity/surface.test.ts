import assert from 'node:assert/strict';
import { startTestApi } from '../testing/api.ts';
import { startSignIn, type SignInWorld } from '../testing/signIn.ts';

describe('the log of refused sign-ins', () => {
  it('H2 has one line an event, whatever stands in the request', async () => {
    const world = await startSignIn();
    try {
      const evil = '%0d%0a%1b%5b31m%22%7d%7b%22level%22%3a%22fake';
      const before = world.api.lines.length;
      await world.api.call('GET', `/api/v1/auth/callback?state=${evil}&error=${evil}`, {
        headers: { 'user-agent': '"}{"x":"y', cookie: 'mon_login="}{' },
      });
      const lines = world.api.lines.slice(before);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^\{[\x20-\x7e]*\}\n$/);
      assert.equal((JSON.parse(lines[0] ?? '') as { event: string }).event, 'auth.refused');
    } finally {
      await world.stop();
    }
  });
});

describe('sign-in where the public address is https', () => {
  const publicUrl = 'https://mon.example.org';
  let world: SignInWorld;

  before(async () => {
    world = await startSignIn(publicUrl);
  });

  after(() => world.stop());

  it('A5 sets only cookies of this host alone, for https alone, that no script can read', async () => {
    const person = world.person();
    await world.signIn(person);
    const { text } = await person.open(`${publicUrl}/api/v1/openapi.json`);
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
    const places = Object.keys(paths).filter(
      (path) => 'get' in (paths[path] ?? {}) && !path.endsWith('/events'),
    );
    for (const path of places) await person.open(publicUrl + path.replaceAll(/[{}]/g, ''));
    const ours = person.setCookies.filter((line) => line.includes('mon_'));
    assert.deepEqual([...new Set(ours.map((line) => line.replace(/=[^;]*/, '=')))].toSorted(), [
      '__Host-mon_login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
      '__Host-mon_login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure',
      '__Host-mon_sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure',
    ]);
    // All others are the provider's.
    assert.equal(person.cookies(publicUrl).size, 2);
    assert.ok(ours.every((line) => line.length <= 4096));
    assert.ok(places.length > 15);
  });
});

describe('an api without a provider', () => {
  it('says so, and has no way to one', async () => {
    const api = await startTestApi();
    try {
      const { text } = await api.call('GET', '/api/v1/sign-in');
      const ways = { link: true, linkCommand: './scripts/up', provider: null };
      assert.deepEqual(JSON.parse(text), ways);
      assert.equal((await api.call('GET', '/api/v1/auth/start')).status, 404);
      assert.equal((await api.call('GET', '/api/v1/auth/callback?code=x')).status, 404);
    } finally {
      await api.stop();
    }
  });
});
