/** The watched site of the benches: the same page under every path, over a real socket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageOf } from './page.ts';

export interface BenchSite {
  /** Such as `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Pages that were sent so far. */
  hits(): number;
  /** When the last one was sent, on the clock of `performance.now`. */
  lastHitAt(): number;
  close(): Promise<void>;
}

/** Size of a page on the wire, in bytes. */
export const PAGE_BYTES = 16 * 1024;

/** Starts it; pages carry no validator, so each check fetches the whole of one. */
export async function startBenchSite(): Promise<BenchSite> {
  const page = Buffer.from(pageOf(PAGE_BYTES));
  let hits = 0;
  let last = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    last = performance.now();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': page.length,
    });
    response.end(page);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    hits: () => hits,
    lastHitAt: () => last,
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
