/** Child of the soak: checks pages by Chromium as the service does, and says what came of each. */
import { createChromiumBench } from '../../../services/browser/testing/chromiumBench.ts';
import { codeIn, requestOf } from '../../../services/browser/testing/request.ts';
import { tapped } from '../../../services/browser/testing/tap.ts';
import { serveWork } from '../../bench/browser/work.ts';
import { pageAt } from './corpus.ts';

const [proxyUrl = ''] = process.argv.slice(2);
/** Nothing that a page does is sure to crash a browser. */
const launch = tapped((point, { pid }, params) => {
  if (point === 'before Page.navigate' && isCrash(params)) process.kill(-pid, 'SIGKILL');
});
const isCrash = (params: unknown): boolean => /\/crash"/.test(JSON.stringify(params));
const bench = createChromiumBench(proxyUrl, { launch });

serveWork(
  async (url) => {
    const { isLong, timeoutMs } = pageAt(url);
    const waitFor = isLong ? { waitFor: { selector: '#never', timeoutMs } } : {};
    const startedAt = performance.now();
    const result = await bench.fetch(
      requestOf(url, { consent: 'Auto', ...waitFor }, { timeoutMs }),
    );
    return JSON.stringify({ code: codeIn(result), ms: performance.now() - startedAt });
  },
  () => bench.close(),
);
