import assert from 'node:assert/strict';
import { startNotificationUnderTest } from '../../scripts/testing/notificationService.ts';
import { freePort } from '../core/http/testing/freePort.ts';

describe('notification: the port of its metrics', () => {
  it('G14 has its metrics on their own port only, when there is one', async () => {
    const port = await freePort();
    const service = await startNotificationUnderTest({ METRICS_PORT: String(port) });
    try {
      assert.equal((await fetch(`${service.url}/metrics`)).status, 404);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      assert.match(await answer.text(), /mon_delivery_attempts_total/);
    } finally {
      await service.stop();
    }
  });
});
