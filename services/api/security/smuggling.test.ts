import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Running } from '../../core/lifecycle.ts';
import { createLog } from '../../core/log.ts';
import { readConfig } from '../../dashboard/config.ts';
import { startDashboard } from '../../dashboard/start.ts';
import { startWorld, type World } from './testing/world.ts';

describe('requests that two readers read differently', function () {
  this.timeout(20_000);
  let world: World;
  let dashboard: Running;
  let secret: string;
  let pages: string;

  before(async () => {
    world = await startWorld();
    secret = world.api.tokens.admin;
    const config = readConfig({ DASHBOARD_PORT: '0', API_URL: world.api.url });
    const log = createLog('dashboard', 'silent');
    pages = mkdtempSync(path.join(os.tmpdir(), 'duckmon-pages-'));
    writeFileSync(path.join(pages, 'index.html'), '<!doctype html><title>page</title>');
    dashboard = await startDashboard(config, { log, pages });
  });

  after(async () => {
    await dashboard.stop();
    await world.stop();
    rmSync(pages, { recursive: true });
  });

  /** Sends bytes as they are; answers with the statuses of everything that comes back. */
  async function send(url: string, lines: readonly string[], body = ''): Promise<number[]> {
    const { port } = new URL(url);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
    socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
    socket.setTimeout(1_000, () => socket.destroy());
    return [...(await promise).matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
  }
  const get = (...headers: string[]): string[] => [
    'GET /api/v1/me HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: close',
    ...headers,
  ];
  const made = async (): Promise<number> => {
    const pool = world.api.db.pool('mon_backup');
    return (await pool.query("SELECT 1 FROM monitors WHERE name = 'smuggled'")).rowCount ?? 0;
  };

  const INNER = 'DELETE /api/v1/monitors/target HTTP/1.1\r\nHost: 127.0.0.1\r\n';
  const AMBIGUOUS: Readonly<Record<string, readonly [headers: string[], body: string]>> = {
    'a length and chunks': [['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    'chunks and a length': [['Transfer-Encoding: chunked', 'Content-Length: 4'], '0\r\n\r\n'],
    'two lengths': [['Content-Length: 0', 'Content-Length: 40'], INNER],
    'a length that is a list': [['Content-Length: 0, 40'], INNER],
    'chunks that are none': [['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    'chunks by a second name': [['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
    'chunks behind a space': [['Transfer-Encoding : chunked', 'Content-Length: 4'], '0\r\n\r\n'],
    'a chunk of a bad size': [['Transfer-Encoding: chunked'], '0x4\r\nabcd\r\n0\r\n\r\n'],
    'a header over two lines': [['X-A: b', ' Transfer-Encoding: chunked'], ''],
    'a line feed alone': [['X-A: b\nTransfer-Encoding: chunked'], '0\r\n\r\n'],
    'a NUL in a header': [['X-A: a\0b'], ''],
  };

  for (const door of ['api', 'dashboard'] as const)
    it(`B12 are refused, and nothing behind them is read, at the ${door}`, async () => {
      const url = door === 'api' ? world.api.url : dashboard.url;
      const head = [
        'POST /api/v1/monitors/target/pause HTTP/1.1',
        'Host: 127.0.0.1',
        'Content-Type: application/json',
      ];
      const credential = `Authorization: Bearer ${secret}`;
      for (const [what, [headers, body]] of Object.entries(AMBIGUOUS)) {
        const lines = [...head, credential, ...headers];
        const statuses = await send(url, lines, `${body}${INNER}${credential}\r\n\r\n`);
        const isRefused = statuses.every((status) => status === 400 || status === 408);
        assert.ok(isRefused, `${what}: ${statuses.join()}`);
        const there = await world.api.call('GET', '/api/v1/monitors/target', { token: secret });
        assert.equal(there.status, 200, what);
      }
    });

  it('B12 lose their credential when Connection names it away, or it is there twice', async () => {
    const bearer = `Authorization: Bearer ${secret}`;
    const { cookie = '' } = await world.session('root');
    const statusesOf = (...headers: string[]): Promise<number[]> =>
      send(dashboard.url, get(...headers));
    assert.deepEqual(await statusesOf(bearer), [200]);
    assert.deepEqual(await statusesOf(bearer, 'Connection: authorization'), [401]);
    assert.deepEqual(await statusesOf(`Cookie: ${cookie}`, `Cookie: ${cookie}`), [401]);
    assert.deepEqual(await statusesOf(bearer, 'X-Workspace: team-a', 'X-Workspace: team-b'), [400]);
  });

  it('B12 never make the api take somebody for a service, whatever X-Internal headers they carry', async () => {
    const key = 'X-Internal-API-Key: kid.c2lnbmF0dXJl';
    for (const headers of [
      [key, key],
      [key, 'Connection: X-Internal-API-Key'],
      ['x_internal_api_key: kid.c2lnbmF0dXJl'],
      [key, 'X-Internal-Caller: scheduler', 'X-Internal-User: root'],
    ])
      for (const url of [world.api.url, dashboard.url])
        assert.deepEqual(await send(url, get(...headers)), [401], headers.join());
    assert.equal(await made(), 0);
  });
});
