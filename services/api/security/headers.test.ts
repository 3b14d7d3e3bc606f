import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Running } from '../../core/lifecycle.ts';
import { createLog } from '../../core/log.ts';
import { readConfig } from '../../dashboard/config.ts';
import { startDashboard } from '../../dashboard/start.ts';
import { ask, forAll, type HeadersOf } from './testing/ask.ts';
import { rows } from './testing/routes.ts';
import { startWorld, type World } from './testing/world.ts';

const PUBLIC_URL = 'https://mon.example.org';

/** What would end all callers after it. */
const kept = rows.filter(([route]) => route !== 'POST /admin/revoke-all');

/** Places of the dashboard: what people open, what the page loads, and what is not there. */
const PLACES = ['/', '/findings', '/sign-in?problem=down', '/assets/index-1.js', '/assets/none.js'];

/** What is wrong with the headers of an answer. */
function wrongWith(headers: Headers): string[] {
  const get = (name: string): string => headers.get(name) ?? '';
  const [, age = '0'] = /max-age=(\d+)/.exec(get('strict-transport-security')) ?? [];
  const policy = get('content-security-policy');
  const sources = policy.replace(/upgrade-insecure-requests|sandbox/, '');
  const rules: Readonly<Record<string, boolean>> = {
    'https for a year': Number(age) >= 31_536_000,
    'no inline code': policy.includes('default-src') && !/unsafe-(inline|eval)/.test(policy),
    'no frames': policy.includes("frame-ancestors 'none'"),
    'nothing from elsewhere': !/https?:|wss?:|\*|\w\.\w/.test(sources),
    'no sniffing': get('x-content-type-options') === 'nosniff',
    'an own window': get('cross-origin-opener-policy') === 'same-origin',
    'an own resource': get('cross-origin-resource-policy') === 'same-origin',
    'nothing of what it is made of': !headers.has('x-powered-by') && !headers.has('server'),
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

describe('the headers of every answer', function () {
  this.timeout(30_000);
  let world: World;
  let dashboard: Running;
  let pages: string;

  before(async () => {
    world = await startWorld({ PUBLIC_URL });
    pages = mkdtempSync(path.join(os.tmpdir(), 'duckmon-pages-'));
    mkdirSync(path.join(pages, 'assets'));
    writeFileSync(path.join(pages, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(path.join(pages, 'assets', 'index-1.js'), 'console.log(1)');
    const config = readConfig({ DASHBOARD_PORT: '0', API_URL: world.api.url, PUBLIC_URL });
    dashboard = await startDashboard(config, { log: createLog('dashboard', 'silent'), pages });
  });

  after(async () => {
    await dashboard.stop();
    await world.stop();
    rmSync(pages, { recursive: true });
  });

  const credentials = async (): Promise<HeadersOf[]> => [
    {},
    { authorization: `Bearer ${world.api.tokens.read}` },
    { authorization: `Bearer ${world.api.tokens.admin}`, origin: 'https://evil.example' },
    await world.session('root').then(({ cookie = '', ...others }) => ({
      ...others,
      cookie: cookie.replace('mon_sid', '__Host-mon_sid'),
    })),
  ];

  for (const door of ['the api', 'the dashboard'] as const)
    it(`A20 D9 keep what it answers from running, from frames and from elsewhere: every route by ${door}`, async () => {
      const url = door === 'the api' ? world.api.url : dashboard.url;
      const statuses = new Set<number>();
      for (const headers of await credentials()) {
        const wrong = await forAll(kept, async ([route, { thing }]) => {
          const place = thing && world.things[thing];
          const answer = await ask(url, route, { headers, ...(place ? { place } : {}) });
          statuses.add(answer.status);
          return [route, ...wrongWith(answer.headers)];
        });
        assert.deepEqual(
          wrong.filter((each) => each.length > 1),
          [],
        );
      }
      for (const status of [200, 201, 204, 401, 403, 404])
        assert.ok(statuses.has(status), `${status} of ${[...statuses].join()}`);
    });

  it('A20 D9 are on every page, on its files, and on what is not there', async () => {
    for (const place of [...PLACES, '/api', '/api/v1/nothing', '/%', '/healthz', '/metrics']) {
      const { headers } = await fetch(dashboard.url + place);
      assert.deepEqual(wrongWith(headers), [], place);
    }
  });

  it('A20 are on answers to every method that a route does not have', async () => {
    const paths = new Set(kept.map(([route]) => route.split(' ')[1] ?? ''));
    for (const url of [world.api.url, dashboard.url])
      for (const method of ['OPTIONS', 'HEAD', 'PROPFIND']) {
        const wrong = await forAll([...paths], async (place) => {
          const answer = await fetch(`${url}/api/v1${place}`, { method, redirect: 'manual' });
          await answer.arrayBuffer();
          return [`${method} ${place} ${answer.status}`, ...wrongWith(answer.headers)];
        });
        assert.deepEqual(
          wrong.filter((each) => each.length > 1),
          [],
        );
      }
  });

  for (const [what, head] of [
    ['more headers than are read', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['no HTTP', 'what is this\r\n\r\n'],
  ] as const)
    it(`A20 are on no answer to ${what}, for it is empty and no document`, async () => {
      for (const { port, hostname } of [new URL(world.api.url), new URL(dashboard.url)]) {
        const socket = connect(Number(port), hostname);
        socket.end(head);
        const answer = (await text(socket)).split('\r\n\r\n');
        assert.match(answer[0] ?? '', /^HTTP\/1\.1 4(?:00|31) .*\r\nConnection: close$/);
        assert.equal(answer[1], '');
      }
    });

  it('A20 are on answers to what cannot be read', async () => {
    for (const [body, status] of [
      ['{"a":', 400],
      [`"${'a'.repeat(300_000)}"`, 413],
    ] as const) {
      const answer = await ask(dashboard.url, 'POST /monitors', { headers: {}, body });
      assert.deepEqual([answer.status, wrongWith(answer.headers)], [status, []]);
    }
  });
});
