/** A process that is killed at a point of its second fetch by Chromium; tells the browser's process and folder. */
import { createChromiumBench } from './chromiumBench.ts';
import { requestOf } from './request.ts';
import { tapped } from './tap.ts';

const [proxyUrl = '', url = '', point = ''] = process.argv.slice(2);
let isArmed = false;
const launch = tapped((reached) => {
  if (isArmed && reached === point) process.kill(process.pid, 'SIGKILL');
});
const bench = createChromiumBench(proxyUrl, { settleCapMs: 300, launch });
await bench.fetch(requestOf(url));
const { pid, folder } = bench.pool.current() ?? {};
process.send?.({ pid, folder }, () => {
  isArmed = true;
  void bench.fetch(requestOf(url));
});
