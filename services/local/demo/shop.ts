/** The demo's page: a small shop on loopback whose price moves on a button and by itself. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SetupError } from '../../core/errors.ts';

export interface Shop {
  readonly url: string;
  readonly port: number;
  /** Moves the price now; returns the new one in cents. */
  movePrice(): number;
  stop(): Promise<void>;
}

/** Prices in cents that the shop walks through, again and again. */
const PRICES = [4900, 5400, 4500, 5900, 3900] as const;

const euros = (cents: number): string => `€${(cents / 100).toFixed(2)}`;

/** The page of one moment. */
export function renderShop(cents: number): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Duck &amp; Co. – rubber ducks</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
.price{font-size:2rem;font-weight:600}button{font:inherit;padding:.5rem 1rem}</style></head>
<body>
<h1>Duck &amp; Co.</h1>
<p>Rubber ducks for people who debug.</p>
<h2>The Debugger, large</h2>
<p>Listens patiently. 24 cm, natural rubber, yellow.</p>
<p class="price">Price: ${euros(cents)}</p>
<p>In stock, ships in 2 days.</p>
<h2>Shipping</h2>
<p>Standard shipping costs €4.90. Free from €60.00.</p>
<form method="post" action="/move"><button>Change the price</button></form>
</body></html>`;
}

/**
 * Starts the shop.
 * @param everyMs how often the price moves by itself; 0 never.
 * @throws SetupError when the port is in use.
 */
export async function startShop(port: number, everyMs: number): Promise<Shop> {
  let index = 0;
  const price = (): number => PRICES[index % PRICES.length] ?? PRICES[0];
  const movePrice = (): number => {
    index += 1;
    return price();
  };
  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/move') {
      movePrice();
      response.writeHead(303, { location: '/' }).end();
      return;
    }
    if (request.url !== '/' && request.url !== '/favicon.ico') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(renderShop(price()));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  try {
    await promise;
  } catch (error) {
    throw new SetupError(
      `Port ${port} for the demo page is in use; set DEMO_PORT to another, or start with --no-demo.`,
      { cause: error },
    );
  }
  const timer = everyMs > 0 ? setInterval(movePrice, everyMs) : undefined;
  timer?.unref();
  const opened = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${opened}/`,
    port: opened,
    movePrice,
    stop: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
