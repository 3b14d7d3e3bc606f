import assert from 'node:assert/strict';
import { systemClock } from '../core/clock.ts';
import { KEYS_PATH, loadedKeys } from '../core/contracts/keys.ts';
import { createInternalClient } from '../core/internal/client.ts';
import { startHarness, type Harness } from './testing/harness.ts';

describe('egress: the keys that the proxy has loaded', () => {
  let proxy: Harness;
  beforeEach(async () => {
    proxy = await startHarness();
  });
  afterEach(() => proxy.stop());

  it('B4 are named to the scheduler, which waits for them in a rotation', async () => {
    const client = createInternalClient({
      caller: 'scheduler',
      callee: 'egress',
      baseUrl: proxy.proxyUrl,
      keys: proxy.keys.of('scheduler'),
      clock: systemClock,
    });
    const { kids } = await client.get(KEYS_PATH, loadedKeys);
    await client.close();
    const [kid] = proxy.keys.root.keys.map((key) => key.kid);
    for (const issuer of ['scheduler', 'api', 'llm', 'notification'])
      assert.ok(kids.includes(`${kid}-${issuer}`), kids.join(', '));
  });
  it('B1 are named to nobody without the signed header', async () => {
    assert.equal((await fetch(`${proxy.proxyUrl}${KEYS_PATH}`)).status, 401);
  });
});
