/** Child of the bench: duckmon's fetch by Chromium, behind a proxy that asks for a credential. */
import { createChromiumBench } from '../../../services/browser/testing/chromiumBench.ts';
import { requestOf } from '../../../services/browser/testing/request.ts';
import { wordsIn } from './site.ts';
import { serveWork } from './work.ts';

const [proxyUrl = ''] = process.argv.slice(2);
const bench = createChromiumBench(proxyUrl);

serveWork(
  async (url) => {
    const result = await bench.fetch(requestOf(url, { consent: 'Auto' }, { timeoutMs: 45_000 }));
    return wordsIn(url, result.kind === 'page' ? result.page.text : JSON.stringify(result));
  },
  () => bench.close(),
);
