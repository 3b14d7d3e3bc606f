import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { chromium, type Browser, type Page } from 'playwright-core';
import { job, secret, startTestApi, webhook, type TestApi } from '../api/testing/api.ts';
import { findChromium } from '../browser/chromium/find.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { freePorts } from '../local/testing/installation.ts';
import { readConfig } from './config.ts';
import { startDashboard } from './start.ts';

interface Target {
  readonly method: string;
  readonly url: string;
}

/**
 * What a page can make a browser send without being asked: pictures, forms, requests whose answer it
 * may not read. Runs in the page.
 */
const ATTACK = `async (targets) => {
  const body = JSON.stringify({ kind: 'MonitorJob', suspend: true, documents: [], x: '=' });
  const send = (url, options) => fetch(url, { credentials: 'include', ...options }).catch(() => {});
  const picture = (url) => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = done;
    image.src = url;
  });
  const post = (url, enctype) => new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.name = 'f' + Math.random();
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: url, enctype, target: frame.name });
    const input = document.createElement('input');
    Object.assign(input, { name: body, value: '' });
    form.append(input);
    document.body.append(frame, form);
    frame.onload = done;
    setTimeout(done, 2000);
    form.submit();
  });
  for (const { method, url } of targets) {
    await Promise.all([
      picture(url),
      send(url, { mode: 'no-cors' }),
      send(url, { mode: 'no-cors', method: 'POST', body }),
      send(url, { method, ...(method === 'GET' ? {} : { body,
        headers: { 'content-type': 'application/json' } }) }),
      ...(method === 'POST' ? [post(url, 'text/plain'),
        post(url, 'application/x-www-form-urlencoded')] : []),
    ]);
  }
}`;

describe('a page of another site', function () {
  this.timeout(120_000);
  let api: TestApi;
  let dashboard: Running;
  let evil: Server;
  let browser: Browser;
  let page: Page;
  let evilPort: number;

  before(async () => {
    const [port = 0, other = 0] = await freePorts(2);
    evilPort = other;
    evil = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>'),
    ).listen(evilPort, 'localhost');
    await once(evil, 'listening');
    api = await startTestApi({ PUBLIC_URL: `http://127.0.0.1:${port}` });
    const config = readConfig({ DASHBOARD_PORT: String(port), API_URL: api.url });
    dashboard = await startDashboard(config, { log: createLog('dashboard', 'silent') });
    const found = await findChromium(process.env, '.');
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
    page = await browser.newPage();
    await page.goto(`${dashboard.url}/sign-in?token=${await api.oneTimeToken('sign-in', null)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const documents = [job('target'), webhook('target'), secret('hook')];
    const made = await api.call('POST', '/api/v1/apply', {
      token: api.tokens.admin,
      body: { documents },
    });
    assert.equal(made.status, 200);
  });

  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await api?.stop();
    evil.closeAllConnections();
    evil.close();
  });

  const targets = async (): Promise<Target[]> => {
    const { json } = await api.call('GET', '/api/v1/openapi.json');
    return Object.entries(json.paths as unknown as Record<string, object>).flatMap(
      ([path, methods]) =>
        Object.keys(methods).map((method) => ({
          method: method.toUpperCase(),
          url:
            dashboard.url +
            path
              .replace('{kind}', 'monitorjobs')
              .replace('{name}', 'target')
              .replace('{id}', '019aa000-0000-7000-8000-000000000000'),
        })),
    );
  };

  /** Everything that is stored, but for when a session was used and sign-ins that only began. */
  const state = async (): Promise<Map<string, string>> => {
    const pool = api.db.pool('mon_backup');
    const { rows } = await pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.table_privileges
       WHERE grantee = 'mon_backup' AND privilege_type = 'SELECT' AND table_schema = 'public'
         AND table_name NOT IN ('sessions', 'one_time_tokens', 'audit', 'audit_heads')
       ORDER BY 1`,
    );
    const read = async (from: string): Promise<string> => {
      const { rows: lines } = await pool.query<{ line: string }>(
        `SELECT t::text AS line FROM ${from} t ORDER BY 1`,
      );
      return lines.map(({ line }) => line).join('\n');
    };
    const chosen = [
      ...rows.map(({ name }) => name),
      "(SELECT * FROM audit WHERE actor <> 'anonymous')",
      '(SELECT id_hash, user_id, revoked_at FROM sessions)',
      "(SELECT * FROM one_time_tokens WHERE purpose <> 'login')",
    ];
    const entries: [string, string][] = [];
    for (const from of chosen) entries.push([from, await read(from)]);
    return new Map(entries);
  };

  for (const host of ['localhost', '127.0.0.1'])
    it(`A19 changes nothing by any route, from ${host}`, async () => {
      const attacked = await targets();
      const before_ = await state();
      await page.goto(`http://${host}:${evilPort}/`);
      const sent: string[] = [];
      page.on('request', (request) => sent.push(request.url()));
      await page.evaluate(`(${ATTACK})(${JSON.stringify(attacked)})`);
      assert.ok(attacked.every(({ url }) => sent.includes(url)));
      assert.ok(attacked.length > 40 && before_.size > 15);
      assert.deepEqual(await state(), before_);
      await page.goto(dashboard.url);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    });
});
