import assert from 'node:assert/strict';
import { request as openSocket } from 'node:http';
import { newKeyEntry, type KeyEntry } from '../../core/keyring.ts';
import { PERSON } from '../../core/testing/identity/provider.ts';
import { startTestApi, type Answer } from '../testing/api.ts';
import { PUBLIC_URL, startSignIn, type SignInWorld } from '../testing/signIn.ts';
import {
  as,
  browserOf,
  codeOf,
  enrolApp,
  giveAuthenticators,
  wrongCode,
  type Browser,
} from '../testing/stepUp.ts';

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly factors?: readonly string[];
}
interface Factors {
  readonly steppedUpUntil: string | null;
  readonly mayEnrol: boolean;
  readonly passkeys: readonly unknown[];
  readonly passkeysImpossible: string | null;
  readonly app: object | null;
  readonly recoveryCodesLeft: number;
  readonly changes: readonly { readonly action: string }[];
}

describe('a second factor', function () {
  this.timeout(60_000);
  let world: SignInWorld;
  let people = 0;

  before(async () => {
    world = await startSignIn();
    giveAuthenticators(world.api);
  });
  beforeEach(() => {
    people += 1;
    world.provider.knobs.person = { ...PERSON, sub: `person-${people}` };
  });
  after(() => world.stop());

  const later = (seconds: number): void => {
    world.api.time.now = new Date(world.api.time.now.getTime() + seconds * 1000);
  };
  /** Signs in by the provider, each time in a browser of its own. */
  const signIn = async (): Promise<Browser> => {
    const person = world.person();
    await world.signIn(person);
    const id = person.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    const browser = await browserOf(world.api, `mon_sid=${id}`);
    await world.api.db
      .pool('duckmon_owner')
      .query('UPDATE users SET platform_admin = true WHERE issuer = $1', [world.provider.issuer]);
    return browser;
  };
  const send = (browser: Browser, path: string, body: object = {}): Promise<Answer> =>
    as(world.api, browser, 'POST', path, body);
  const administer = (browser: Browser): Promise<Answer> => send(browser, '/admin/resume');
  const problemOf = ({ text }: Answer): Problem => (JSON.parse(text) as { error: Problem }).error;
  const factors = async (browser: Browser): Promise<Factors> =>
    JSON.parse((await as(world.api, browser, 'GET', '/second-factors')).text) as Factors;
  const byCode = (browser: Browser, code: string): Promise<Answer> =>
    send(browser, '/step-up/totp', { code });
  const isRefused = (answer: Answer): void =>
    assert.deepEqual([answer.status, problemOf(answer).code], [403, 'step_up_required']);

  it('A17 is asked for by what administers, also just after a sign-in by the provider', async () => {
    const { secret } = await enrolApp(world.api, await signIn());
    const browser = await signIn();
    const refused = await administer(browser);
    isRefused(refused);
    assert.deepEqual(problemOf(refused).factors, ['totp', 'recovery']);
    later(60);
    assert.equal((await byCode(browser, codeOf(world.api, secret))).status, 200);
    assert.equal((await administer(browser)).status, 200);
  });

  it('A17 counts for five minutes, and for no other session', async () => {
    const browser = await signIn();
    await enrolApp(world.api, browser);
    const other = await signIn();
    later(299);
    assert.equal((await administer(browser)).status, 200);
    isRefused(await administer(other));
    later(2);
    isRefused(await administer(browser));
  });

  it('A17 takes a code once, and none of an earlier step after it', async () => {
    const browser = await signIn();
    const { secret } = await enrolApp(world.api, browser);
    const used = codeOf(world.api, secret);
    assert.equal((await byCode(browser, used)).status, 422);
    later(30);
    const now = codeOf(world.api, secret);
    const answers = await Promise.all(Array.from({ length: 4 }, () => byCode(browser, now)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal((await byCode(browser, codeOf(world.api, secret, -1))).status, 422);
  });

  it('A17 takes no code of two steps away', async () => {
    const browser = await signIn();
    const { secret } = await enrolApp(world.api, browser);
    later(600);
    for (const steps of [-2, 2])
      assert.equal((await byCode(browser, codeOf(world.api, secret, steps))).status, 422);
    assert.equal((await byCode(browser, codeOf(world.api, secret, 1))).status, 200);
  });

  it('A17 is not guessed in one session, and its owner goes on in another', async () => {
    const owner = await signIn();
    const { secret } = await enrolApp(world.api, owner);
    const thief = await signIn();
    later(60);
    const checks = (): number => world.api.sent.filter(([, path]) => path.endsWith('check')).length;
    const before = checks();
    const wrong = wrongCode(world.api, secret);
    const answers = await Promise.all(Array.from({ length: 12 }, () => byCode(thief, wrong)));
    const counted = (status: number): number =>
      answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([counted(422), counted(403)], [5, 7]);
    assert.equal(checks() - before, 5);
    assert.equal((await byCode(thief, codeOf(world.api, secret))).status, 403);
    assert.equal((await byCode(owner, codeOf(world.api, secret))).status, 200);
  });

  it('A17 is guessed ten times in all sessions together, then waits ever longer', async () => {
    const { secret, recoveryCodes } = await enrolApp(world.api, await signIn());
    later(60);
    const guess = async (): Promise<Answer> => byCode(await signIn(), wrongCode(world.api, secret));
    for (let tries = 0; tries < 10; tries += 1) assert.equal((await guess()).status, 422);
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const refused = await guess();
      assert.equal(refused.status, 429);
      waits.push(Number(refused.headers.get('retry-after')));
      later(waits.at(-1) ?? 0);
      assert.equal((await guess()).status, 422);
    }
    assert.deepEqual(waits, [60, 120, 240]);
    const owner = await signIn();
    assert.equal((await byCode(owner, codeOf(world.api, secret))).status, 429);
    const code = recoveryCodes[0] ?? '';
    assert.equal((await send(owner, '/step-up/recovery', { code })).status, 200);
    assert.equal((await administer(owner)).status, 200);
  });

  it('A17 by a recovery code works once, however it is typed, and for its owner alone', async () => {
    const { recoveryCodes } = await enrolApp(world.api, await signIn());
    assert.equal(new Set(recoveryCodes).size, 10);
    const code = ` ${(recoveryCodes[3] ?? '').toUpperCase().replaceAll('-', ' ')} `;
    const browser = await signIn();
    world.provider.knobs.person = { ...PERSON, sub: 'somebody else' };
    const recover = (who: Browser): Promise<Answer> => send(who, '/step-up/recovery', { code });
    assert.equal((await recover(await signIn())).status, 422);
    const both = await Promise.all([recover(browser), recover(browser)]);
    assert.equal(both.filter(({ status }) => status === 200).length, 1);
    assert.equal((await administer(browser)).status, 200);
    assert.equal((await factors(browser)).recoveryCodesLeft, 9);
  });

  it('A17 is changed by nobody who has not shown one', async () => {
    await enrolApp(world.api, await signIn());
    const browser = await signIn();
    for (const [method, path] of [
      ['POST', '/second-factors/totp'],
      ['DELETE', '/second-factors/totp'],
      ['POST', '/second-factors/passkeys/options'],
      ['DELETE', '/second-factors/passkeys/019aa000-0000-7000-8000-000000000000'],
      ['POST', '/second-factors/recovery-codes'],
    ] as const)
      isRefused(await as(world.api, browser, method, path, method === 'POST' ? {} : undefined));
    const { app, recoveryCodesLeft } = await factors(browser);
    assert.ok(app);
    assert.equal(recoveryCodesLeft, 10);
  });

  it('A17 is added by nobody who finds an old session open', async () => {
    const browser = await signIn();
    later(301);
    assert.equal((await factors(browser)).mayEnrol, false);
    for (const path of ['passkeys/options', 'totp'])
      isRefused(await send(browser, `/second-factors/${path}`));
    assert.equal((await factors(await signIn())).mayEnrol, true);
  });

  it('A17 that was proposed in time is not confirmed once there is another', async () => {
    const thief = await signIn();
    const begun = await send(thief, '/second-factors/totp');
    const { secret } = JSON.parse(begun.text) as { secret: string };
    await enrolApp(world.api, await signIn());
    const code = codeOf(world.api, secret);
    isRefused(await send(thief, '/second-factors/totp/confirm', { code }));
    isRefused(await administer(thief));
  });

  it('A17 does nothing for tokens, whatever their scope', async () => {
    const { tokens } = world.api;
    const ask = (path: string, body: object): Promise<Answer> =>
      world.api.call('POST', `/api/v1${path}`, { token: tokens.admin, body });
    for (const [path, body] of [
      ['/admin/resume', {}],
      ['/step-up/totp', { code: '123456' }],
      ['/step-up/recovery', { code: 'x' }],
      ['/second-factors/totp', {}],
      ['/second-factors/recovery-codes', {}],
    ] as const) {
      const answer = await ask(path, body);
      assert.deepEqual([answer.status, problemOf(answer).code], [403, 'forbidden'], path);
    }
  });

  it('A17 is not gone around by a socket that asks to become another protocol', async () => {
    await enrolApp(world.api, await signIn());
    const { cookie, csrf } = await signIn();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const socket = openSocket(`${world.api.url}/api/v1/admin/resume`, {
        method: 'POST',
        headers: {
          cookie,
          'x-csrf-token': csrf,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        },
      });
      socket.once('upgrade', () => reject(new Error('it was upgraded')));
      socket.once('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      socket.once('error', reject);
      socket.end();
    });
    assert.equal(status, 403);
  });

  it('A17 A23 is not taken over by a second account of the same address at the provider', async () => {
    const person = world.person();
    await world.signIn(person);
    const id = person.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    const owner = await browserOf(world.api, `mon_sid=${id}`);
    await enrolApp(world.api, owner);
    world.provider.knobs.person = { ...PERSON, sub: 'swapped' };
    // At the provider somebody else; here still signed in.
    const other = world.person();
    other.cookies(PUBLIC_URL).set('mon_sid', id);
    await world.signIn(other);
    const after = other.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    assert.notEqual(after, id);
    const swapped = await browserOf(world.api, `mon_sid=${after}`);
    assert.deepEqual(
      [(await factors(swapped)).app, (await factors(swapped)).steppedUpUntil],
      [null, null],
    );
    assert.equal((await administer(swapped)).status, 403);
    assert.equal((await factors(await signIn())).app, null);
  });

  it('says to add one first to somebody who has none', async () => {
    const browser = await signIn();
    const { factors: none, message } = problemOf(await administer(browser));
    assert.deepEqual(none, []);
    assert.match(message, /^This needs a second factor: add a passkey/);
    later(301);
    assert.match(problemOf(await administer(browser)).message, /sign in again, and then add/);
  });

  it('is asked for by a new token that may administer, and by no lesser one', async () => {
    await enrolApp(world.api, await signIn());
    const browser = await signIn();
    const make = (scope: string): Promise<Answer> => send(browser, '/tokens', { name: 'x', scope });
    isRefused(await make('admin'));
    assert.equal((await make('write')).status, 201);
  });

  it('comes with recovery codes, which go with the last one', async () => {
    const browser = await signIn();
    const { recoveryCodes } = await enrolApp(world.api, browser);
    const renewed = await send(browser, '/second-factors/recovery-codes');
    const { recoveryCodes: others } = JSON.parse(renewed.text) as { recoveryCodes: string[] };
    assert.deepEqual(
      others.filter((code) => recoveryCodes.includes(code)),
      [],
    );
    const [code = ''] = recoveryCodes;
    assert.equal((await send(browser, '/step-up/recovery', { code })).status, 422);
    await as(world.api, browser, 'DELETE', '/second-factors/totp');
    const { app, recoveryCodesLeft } = await factors(browser);
    assert.deepEqual([app, recoveryCodesLeft], [null, 0]);
  });

  it('leaves each change in the audit, and tells the person', async () => {
    const browser = await signIn();
    const before = (await world.audited()).length;
    const { recoveryCodes } = await enrolApp(world.api, browser);
    const [code = ''] = recoveryCodes;
    await send(browser, '/step-up/recovery', { code });
    await as(world.api, browser, 'DELETE', '/second-factors/totp');
    const audited = (await world.audited()).slice(before);
    assert.deepEqual(audited, ['totp.add', 'step-up', 'recovery-code.use', 'totp.remove']);
    const { changes } = await factors(browser);
    assert.deepEqual(
      changes.map(({ action }) => action),
      ['totp.remove', 'recovery-code.use', 'totp.add'],
    );
    assert.deepEqual((await mailed()).slice(-3), ['totp.add', 'recovery-code.use', 'totp.remove']);
  });
  /** What mails were made of, the oldest first. */
  const mailed = async (): Promise<unknown[]> => {
    const { rows } = await world.api.db
      .pool('mon_backup')
      .query<{ action: unknown }>(
        "SELECT detail->>'action' AS action FROM account_mails a JOIN factor_changes f ON a.key = 'factor/' || f.id ORDER BY f.id",
      );
    return rows.map(({ action }) => action);
  };

  it('A17 is taken from somebody who has lost it by an administrator with one, and ends the sessions', async () => {
    const { secret } = await enrolApp(world.api, await signIn());
    const lost = await signIn();
    const me = await as(world.api, lost, 'GET', '/me');
    const { user } = JSON.parse(me.text) as { user: { id: string } };
    world.provider.knobs.person = { ...PERSON, sub: `administrator-${people}` };
    const reset = (browser: Browser): Promise<Answer> =>
      as(world.api, browser, 'DELETE', `/admin/users/${user.id}/second-factors`);
    const administrator = await signIn();
    isRefused(await reset(administrator));
    await enrolApp(world.api, administrator);
    assert.equal((await reset(administrator)).status, 204);
    assert.equal((await world.audited()).at(-1), 'factors.reset');
    assert.equal((await byCode(lost, codeOf(world.api, secret))).status, 401);
    world.provider.knobs.person = { ...PERSON, sub: `person-${people}` };
    const { app, recoveryCodesLeft, mayEnrol, changes } = await factors(await signIn());
    assert.deepEqual([app, recoveryCodesLeft, mayEnrol], [null, 0, true]);
    assert.equal(changes[0]?.action, 'factors.reset');
    assert.equal((await mailed()).at(-1), 'factors.reset');
  });

  it('E9 is shown nowhere again: no secret, no code', async () => {
    const browser = await signIn();
    const { secret, recoveryCodes } = await enrolApp(world.api, browser);
    const shown = JSON.stringify(await factors(browser)) + world.api.lines.join('\n');
    const kept = await world.api.db
      .pool('mon_backup')
      .query(
        "SELECT encode(sealed, 'escape') AS app, (SELECT json_agg(r) FROM recovery_codes r) AS codes FROM authenticator_apps",
      );
    const all = shown + JSON.stringify(kept.rows);
    for (const value of [secret, ...recoveryCodes]) assert.ok(!all.includes(value), value);
  });

  it('by passkey says why it cannot be at an address without a name', async () => {
    const browser = await signIn();
    const answer = await send(browser, '/second-factors/passkeys/options');
    assert.equal(answer.status, 422);
    assert.match(
      problemOf(answer).message,
      /reached by the address 127\.0\.0\.1 here\. Set PUBLIC_URL/,
    );
    assert.equal((await factors(browser)).passkeysImpossible, problemOf(answer).message);
  });

  it('G17 by an app lies under the new data key after its next code, and the one before may go', async () => {
    const { api } = world;
    const ring: { keys: KeyEntry[] } = { keys: [newKeyEntry(api.time.now)] };
    giveAuthenticators(api, ring);
    try {
      const browser = await signIn();
      const { secret } = await enrolApp(api, browser);
      const next = newKeyEntry(api.time.now);
      ring.keys = [next, ...ring.keys.map((key) => ({ ...key, state: 'previous' as const }))];
      later(60);
      assert.equal((await byCode(browser, codeOf(api, secret))).status, 200);
      ring.keys = [next];
      later(60);
      assert.equal((await byCode(browser, codeOf(api, secret))).status, 200);
    } finally {
      giveAuthenticators(api);
    }
  });

  it('is what a one-time link shows by itself, for five minutes', async () => {
    const { api } = world;
    const token = await api.oneTimeToken('sign-in', null);
    const answer = await api.call('POST', '/api/v1/sign-in', { body: { token } });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const browser = await browserOf(api, cookie);
    assert.ok((await factors(browser)).steppedUpUntil);
    later(301);
    assert.equal((await factors(browser)).steppedUpUntil, null);
  });
});

describe('a passkey that does not hold', function () {
  this.timeout(60_000);

  it('is refused, and the log says to the operator why', async () => {
    const api = await startTestApi({ PUBLIC_URL: 'http://localhost:3000' });
    try {
      const body = { token: await api.oneTimeToken('sign-in', null) };
      const signedIn = await api.call('POST', '/api/v1/sign-in', { body });
      const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const browser = await browserOf(api, cookie);
      const options = await as(api, browser, 'POST', '/second-factors/passkeys/options', {});
      const { challenge } = JSON.parse(options.text) as { challenge: string };
      const origin = `http://${'x'.repeat(2_000)}.example`;
      const said = JSON.stringify({ type: 'webauthn.create', challenge, origin });
      const clientDataJSON = Buffer.from(said).toString('base64url');
      const response = {
        id: 'eA',
        rawId: 'eA',
        type: 'public-key',
        response: { clientDataJSON, attestationObject: 'oA' },
        clientExtensionResults: {},
      };
      const add = { name: 'x', response };
      const answer = await as(api, browser, 'POST', '/second-factors/passkeys', add);
      assert.equal(answer.status, 422);
      const line = api.lines.find((text) => text.includes('factor_passkey')) ?? '';
      const { why } = JSON.parse(line) as { why: string };
      assert.match(why, /origin "http:\/\/x+/);
      assert.equal(why.length, 300, 'as little of what was sent as it takes');
    } finally {
      await api.stop();
    }
  });
});
