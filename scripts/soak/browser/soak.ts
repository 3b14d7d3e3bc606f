/** Soak `browser`: what grows or is left while Chromium checks pages, ill ones among them (B5, C35). */
import { startChecker, type Checker } from '../../bench/browser/work.ts';
import { expectContent, figure, meets, valueLine, type Target } from '../../bench/lib/report.ts';
import { startProxy } from '../../testing/site/proxy.ts';
import { startSite } from '../../testing/site/site.ts';
import type { SoakOptions } from '../lib/options.ts';
import { addPages, ILL_PAGES, isIll, mixedPages, usualPages, type CorpusPage } from './corpus.ts';
import { lineOf, watchRemains, type Remains, type State } from './remains.ts';

const CHECKS = 2_000;
/** Checks at the same time, as the service has slots. */
const CONCURRENCY = 2;
/** Checks of a part: in turn only usual pages, and usual ones beside ill ones. */
const PART = 100;
/** The share of the checks after which the memory is taken as usual. */
const WARM = 0.1;
const MEMORY: Target = { kind: 'atMost', value: 1.15 };
const NEIGHBOURS: Target = { kind: 'atMost', value: 2 };

type Say = (line: string) => void;

export async function soakBrowser(
  { count = CHECKS }: Pick<SoakOptions, 'count'>,
  say: Say,
): Promise<void> {
  const [site, proxy] = await Promise.all([startSite(), startProxy()]);
  const checker = startChecker(new URL('./checker.ts', import.meta.url), [proxy.url]);
  const remains = watchRemains(checker.pid);
  addPages(site);
  try {
    await soak({ checker, remains, siteUrl: site.url, count, say });
    await checker.stop();
    await remains.expectNothing();
    say('nothing is left of it: no process, no file');
  } finally {
    remains.stop();
    await checker.stop();
    await Promise.all([site.close(), proxy.close()]);
  }
}

interface Run {
  readonly checker: Checker;
  readonly remains: Remains;
  readonly siteUrl: string;
  readonly count: number;
  readonly say: Say;
}

interface Checked {
  readonly page: CorpusPage;
  readonly code: string;
  readonly ms: number;
}

async function soak(run: Run): Promise<void> {
  const { remains, count, say } = run;
  const size = Math.max(2 * ILL_PAGES, Math.min(PART, Math.ceil(count / 2)));
  const [alone, beside, states]: [number[], number[], State[]] = [[], [], []];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let checks = 0;
  for (let turn = 0; checks < count; turn += 1) {
    for (const [times, pages] of [
      [alone, usualPages(size)],
      [beside, mixedPages(size, turn)],
    ] as const) {
      const done = await checkAll(run, pages);
      times.push(...done.filter(({ page }) => !isIll(page)).map(({ ms }) => ms));
      checks += done.length;
      const state = await remains.settle(checks);
      states.push(state);
      say(`  ${lineOf(state)}; ${figure(seconds())} s`);
    }
  }
  say(`${checks} checks in ${figure(seconds())} s, ${figure(checks / seconds())} checks/s`);
  report({ alone, beside, states, count }, say);
}

/** @throws ContentError when a check came to something else than its page is */
async function checkAll(
  { checker, siteUrl }: Run,
  pages: readonly CorpusPage[],
): Promise<Checked[]> {
  const urls = pages.map(({ name }) => `${siteUrl}/${name}`);
  const { texts } = await checker.check({ urls, concurrency: CONCURRENCY });
  return pages.map((page, at) => {
    const { code, ms } = JSON.parse(texts[at] ?? '{}') as Omit<Checked, 'page'>;
    expectContent(code === page.code, `The page ${page.name} came to ${code}, not ${page.code}.`);
    return { page, code, ms };
  });
}

interface Outcome {
  readonly alone: readonly number[];
  readonly beside: readonly number[];
  readonly states: readonly State[];
  readonly count: number;
}

/** @throws ContentError when a target is missed; a short run tells too little for that */
function report({ alone, beside, states, count }: Outcome, say: Say): void {
  const warm = states.find(({ checks }) => checks >= count * WARM);
  const end = states.at(-1);
  if (!warm || !end) return;
  const memory = end.ownMegabytes / warm.ownMegabytes;
  const most = Math.max(...states.map(({ ownMegabytes }) => ownMegabytes)) / warm.ownMegabytes;
  const slower = p99(beside) / p99(alone);
  say(valueLine(`memory after ${end.checks} by after ${warm.checks} checks`, memory, 'x', MEMORY));
  say(`  ${figure(most)}x at the most`);
  say(valueLine('p99 of usual pages beside ill ones by that alone', slower, 'x', NEIGHBOURS));
  say(
    `  ${figure(p99(alone))} ms alone (${alone.length}), ${figure(p99(beside))} ms beside (${beside.length})`,
  );
  expectContent(
    end.openFiles <= warm.openFiles * 1.5 + 50,
    `Open files grew from ${warm.openFiles} to ${end.openFiles}.`,
  );
  if (count < CHECKS) return;
  expectContent(meets(memory, MEMORY), 'The memory grew beyond its target.');
  expectContent(meets(slower, NEIGHBOURS), 'Usual pages were slowed down beyond the target.');
}

const p99 = (times: readonly number[]): number =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? NaN;
