import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startShop, type Shop } from './shop.ts';

describe('the demo shop', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await startShop(0, 0);
  });

  afterEach(() => shop.stop());

  const page = async (): Promise<string> => (await fetch(shop.url)).text();

  it('shows the price of now', async () => {
    assert.match(await page(), /Price: €49\.00/);
  });

  it('moves the price when it is told to', async () => {
    assert.equal(shop.movePrice(), 5400);
    assert.match(await page(), /Price: €54\.00/);
  });

  it('moves the price on the button and shows the page again', async () => {
    const answer = await fetch(`${shop.url}move`, { method: 'POST', redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/']);
    assert.match(await page(), /Price: €54\.00/);
  });

  it('does not move the price on a GET', async () => {
    await fetch(`${shop.url}move`);
    assert.match(await page(), /Price: €49\.00/);
  });

  it('changes nothing but the price', async () => {
    const before = await page();
    shop.movePrice();
    const after = await page();
    assert.equal(after.replace('€54.00', '€49.00'), before);
  });

  it('says in one sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(
      startShop(port, 0),
      new RegExp(`Port ${port} for the demo page is in use; set DEMO_PORT`),
    );
    await new Promise((resolve) => other.close(resolve));
  });
});
