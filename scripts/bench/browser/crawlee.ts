/** Child of the bench: Crawlee's PlaywrightCrawler with a context of its own for each page. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { findChromium } from '../../../services/browser/chromium/find.ts';
import { wordsIn } from './site.ts';
import { serveWork } from './work.ts';

/** The part of Crawlee that is used here; it is no dependency of ours. */
interface Crawlee {
  readonly PlaywrightCrawler: new (options: object, configuration: object) => Crawler;
  readonly Configuration: new (options: object) => object;
}

interface Crawler {
  run(requests: readonly object[]): Promise<unknown>;
}

interface Visited {
  readonly request: { readonly uniqueKey: string };
  readonly page: { evaluate(expression: string): Promise<string> };
}

const [folder = '', concurrency = '1'] = process.argv.slice(2);
const { PlaywrightCrawler, Configuration } = createRequire(path.join(folder, 'index.js'))(
  '@crawlee/playwright',
) as Crawlee;
const waiting = new Map<string, (text: string) => void>();
const crawler = new PlaywrightCrawler(
  {
    launchContext: {
      useIncognitoPages: true,
      launchOptions: {
        executablePath: (await findChromium(process.env, '')).file,
        args: ['--no-sandbox'],
      },
    },
    minConcurrency: Number(concurrency),
    maxConcurrency: Number(concurrency),
    keepAlive: true,
    requestHandler: async ({ request, page }: Visited) => {
      waiting.get(request.uniqueKey)?.(await page.evaluate('document.body.innerText'));
    },
    failedRequestHandler: ({ request }: Pick<Visited, 'request'>) => {
      waiting.get(request.uniqueKey)?.('failed');
    },
  },
  new Configuration({ persistStorage: false, systemInfoV2: true, logLevel: 'ERROR' }),
) as Crawler & { addRequests(requests: readonly object[]): Promise<unknown> };

void crawler.run([]);
let count = 0;

serveWork(
  async (url) => {
    const uniqueKey = String((count += 1));
    const { promise, resolve } = Promise.withResolvers<string>();
    waiting.set(uniqueKey, resolve);
    await crawler.addRequests([{ url, uniqueKey }]);
    return wordsIn(url, await promise.finally(() => waiting.delete(uniqueKey)));
  },
  () => Promise.resolve(),
);
