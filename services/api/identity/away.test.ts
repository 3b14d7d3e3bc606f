import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../core/clock.ts';
import { fakeClock } from '../../core/testing/clock.ts';
import { startProvider } from '../../core/testing/identity/provider.ts';
import { PUBLIC_URL, startSignIn, type SignInWorld } from '../testing/signIn.ts';
import { parseAllowList } from './allow.ts';
import { createBreaker } from './breaker.ts';
import { flowOf } from './flow.ts';
import { createProvider } from './provider.ts';
import { SignInError } from './reasons.ts';

describe('a provider that is away', () => {
  let world: SignInWorld;

  beforeEach(async () => {
    world = await startSignIn();
  });

  afterEach(() => world.stop());

  it('A25 is nothing to those who are signed in', async () => {
    const person = world.person();
    await world.signIn(person);
    world.provider.knobs.network = 'down';
    assert.equal((await person.open(`${PUBLIC_URL}/api/v1/me`)).status, 200);
  });

  it('A25 is said at the beginning of a sign-in', async () => {
    world.provider.knobs.network = 'down';
    const seen = await world.person().open(`${PUBLIC_URL}/api/v1/auth/start`);
    assert.deepEqual(
      [seen.status, seen.headers.get('refresh')],
      [503, '0; url=/sign-in?problem=down'],
    );
    assert.deepEqual(seen.headers.getSetCookie(), []);
  });

  for (const [what, knob] of [
    ['closes its connections', { network: 'down' }],
    ['answers with 503', { statusAt: () => 503 }],
    ['has no keys', { statusAt: (path: string) => (path === '/jwks' ? 503 : 0) }],
  ] as const)
    it(`A25 sends people to the page that says so when it ${what} at the end`, async () => {
      const person = world.person();
      const callback = await world.toCallback(person);
      Object.assign(world.provider.knobs, knob);
      const seen = await person.open(callback);
      assert.deepEqual(
        [seen.status, seen.headers.get('refresh'), await world.sessions()],
        [503, '0; url=/sign-in?problem=down', 0],
      );
      assert.ok(Number(seen.headers.get('retry-after')) > 0);
    });
});

describe('a provider that does not answer', () => {
  it('A25 is given up in time, and nothing is left waiting', async () => {
    const fake = await startProvider('http://127.0.0.1/callback');
    try {
      fake.knobs.network = 'slow';
      const settings = {
        name: 'fake',
        issuer: new URL(fake.issuer),
        clientId: fake.clientId,
        clientSecret: fake.clientSecret,
        redirectUri: 'http://127.0.0.1/callback',
        allow: parseAllowList(['*']),
      };
      const provider = createProvider(settings, {
        clock: systemClock,
        fetch: (url, options) => fetch(url, options as RequestInit),
        timeoutMs: 50,
      });
      const isDown = { reason: 'provider_down' };
      for (let time = 0; time < 5; time += 1)
        await assert.rejects(provider.authorizationUrl(flowOf('x')), isDown);
      assert.equal(fake.seen.length, 3);
      while (fake.waiting() > 0) await nextTurn();
    } finally {
      await fake.stop();
    }
  });
});

describe('a breaker', () => {
  const options = { after: 3, openMs: 15_000, most: 2 };
  const down = () => Promise.reject(new SignInError('provider_down'));
  const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: SignInError) => error.reason,
    );

  it('A25 refuses without asking after some failures, and asks again later', async () => {
    const clock = fakeClock();
    const breaker = createBreaker(clock, options);
    let asked = 0;
    const ask = () => breaker(() => ((asked += 1), down()));
    for (let time = 0; time < 5; time += 1) assert.equal(await reasonOf(ask()), 'provider_down');
    assert.equal(asked, 3);
    clock.advance(15_000);
    await reasonOf(ask());
    assert.equal(asked, 4);
    await reasonOf(ask());
    assert.equal(asked, 4);
    clock.advance(15_000);
    assert.equal(await reasonOf(breaker(async () => 1)), 'done');
    await reasonOf(ask());
    await reasonOf(ask());
    assert.equal(asked, 6);
  });

  it('A25 lets only so many wait', async () => {
    const breaker = createBreaker(fakeClock(), options);
    const gate = Promise.withResolvers<void>();
    const waiting = [breaker(() => gate.promise), breaker(() => gate.promise)];
    assert.equal(await reasonOf(breaker(async () => 1)), 'provider_down');
    gate.resolve();
    await Promise.all(waiting);
    assert.equal(await reasonOf(breaker(async () => 1)), 'done');
  });

  it('does not take the mistake of a person for an outage', async () => {
    const breaker = createBreaker(fakeClock(), options);
    for (let time = 0; time < 5; time += 1)
      await reasonOf(breaker(() => Promise.reject(new SignInError('code_rejected'))));
    assert.equal(await reasonOf(breaker(async () => 1)), 'done');
  });
});
