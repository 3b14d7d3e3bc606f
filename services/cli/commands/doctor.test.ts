import assert from 'node:assert/strict';
import { failure } from '../testing/api.ts';
import { useFixture } from '../testing/fixture.ts';
import type { Examination } from './settings.ts';
import { examineKeys, examineMail, examineModel, examineSignIn } from './settings.ts';

const KEY = 'q8Qm1zT5dC0yJr7Xw2Vb9Ls4Hk6Pn3Fg';

describe('duckmon doctor', () => {
  const world = useFixture();
  /** Services answer; outside addresses do not, unless a test says so. */
  const network =
    (answering: (url: URL) => boolean): typeof fetch =>
    async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin === world.api.url) return fetch(input, init);
      if (answering(url)) return new Response('{}');
      throw new TypeError('fetch failed');
    };
  const local = network(({ hostname }) => hostname === '127.0.0.1');
  beforeEach(() => {
    world.api.script['GET /readyz'] = { body: { status: 'ready' } };
    world.api.script['GET /api/v1/me'] = { body: { workspace: 'w', scope: 'admin' } };
  });
  const examine = async (more: Parameters<typeof world.cli>[1] = {}): Promise<Examination[]> => {
    const { out } = await world.cli(['doctor', '-o', 'json'], { fetch: local, ...more });
    return (JSON.parse(out) as { items: Examination[] }).items;
  };
  const about = async (
    topic: string,
    more?: Parameters<typeof world.cli>[1],
  ): Promise<Examination[]> => (await examine(more)).filter((it) => it.topic === topic);

  it('ends with 0 when nothing is wrong', async () => {
    const { code, out } = await world.cli(['doctor'], { fetch: local });
    assert.equal(code, 0);
    assert.match(out, /Nothing is wrong\.\n$/);
  });
  it('ends with 1 and marks what is wrong', async () => {
    const { code, out } = await world.cli(['doctor'], {
      fetch: local,
      env: { JWT_SECRET: 'short' },
    });
    assert.equal(code, 1);
    assert.match(
      out,
      /^BAD {3}JWT_SECRET: has fewer than 32 characters; run duckmon generate-keys$/m,
    );
  });
  it('says the next step when the api does not answer, and looks no further', async () => {
    const found = await examine({
      fetch: network(() => false),
      env: { DUCKMON_API: 'http://127.0.0.1:1' },
    });
    const api = found.find(({ topic }) => topic === 'api');
    assert.equal(api?.result, 'bad');
    assert.match(api?.text ?? '', /^Service not responding: .*\.\/scripts\/up/);
    assert.equal(
      found.some(({ topic }) => topic === 'browser'),
      false,
    );
  });
  it('says what the api waits for', async () => {
    world.api.script['GET /readyz'] = {
      status: 503,
      body: { problems: { postgres: 'Database connection failed' } },
    };
    assert.deepEqual(
      (await about('api')).map(({ result, text }) => [
        result,
        /postgres: Database connection failed/.test(text),
      ]),
      [['bad', true]],
    );
  });
  it('says that a token is refused', async () => {
    world.api.script['GET /api/v1/me'] = failure(401, 'Sign in');
    assert.deepEqual(
      (await about('token')).map(({ result }) => result),
      ['bad'],
    );
  });
  it('says which service does not answer', async () => {
    const noBrowser = network(({ port }) => port !== '8001');
    assert.match(
      (await about('browser', { fetch: noBrowser }))[0]?.text ?? '',
      /^Service not responding: http:\/\/127\.0\.0\.1:8001/,
    );
  });
  it('looks at the port that the environment names', async () => {
    const moved = network(({ port }) => port === '9001');
    const [browser] = await about('browser', { fetch: moved, env: { BROWSER_PORT: '9001' } });
    assert.equal(browser?.result, 'ok');
  });
  it('finds an internal service that other machines can reach', async () => {
    const open = network(
      ({ hostname, port }) =>
        hostname === '127.0.0.1' || (hostname === '192.0.2.7' && port === '8003'),
    );
    const [exposure] = await about('exposure', {
      fetch: open,
      outsideAddresses: () => ['192.0.2.7', '2001:db8::1'],
    });
    assert.equal(exposure?.result, 'bad');
    assert.match(exposure?.text ?? '', /notification on 192\.0\.2\.7:8003/);
  });
  it('does not mind that dashboard and api are reachable', async () => {
    const open = network(
      ({ hostname, port }) => hostname === '127.0.0.1' || ['3000', '8000'].includes(port),
    );
    const [exposure] = await about('exposure', {
      fetch: open,
      outsideAddresses: () => ['192.0.2.7'],
    });
    assert.equal(exposure?.result, 'ok');
  });
  it('finds a secret file that others may read', async () => {
    world.write('.duckmon/admin-token', 't', 0o644);
    world.write('.env', 'A=1\n', 0o600);
    assert.deepEqual(
      (await about('files')).map(({ result, text }) => [result, text]),
      [
        ['ok', '.env is readable by you alone'],
        ['bad', '.duckmon/admin-token may be read by others; run: chmod 600 .duckmon/admin-token'],
      ],
    );
  });
  it('reads .env, and the environment before it', async () => {
    world.write('.env', `JWT_SECRET=short\nOPENAI_API_KEY=${KEY}\n`, 0o600);
    assert.equal((await about('model'))[0]?.result, 'ok');
    assert.equal((await about('JWT_SECRET'))[0]?.result, 'bad');
    assert.equal((await about('JWT_SECRET', { env: { JWT_SECRET: KEY } }))[0]?.result, 'ok');
  });
  it('takes HOSTNAME from .env only, since shells set it to the name of the machine', async () => {
    world.write(
      '.env',
      'GOOGLE_CLIENT_ID=a\nGOOGLE_CLIENT_SECRET=b\nSIGN_IN_ALLOW=*\nHOSTNAME=mon.example.org\n',
      0o600,
    );
    const [signIn] = await about('sign-in', { env: { HOSTNAME: 'laptop' } });
    assert.match(signIn?.text ?? '', /https:\/\/mon\.example\.org\//);
  });
  it('never prints a secret', async () => {
    world.write(
      '.env',
      `JWT_SECRET=hunter2\nOPENAI_API_KEY=hunter2\nSENDGRID_API_KEY=hunter2\nINTERNAL_API_KEY=hunter2\n`,
      0o600,
    );
    const { out, err } = await world.cli(['doctor'], { fetch: local });
    assert.doesNotMatch(out + err, /hunter2/);
  });
  it('says where the data folder is', async () => {
    world.write('.duckmon/version', '1\n');
    assert.deepEqual(
      (await about('data')).map(({ text }) => text),
      ['.duckmon, layout 1'],
    );
  });
});

describe('the examination of settings', () => {
  const results = (found: Examination[]): string[] =>
    found.map(({ topic, result }) => `${topic} ${result}`);

  it('is content without keys, which duckmon makes itself', () => {
    assert.deepEqual(results(examineKeys({})), ['JWT_SECRET ok', 'INTERNAL_API_KEY ok']);
  });
  for (const value of [
    'your_secure_jwt_secret_32_chars_long',
    'change-me-change-me-change-me-change-me',
    'a'.repeat(40),
    'secretsecretsecretsecretsecretsecret',
  ])
    it(`finds the example ${value.slice(0, 12)}…`, () => {
      assert.equal(examineKeys({ JWT_SECRET: value })[0]?.result, 'bad');
    });
  it('finds two keys that are the same', () => {
    const found = examineKeys({ JWT_SECRET: KEY, INTERNAL_API_KEY: KEY });
    assert.deepEqual(results(found).at(-1), 'keys bad');
  });
  for (const [why, settings, result] of [
    ['a key', { OPENAI_API_KEY: KEY }, 'ok'],
    [
      'an own server and a key',
      { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      'ok',
    ],
    ['an own server alone', { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'note'],
    ['an example key', { OPENAI_API_KEY: 'your_openai_api_key' }, 'bad'],
    ['nothing', {}, 'note'],
  ] as const)
    it(`calls ${why} for a model ${result}`, () => {
      assert.equal(examineModel(settings).result, result);
    });
  for (const [why, settings, result] of [
    ['nothing', {}, 'note'],
    ['an id without its secret', { GOOGLE_CLIENT_ID: 'a' }, 'bad'],
    ['a secret without its id', { GOOGLE_CLIENT_SECRET: 'a' }, 'bad'],
    ['both without those who may', { GOOGLE_CLIENT_ID: 'a', GOOGLE_CLIENT_SECRET: 'b' }, 'bad'],
    [
      'both, and who may sign in,',
      { GOOGLE_CLIENT_ID: 'a', GOOGLE_CLIENT_SECRET: 'b', SIGN_IN_ALLOW: 'example.org' },
      'ok',
    ],
    [
      'a secret in a file',
      { GOOGLE_CLIENT_ID: 'a', GOOGLE_CLIENT_SECRET_FILE: '/s', SIGN_IN_ALLOW: '*' },
      'ok',
    ],
  ] as const)
    it(`calls ${why} for sign-in ${result}`, () => {
      assert.equal(examineSignIn(settings).result, result);
    });
  for (const [why, settings, result] of [
    ['nothing', {}, 'note'],
    [
      'a key that is none of SendGrid',
      { SENDGRID_API_KEY: 'x', NOTIFICATION_EMAIL: 'a@b.example' },
      'bad',
    ],
    ['no sender', { SENDGRID_API_KEY: 'SG.x' }, 'bad'],
    ['a sender that is no address', { SMTP_HOST: 'h', NOTIFICATION_EMAIL: 'duckmon' }, 'bad'],
    ['a server and a sender', { SMTP_HOST: 'h', NOTIFICATION_EMAIL: 'a@b.example' }, 'ok'],
  ] as const)
    it(`calls ${why} for mail ${result}`, () => {
      assert.equal(examineMail(settings).result, result);
    });
});
