/** The pages of the soak, one a monitor, each with a price that is set by the soak. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { priceText } from './ledger.ts';

export interface PriceShop {
  readonly url: string;
  readonly port: number;
  set(monitor: string, price: number): void;
  stop(): Promise<void>;
}

export async function startPriceShop(): Promise<PriceShop> {
  const prices = new Map<string, number>();
  const server = createServer((request, response) => {
    const price = prices.get((request.url ?? '').slice(1)) ?? 0;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      `<!doctype html><title>Plans</title><h1>Plans</h1><p>Basic ${priceText(price)} a month</p><p>Pro costs 90 EUR a month</p>`,
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    set: (monitor, price) => prices.set(monitor, price),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
