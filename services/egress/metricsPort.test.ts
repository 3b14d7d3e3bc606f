import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { freePort } from '../core/http/testing/freePort.ts';
import { startHarness, type Harness } from './testing/harness.ts';

describe('egress: the port of its metrics', () => {
  let harness: Harness;
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    harness = await startHarness({
      env: { METRICS_PORT: String(port), DUCKMON_EGRESS_ALLOW: `127.0.0.0/8:${port}` },
    });
  });
  afterEach(() => harness.stop());

  it('G14 has its metrics on their own port only, when there is one', async () => {
    assert.equal((await fetch(`${harness.proxyUrl}/metrics`)).status, 404);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.match(await answer.text(), /mon_egress_/);
  });

  it('G14 passes nothing on at the port of its metrics', async () => {
    const headers = { 'proxy-authorization': harness.authorization() };
    const asked = get({ host: '127.0.0.1', port, path: 'http://shop.test/', headers });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, 404);
    assert.deepEqual(harness.dialled, []);
  });

  it('C16 never connects to that port of its own, even when it is opened', async () => {
    const host = `127.0.0.1:${port}`;
    const headers = { host, 'proxy-authorization': harness.authorization() };
    const path = `http://${host}/metrics`;
    const asked = get({ host: '127.0.0.1', port: harness.port, path, headers });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, 403);
    assert.equal(harness.events('egress.refused')[0]?.['reason'], 'self');
    assert.deepEqual(harness.dialled, []);
  });
});
