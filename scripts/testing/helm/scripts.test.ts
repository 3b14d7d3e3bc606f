/** What pods run that have their program from the chart. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { SECCOMP_PROFILE } from '../../../operator/src/controllers/workerpool/pod.ts';
import { chartFolder } from '../../generate-chart.ts';

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs one of them as its pod does, with these variables. */
function runScript(name: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const file = path.join(chartFolder, 'files', 'tests', `${name}.mjs`);
  const options = { env: { PATH: process.env['PATH'], ...env } };
  execFile(process.execPath, [file], options, (error, output, said) => {
    const code = typeof error?.code === 'number' ? error.code : 0;
    resolve({ code, said: `${output}${said}` });
  });
  return promise;
}

describe('chart: helm test', function () {
  this.timeout(20_000);
  let server: Server;
  let at: string;
  let status: number;

  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(status).end('{"status":"as told"}');
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('the api must be ready', async () => {
    status = 200;
    assert.equal((await runScript('api', { API_URL: `http://${at}` })).code, 0);
    status = 503;
    const { code, said } = await runScript('api', { API_URL: `http://${at}` });
    assert.equal(code, 1);
    assert.match(said, /503 \{"status":"as told"\}/);
  });

  it('C21 the allowed connection must open, and the forbidden one must not', async () => {
    const closed = '127.0.0.1:1';
    const ask = (allowed: string, forbidden: string): Promise<Ended> =>
      runScript('egress', { ALLOWED: allowed, FORBIDDEN: forbidden, PAUSE_MS: '1' });
    assert.equal((await ask(at, closed)).code, 0);
    const open = await ask(at, at);
    assert.equal(open.code, 1);
    assert.match(open.said, /OPENED: nothing enforces NetworkPolicies/);
    const dead = await ask(closed, closed);
    assert.equal(dead.code, 1);
    assert.match(dead.said, /NOT OPENED: is the egress proxy ready/);
  });
});

describe('chart: the seccomp profile of nodes', () => {
  it('is put where the operator’s pods look for it, and anew by the next pod', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-seccomp-'));
    const files = path.join(chartFolder, 'files', 'seccomp');
    const start = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [path.join(files, 'install.mjs')], {
        env: { PROFILE: path.join(files, 'chromium.json'), FOLDER: folder },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      assert.ok(child.stdout);
      assert.match(String((await once(child.stdout, 'data'))[0]), /wrote /);
      return child;
    };
    try {
      const child = await start();
      const placed = readFileSync(path.join(folder, SECCOMP_PROFILE), 'utf8');
      assert.equal(placed, readFileSync(path.join(files, 'chromium.json'), 'utf8'));
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
      rmSync(path.join(folder, SECCOMP_PROFILE));
      const second = await start();
      second.kill('SIGTERM');
      await once(second, 'exit');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
