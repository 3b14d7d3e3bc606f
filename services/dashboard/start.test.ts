import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../core/http/testing/freePort.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startDashboard } from './start.ts';

const log = createLog('dashboard', 'silent');

describe('the server of the dashboard', () => {
  let pages: string;
  let api: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let running: Running;

  const start = (env: Record<string, string> = {}): Promise<Running> =>
    startDashboard(
      readConfig({
        DASHBOARD_PORT: '0',
        API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
        ...env,
      }),
      { log, pages },
    );

  beforeEach(async () => {
    pages = mkdtempSync(path.join(os.tmpdir(), 'duckmon-pages-'));
    mkdirSync(path.join(pages, 'assets'));
    writeFileSync(path.join(pages, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(path.join(pages, 'assets', 'index-1.js'), 'console.log(1)');
    answer = (_request, response) => response.end('{}');
    api = createServer((incoming, response) => answer(incoming, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => api.once('listening', resolve));
    running = await start();
  });

  afterEach(async () => {
    await running.stop();
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
    rmSync(pages, { recursive: true });
  });

  it('serves the page at every place that a person may open or reload', async () => {
    for (const place of [
      '/',
      '/findings',
      '/monitors/shop',
      '/sign-in?token=x',
      '/confirm?token=x',
    ]) {
      const response = await fetch(running.url + place);
      assert.deepEqual(
        [response.status, await response.text()],
        [200, '<!doctype html><title>page</title>'],
        place,
      );
      assert.equal(response.headers.get('cache-control'), 'no-cache');
    }
  });

  it('lets the built files be kept for ever', async () => {
    const response = await fetch(`${running.url}/assets/index-1.js`);
    assert.match(response.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
  });

  it('has no page where a built file is missing', async () => {
    assert.equal((await fetch(`${running.url}/assets/index-0.js`)).status, 404);
  });

  it('leaves the folder of the pages by no path', async () => {
    for (const place of ['/../package.json', '/..%2fpackage.json', '/assets/..%2f..%2fstart.ts']) {
      const response = await fetch(running.url + place);
      assert.doesNotMatch(await response.text(), /duckmon|import/);
    }
  });

  it('A20 forbids inline scripts, frames and foreign sources', async () => {
    const { headers } = await fetch(running.url);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
  });

  it('A20 asks for https for a year where it is public', async () => {
    const secure = await start({ PUBLIC_URL: 'https://mon.example.org' });
    const { headers } = await fetch(secure.url);
    await secure.stop();
    assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/);
  });

  it('passes the api on with path, query, body and credentials', async () => {
    let seen: unknown[] = [];
    answer = (incoming, response) => {
      let body = '';
      incoming.on('data', (chunk) => (body += chunk));
      incoming.on('end', () => {
        seen = [
          incoming.method,
          incoming.url,
          incoming.headers.authorization,
          incoming.headers.cookie,
          body,
        ];
        response.writeHead(201, { 'x-of-the-api': 'yes' }).end('{"a":1}');
      });
    };
    const response = await fetch(`${running.url}/api/v1/monitors?limit=1`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer t',
        cookie: 'mon_sid=1',
        'content-type': 'application/json',
      },
      body: '{"b":2}',
    });
    assert.deepEqual(
      [response.status, response.headers.get('x-of-the-api'), await response.text()],
      [201, 'yes', '{"a":1}'],
    );
    assert.deepEqual(seen, [
      'POST',
      '/api/v1/monitors?limit=1',
      'Bearer t',
      'mon_sid=1',
      '{"b":2}',
    ]);
  });

  it('passes the one click of a mail program on, and shows a page to whoever opens the link', async () => {
    let seen: unknown[] = [];
    answer = (incoming, response) => {
      seen = [incoming.method, incoming.url];
      response.end('{}');
    };
    const link = `${running.url}/unsubscribe?token=team.1.2`;
    const page = await fetch(link);
    assert.equal(await page.text(), '<!doctype html><title>page</title>');
    assert.deepEqual(seen, []);
    const click = await fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    assert.equal(click.status, 200);
    assert.deepEqual(seen, ['POST', '/api/v1/unsubscribe?token=team.1.2']);
  });

  it('B12 strips internal headers and those of one connection', async () => {
    let headers: IncomingMessage['headers'] = {};
    answer = (incoming, response) => {
      headers = incoming.headers;
      response.end('{}');
    };
    const sent = request(`${running.url}/api/v1/me`, {
      headers: {
        'X-Internal-API-Key': 'k',
        'X-Internal-Nonce': 'n',
        Connection: 'close, x-private',
        'X-Private': 'p',
        TE: 'trailers',
        'X-Kept': 'yes',
      },
    });
    sent.end();
    await new Promise((resolve) =>
      sent.once('response', (response) => response.resume().once('end', resolve)),
    );
    const names = Object.keys(headers);
    assert.deepEqual(
      names.filter(
        (name) => name.startsWith('x-internal') || name === 'x-private' || name === 'te',
      ),
      [],
    );
    assert.equal(headers['x-kept'], 'yes');
  });

  it('A21 tells the api the address of the peer, whatever the peer claims', async () => {
    let forwarded: unknown;
    answer = (incoming, response) => {
      forwarded = incoming.headers['x-forwarded-for'];
      response.end('{}');
    };
    await fetch(`${running.url}/api/v1/me`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    assert.equal(forwarded, '127.0.0.1');
  });

  it('G14 has its metrics on their own port only, when there is one', async () => {
    const port = await freePort();
    const alone = await start({ METRICS_PORT: String(port) });
    try {
      assert.equal((await fetch(`${alone.url}/metrics`)).status, 404);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      assert.match(await answer.text(), /mon_http_request_seconds/);
      assert.equal((await fetch(`http://127.0.0.1:${port}/findings`)).status, 404);
    } finally {
      await alone.stop();
    }
  });

  it('passes events on as they come', async () => {
    answer = (_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
    };
    const response = await fetch(`${running.url}/api/v1/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    assert.equal(Buffer.from(value ?? []).toString(), 'data: first\n\n');
    await reader.cancel();
  });

  it('ends the stream to the api when the browser goes away', async () => {
    const gone = Promise.withResolvers<void>();
    answer = (_incoming, response) => {
      response.once('close', () => gone.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
    };
    const leaving = new AbortController();
    const response = await fetch(`${running.url}/api/v1/events`, { signal: leaving.signal });
    assert.equal(response.status, 200);
    leaving.abort();
    await gone.promise;
  });

  it('answers 503 in the shape of errors when the api is away', async () => {
    const alone = await start({ API_URL: 'http://127.0.0.1:1' });
    const response = await fetch(`${alone.url}/api/v1/me`);
    const body = (await response.json()) as { error: { code: string; message: string } };
    await alone.stop();
    assert.deepEqual([response.status, body.error.code], [503, 'unavailable']);
    assert.doesNotMatch(body.error.message, /127\.0\.0\.1|ECONN/);
  });

  it('says in one sentence that the page was not built', async () => {
    rmSync(path.join(pages, 'index.html'));
    await assert.rejects(start(), /The dashboard was not built; run/);
    writeFileSync(path.join(pages, 'index.html'), '');
  });
});
