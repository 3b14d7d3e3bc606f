import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import path from 'node:path';
import { KEYS_PATH } from '../../services/core/contracts/keys.ts';
import { SERVICES } from '../../services/core/contracts/ports.ts';
import { KEY_HEADER } from '../../services/core/internal/signature.ts';
import { newPerson } from '../../services/core/testing/identity/person.ts';
import { startProvider, type FakeProvider } from '../../services/core/testing/identity/provider.ts';
import { freePorts } from '../../services/local/testing/installation.ts';
import { trust } from '../testing/certificate.ts';
import { listeningOf, shownOf, treeOf } from '../testing/host/processes.ts';
import { openHost, type Host, type Production } from '../testing/host/production.ts';
import { startNginx, type Nginx } from '../testing/nginx/server.ts';

const newKey = (): string => randomBytes(32).toString('base64');

describe('production on one host', function () {
  this.timeout(120_000);
  const keys = { JWT_SECRET: newKey(), INTERNAL_API_KEY: newKey() };
  let host: Host;
  let provider: FakeProvider;
  let nginx: Nginx;
  let running: Production;
  let publicUrl = '';
  let untrust = (): void => {};

  before(async () => {
    const [http = 0, https = 0] = await freePorts(2);
    publicUrl = `https://localhost:${https}`;
    host = await openHost();
    const { dashboard, api } = host.ports;
    nginx = await startNginx({ http, https, dashboard, api });
    untrust = trust(nginx.certificate);
    provider = await startProvider(`${publicUrl}/api/v1/auth/callback`);
    host.settings(settings());
    running = await host.start();
  });
  after(async () => {
    await running.stop();
    untrust();
    await Promise.all([nginx.stop(), provider.stop()]);
    host.close();
  });

  const settings = (): Record<string, string> => ({
    ...keys,
    PUBLIC_URL: publicUrl,
    OIDC_ISSUER: provider.issuer,
    GOOGLE_CLIENT_ID: provider.clientId,
    GOOGLE_CLIENT_SECRET: provider.clientSecret,
    SIGN_IN_ALLOW: 'corp.example',
  });
  const log = (): string => readFileSync(path.join(host.data, 'logs', 'duckmon.log'), 'utf8');

  /** Opens an address at nginx, from an address of this machine. */
  async function open(place: string, options: RequestOptions = {}): Promise<IncomingMessage> {
    const ca = nginx.certificate.cert;
    const sent = request(publicUrl + place, { agent: false, ca, family: 4, ...options }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  it('B11 opens nothing but loopback, by any of its processes', function () {
    if (process.platform !== 'linux') assert.fail('the kernel of Linux is asked');
    const found = listeningOf(treeOf(running.pid));
    for (const service of SERVICES)
      assert.ok(found.includes(`127.0.0.1:${host.ports[service]}`), `${service}: ${String(found)}`);
    // the services, and Postgres
    assert.equal(found.length, SERVICES.length + 1, String(found));
    assert.deepEqual(
      found.filter((address) => !address.startsWith('127.0.0.1:')),
      [],
    );
  });

  it('B14 shows no secret in the environment or the command line of a process', () => {
    const pids = treeOf(running.pid);
    assert.ok(pids.length > 3, 'Postgres has processes of its own');
    const shown = pids.map(shownOf).join('\n');
    assert.match(shown, /up\.ts/);
    for (const secret of [...Object.values(keys), provider.clientSecret])
      assert.ok(!shown.includes(secret));
  });

  it('B5 says no secret, and prints and takes no sign-in link', async () => {
    assert.doesNotMatch(running.said(), /token=/);
    for (const secret of [...Object.values(keys), provider.clientSecret])
      assert.ok(!running.said().includes(secret) && !log().includes(secret));
    const ways = await fetch(`${publicUrl}/api/v1/sign-in`);
    const { link, provider: by } = (await ways.json()) as { link: boolean; provider: object };
    assert.deepEqual([link, by !== null], [false, true]);
    const tried = await fetch(`${publicUrl}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'x'.repeat(43) }),
    });
    assert.equal(tried.status, 404);
    const again = await host.up([]);
    assert.equal(again.code, 0);
    assert.match(again.said, new RegExp(`runs in production .* sign in at ${publicUrl}`));
    assert.doesNotMatch(again.said, /token=/);
  });

  it('A20 serves the sign-in page with the headers that keep it safe', async () => {
    const page = await fetch(`${publicUrl}/sign-in`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<div id="root">/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(page.headers.get('strict-transport-security') ?? '', /max-age=31536000/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  });

  it('A5 signs people in by the provider, with cookies for this host and for TLS alone', async () => {
    const person = newPerson();
    const callback = await person.follow(`${publicUrl}/api/v1/auth/start`, (url) =>
      url.startsWith(`${publicUrl}/api/v1/auth/callback`),
    );
    const visit = await person.open(callback);
    assert.deepEqual([visit.status, visit.location], [303, `${publicUrl}/`]);
    const me = await person.open(`${publicUrl}/api/v1/me`);
    assert.equal(me.status, 200, me.text);
    const ours = person.setCookies.filter((line) => line.includes('mon_'));
    assert.ok(ours.length >= 2, String(ours));
    for (const line of ours)
      assert.match(line, /^__Host-mon_\w+=[^;]*; Path=\/; HttpOnly; SameSite=Lax;.*; Secure$/);
  });

  it('A21 notes who the peer of nginx is, whatever the client says', async () => {
    const answer = await open('/api/v1/me', {
      localAddress: '127.0.0.3',
      headers: { authorization: 'Bearer nobody', 'x-forwarded-for': '6.6.6.6' },
    });
    assert.equal(answer.statusCode, 401);
    const refused = log()
      .split('\n')
      .filter((line) => line.includes('"auth.refused"'))
      .map((line) => (JSON.parse(line) as { ip: string }).ip);
    assert.equal(refused.at(-1), '127.0.0.3');
    assert.ok(!log().includes('6.6.6.6'));
  });

  it('B1 takes the raw internal key at no service', async () => {
    for (const service of ['scheduler', 'browser', 'llm', 'notification'] as const) {
      const answer = await fetch(`http://127.0.0.1:${host.ports[service]}${KEYS_PATH}`, {
        headers: { [KEY_HEADER]: keys.INTERNAL_API_KEY },
      });
      assert.equal(answer.status, 401, service);
    }
  });

  it('has no demo', async () => {
    const token = readFileSync(path.join(host.data, 'admin-token'), 'utf8').trim();
    const answer = await fetch(`${publicUrl}/api/v1/monitors`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.deepEqual(((await answer.json()) as { items: unknown[] }).items, []);
    assert.equal(existsSync(path.join(host.data, 'demo')), false);
  });

  it('is not started a second time on its folder', async () => {
    const { code, said } = await host.up(['--production', '--allow-root']);
    assert.equal(code, 2);
    assert.match(said, /already running/);
  });

  it('F21 ends well within 30 s of SIGTERM, also while somebody listens to events', async () => {
    const token = readFileSync(path.join(host.data, 'admin-token'), 'utf8').trim();
    const events = await open('/api/v1/events', { headers: { authorization: `Bearer ${token}` } });
    assert.equal(events.statusCode, 200);
    events.resume().on('error', () => {});
    const pids = treeOf(running.pid);
    const from = performance.now();
    const { code } = await running.stop();
    assert.equal(code, 0, running.said());
    assert.ok(performance.now() - from < 30_000);
    assert.deepEqual(
      pids.filter((pid) => existsSync(`/proc/${pid}`)),
      [],
    );
  });
});

describe('the check before production', function () {
  this.timeout(60_000);
  let host: Host;
  before(async () => {
    host = await openHost();
  });
  after(() => host.close());

  it('names every fault at once, starts nothing, and ends with 2', async () => {
    host.settings({ JWT_SECRET: 'your_secure_jwt_secret_32_chars', HOST: '0.0.0.0' }, 0o644);
    const { code, said } = await host.up(['--production', '--check']);
    assert.equal(code, 2);
    for (const words of [
      /PUBLIC_URL is not set/,
      /Sign-in is not configured/,
      /JWT_SECRET is an example/,
      /INTERNAL_API_KEY is not set/,
      /HOST opens/,
      /\.env may be read by others: chmod 600/,
    ])
      assert.match(said, words);
    assert.equal(existsSync(host.data), false);
  });

  it('says that nothing is missing, and starts nothing', async () => {
    host.settings({
      HOSTNAME: 'mon.duckerhub.com',
      JWT_SECRET: newKey(),
      INTERNAL_API_KEY: newKey(),
      GOOGLE_CLIENT_ID: 'a',
      GOOGLE_CLIENT_SECRET: 'b',
      SIGN_IN_ALLOW: 'corp.example',
    });
    const { code, said } = await host.up(['--production', '--check']);
    assert.equal(code, 0, said);
    assert.match(said, /nothing is missing/);
    assert.equal(existsSync(host.data), false);
  });

  it('B14 sees a secret that came with the environment', async () => {
    const { code, said } = await host.up(['--production', '--check'], { SMTP_PASSWORD: 'hunter2' });
    assert.equal(code, 2);
    assert.match(said, /SMTP_PASSWORD stands in the environment/);
    assert.doesNotMatch(said, /hunter2/);
  });
});
