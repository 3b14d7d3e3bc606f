/** A process that fetches by Chromium until it is killed; tells the browser's process and folder. */
import { createChromiumBench } from './chromiumBench.ts';
import { requestOf } from './request.ts';

const [proxyUrl = '', url = ''] = process.argv.slice(2);
const bench = createChromiumBench(proxyUrl, { settleCapMs: 300 });
await bench.fetch(requestOf(url));
process.send?.({ pid: bench.pool.current()?.pid, folder: bench.pool.current()?.folder });
for (;;) await bench.fetch(requestOf(url));
