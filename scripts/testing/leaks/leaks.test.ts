/** A whole local installation in which every secret is looked for where none may be. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateSync } from 'otplib';
import pg from 'pg';
import { portVariable, SERVICES } from '../../../services/core/contracts/ports.ts';
import { keyring } from '../../../services/core/keyring.ts';
import {
  freePorts,
  startInstallation,
  type Installation,
} from '../../../services/local/testing/installation.ts';
import { secretManifest, webhookManifests } from '../../../services/local/testing/manifests.ts';
import { startPage, type TestPage } from '../../../services/local/testing/page.ts';
import { runCli } from '../../../services/local/testing/run.ts';
import { startHook, type Hook } from '../hook/server.ts';
import { startSendGrid, type FakeSendGrid } from '../mail/sendgrid.ts';
import { startModel, type FakeModel } from '../model/server.ts';
import { databaseOf, logsOf, processesOf } from './places.ts';
import { leakFinder } from './traces.ts';

const newSecret = (): string => randomBytes(32).toString('base64url');

const MAILS = `---
apiVersion: mon.duckerhub.com/v1alpha1
kind: NotificationChannel
metadata: {name: mails}
spec: {type: Email, email: {to: [reader@example.org]}}
`;

const SECRET_DOCUMENT = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'wrong' } };

describe('the secrets of an installation', function () {
  this.timeout(180_000);
  const secrets = new Map<string, string>();
  const shown = new Map<string, string>();
  const errors: string[] = [];
  let folder: string;
  let ports: readonly number[];
  let page: TestPage;
  let hook: Hook;
  let model: FakeModel;
  let sendGrid: FakeSendGrid;
  let installation: Installation;

  const give = (name: string): string => {
    const value = newSecret();
    secrets.set(name, value);
    writeFileSync(path.join(folder, name), value, { mode: 0o600 });
    return path.join(folder, name);
  };
  /** Calls the dashboard, as a browser or a program does, and keeps what it says of errors. */
  const send = async (
    method: string,
    place: string,
    headers: Readonly<Record<string, string>> = {},
    body?: object,
  ) => {
    const answer = await fetch(`${installation.dashboard}/api/v1${place}`, {
      method,
      headers: {
        ...headers,
        ...(body && { 'content-type': 'application/json', origin: installation.dashboard }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400) errors.push(text);
    return { status: answer.status, headers: answer.headers, text };
  };
  const made = async <T>(...call: Parameters<typeof send>): Promise<T> => {
    const answer = await send(...call);
    assert.ok(answer.status < 300, `${call[0]} ${call[1]}: ${answer.status} ${answer.text}`);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
  };

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-leaks-'));
    ports = await freePorts(SERVICES.length);
    const apiKey = give('SENDGRID_API_KEY');
    [page, hook, model, sendGrid] = await Promise.all([
      startPage('Basic costs 40 EUR a month'),
      startHook({}),
      startModel(),
      startSendGrid({ apiKey: secrets.get('SENDGRID_API_KEY') ?? '' }),
    ]);
    installation = await startInstallation({
      env: {
        ...Object.fromEntries(
          SERVICES.map((service, at) => [portVariable(service), String(ports[at])]),
        ),
        LOG_LEVEL: 'debug',
        INTERNAL_API_KEY_FILE: give('INTERNAL_API_KEY'),
        JWT_SECRET_FILE: give('JWT_SECRET'),
        OPENAI_API_KEY: '',
        OPENAI_API_KEY_FILE: give('OPENAI_API_KEY'),
        OPENAI_BASE_URL: model.url,
        SENDGRID_API_KEY_FILE: apiKey,
        SENDGRID_BASE_URL: sendGrid.url,
        SMTP_PASSWORD_FILE: give('SMTP_PASSWORD'),
        NOTIFICATION_EMAIL: 'duckmon@example.org',
        DUCKMON_EGRESS_ALLOW: `127.0.0.1:${page.port},127.0.0.1:${hook.port}`,
      },
    });
    collectKeys();
    const session = await collectOfPerson();
    await watch();
    await offerEverywhere(session);
    await look(session);
  });

  after(async () => {
    await installation.close();
    await Promise.all([page.stop(), hook.stop(), model.stop(), sendGrid.stop()]);
    rmSync(folder, { recursive: true });
  });

  const readData = (...parts: string[]): string =>
    readFileSync(path.join(installation.data, ...parts), 'utf8').trim();

  /** What the installation made for itself. */
  function collectKeys(): void {
    const dataKey = keyring.parse(JSON.parse(readData('keys', 'data-key.json'))).keys[0];
    secrets.set('data key', dataKey?.value ?? '');
    for (const file of readdirSync(path.join(installation.data, 'keys')))
      for (const [at, [, value]] of [
        ...readData('keys', file).matchAll(/"(?:value|seed)":"([\w+/=-]{40,})"/g),
      ].entries())
        secrets.set(`${file} ${at}`, value ?? '');
    const egress = JSON.parse(readData('keys', 'egress.json')) as {
      egressPublic: { value: string }[];
    };
    // what everybody may know
    const known = new Set(egress.egressPublic.map(({ value }) => value));
    for (const [name, value] of secrets) if (known.has(value)) secrets.delete(name);
    const { url, backupUrl } = JSON.parse(readData('postgres.json')) as Record<string, string>;
    secrets.set('password of the owner', new URL(url ?? '').password);
    secrets.set('password of the backup', new URL(backupUrl ?? '').password);
    secrets.set('admin token', readData('admin-token'));
  }

  /** What a person gets, each once. */
  async function collectOfPerson(): Promise<Readonly<Record<string, string>>> {
    const link = new URL(installation.signInLink).searchParams.get('token') ?? '';
    secrets.set('sign-in link', link);
    const signedIn = await send('POST', '/sign-in', {}, { token: link });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    secrets.set('session', cookie.split('=')[1] ?? '');
    const { csrfToken } = await made<{ csrfToken: string }>('GET', '/me', { cookie });
    const session = { cookie, 'x-csrf-token': csrfToken };
    const token = await made<{ secret: string }>('POST', '/tokens', session, {
      name: 'program',
      scope: 'write',
    });
    secrets.set('API token', token.secret);
    const bearer = { authorization: `Bearer ${token.secret}` };
    const pair = await made<{ accessToken: string; refreshToken: string }>(
      'POST',
      '/access-tokens',
      bearer,
      { refresh: true },
    );
    secrets.set('signature of an access token', pair.accessToken.split('.')[2] ?? '');
    secrets.set('refresh token', pair.refreshToken);
    const app = await made<{ secret: string }>('POST', '/second-factors/totp', session, {});
    secrets.set('secret of an authenticator app', app.secret);
    const { recoveryCodes } = await made<{ recoveryCodes: string[] }>(
      'POST',
      '/second-factors/totp/confirm',
      session,
      { code: generateSync({ secret: app.secret }) },
    );
    for (const [at, code] of recoveryCodes.entries()) secrets.set(`recovery code ${at}`, code);
    return session;
  }

  /** A job with a signed webhook, a mail to confirm, and a finding that a model judged. */
  async function watch(): Promise<void> {
    const signing = newSecret();
    secrets.set('secret of a channel', signing);
    const manifests = `${secretManifest(signing)}---${webhookManifests(page.url, hook.url)}${MAILS}`;
    const applied = await runCli(installation, ['apply', '-f', '-'], manifests);
    assert.equal(applied.code, 0, applied.err);
    await runCli(installation, ['run', 'plans', '--wait']);
    page.show('Basic costs 55 EUR a month');
    await runCli(installation, ['run', 'plans', '--wait']);
    assert.equal(hook.posts.length, 1);
    assert.equal(model.requests.length, 1);
    await sendGrid.mailWhere(() => true);
  }

  /** Each secret where another belongs, and where none does. */
  async function offerEverywhere(session: Readonly<Record<string, string>>): Promise<void> {
    for (const secret of secrets.values()) {
      await send('GET', '/me', { authorization: `Bearer ${secret}` });
      await send('GET', '/me', { cookie: `mon_sid=${secret}` });
      await send('POST', '/sign-in', {}, { token: secret });
      await send('POST', '/token', {}, { grantType: 'refresh_token', refreshToken: secret });
      await send('POST', '/second-factors/step-up/totp', session, { code: secret });
      const wrong = { ...SECRET_DOCUMENT, stringData: { key: [secret] } };
      await send('POST', '/apply', session, { documents: [wrong] });
    }
  }

  async function look(session: Readonly<Record<string, string>>): Promise<void> {
    shown.set('errors', errors.join('\n'));
    const metrics = await Promise.all(
      ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    );
    shown.set('metrics', metrics.join('\n'));
    const texts = [];
    for (const place of ['/secrets', '/tokens', '/sessions', '/second-factors', '/channels'])
      texts.push((await send('GET', place, session)).text);
    shown.set('lists', texts.join('\n'));
    const { backupUrl = '' } = JSON.parse(readData('postgres.json')) as Record<string, string>;
    const client = new pg.Client({ connectionString: backupUrl });
    await client.connect();
    const { rows } = await client.query('SELECT * FROM audit');
    await client.end();
    shown.set('audit', JSON.stringify(rows));
    shown.set('database', await databaseOf(backupUrl));
    shown.set('mails', JSON.stringify(sendGrid.mails.map(({ body }) => body)));
    shown.set('messages', hook.posts.map(({ raw }) => raw).join('\n'));
    shown.set('questions to the model', model.requests.map(({ raw }) => raw).join('\n'));
    shown.set('words at the start', installation.said.join('\n'));
    shown.set('processes', processesOf(installation.pid));
    shown.set('logs', logsOf(installation.data));
  }

  it('B5 are all there to be looked for', () => {
    assert.ok(secrets.size >= 30, [...secrets.keys()].join());
    for (const [name, secret] of secrets) assert.ok(secret.length >= 10, name);
    const sent = sendGrid.mails.map(({ authorization }) => authorization);
    assert.ok(sent.includes(`Bearer ${secrets.get('SENDGRID_API_KEY')}`));
  });

  for (const place of [
    'errors',
    'metrics',
    'lists',
    'audit',
    'database',
    'mails',
    'messages',
    'questions to the model',
    'words at the start',
    'processes',
    'logs',
  ])
    it(`B5 E9 leave no trace in the ${place}, not of eight characters in any encoding`, () => {
      const text = shown.get(place) ?? '';
      assert.notEqual(text, '');
      assert.deepEqual(leakFinder(secrets)(text), []);
    });
});
