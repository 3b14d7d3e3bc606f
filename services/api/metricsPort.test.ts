import assert from 'node:assert/strict';
import { freePort } from '../core/http/testing/freePort.ts';
import { startTestApi } from './testing/api.ts';

describe('api: the port of its metrics', () => {
  it('G14 has its metrics on their own port only, when there is one', async () => {
    const port = await freePort();
    const api = await startTestApi({ METRICS_PORT: String(port) });
    try {
      assert.equal((await fetch(`${api.url}/metrics`)).status, 404);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      assert.match(await answer.text(), /mon_http_request_seconds/);
      assert.equal((await fetch(`http://127.0.0.1:${port}/api/v1/openapi.json`)).status, 404);
    } finally {
      await api.stop();
    }
  });
});
