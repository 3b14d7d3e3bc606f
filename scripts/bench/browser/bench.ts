/** Bench `browser`: B1, B2, B3, B5, isolated checks by Chromium. */
import { DEFAULT_CAPS } from '../../../services/browser/caps.ts';
import { startChromium } from '../../../services/browser/chromium/browser.ts';
import { findChromium } from '../../../services/browser/chromium/find.ts';
import { startProxy } from '../../testing/site/proxy.ts';
import type { BenchOptions } from '../lib/options.ts';
import { perCpuSecond, perSecond, runPairs, type Turn } from '../lib/pairs.ts';
import { cpuSecondsOf, memoryOf, ownMemoryOf } from '../lib/processTree.ts';
import { expectContent, figure, ratioLine, valueLine, type Target } from '../lib/report.ts';
import { median, ratiosOf, type Pair } from '../lib/statistics.ts';
import { installCrawlee } from './installCrawlee.ts';
import { KINDS, startLateSite, wordsOf, type Kind, type LateSite } from './site.ts';
import { startChecker, type Checker } from './work.ts';

/** So many that waits for rest do not leave the machine idle. */
const CONCURRENCY = 8;
const FULL = { turn: 40, late: 500, warm: 200, end: 2000 } as const;
const QUICK = { turn: 16, late: 24, warm: 16, end: 24 } as const;
/** Checks after which the service replaces a browser. */
const RECYCLE = 500;

const atLeast = (value: number): Target => ({ kind: 'atLeast', value });
const atMost = (value: number): Target => ({ kind: 'atMost', value });

type Say = (line: string) => void;

export async function benchBrowser({ pairs, quick }: BenchOptions, say: Say): Promise<void> {
  const size = quick ? QUICK : FULL;
  const folder = installCrawlee(process.env, say);
  const site = await startLateSite();
  const proxy = await startProxy();
  const programs = {
    ours: startChecker(new URL('./ours.ts', import.meta.url), [proxy.url]),
    raw: startChecker(new URL('./raw.ts', import.meta.url), []),
    crawlee: startChecker(new URL('./crawlee.ts', import.meta.url), [folder, `${CONCURRENCY}`]),
  };
  say(`${CONCURRENCY} checks at a time, each in a context of its own; ours is behind a proxy`);
  try {
    const turn = (program: Checker) => () => checkPlain(program, site, size.turn);
    for (const program of Object.values(programs)) await checkPlain(program, site, CONCURRENCY * 2);
    const one = await runPairs(pairs, turn(programs.ours), turn(programs.raw), shower(say));
    say(ratioLine('B1 checks/s by a raw CDP loop', ratiosOf(one, perSecond), atLeast(0.8)));
    say(ratioLine('B1 CPU seconds a check by it', ratiosOf(one, perCheck), atMost(1.4)));
    await truth(programs.ours, site, size.late, say);
    const two = await runPairs(pairs, turn(programs.ours), turn(programs.crawlee), shower(say));
    say(
      ratioLine('B3 checks per CPU second by Crawlee', ratiosOf(two, perCpuSecond), atLeast(1.3)),
    );
    const checkSeconds = median(one.map(({ ours }) => perCheck(ours)));
    await recycling(proxy.url, checkSeconds, pairs, say);
    await growth(proxy.url, site, size, say);
  } finally {
    await Promise.all(Object.values(programs).map((program) => program.stop()));
    await Promise.all([proxy.close(), site.close()]);
  }
}

const perCheck = ({ operations, cpuSeconds }: Turn): number => cpuSeconds / operations;

const shower =
  (say: Say) =>
  ({ ours, theirs }: Pair<Turn>, number: number): void =>
    say(`  pair ${number}: ${shown(ours)} | ${shown(theirs)}`);

const shown = (turn: Turn): string =>
  `${figure(perSecond(turn))}/s, ${figure(perCheck(turn))} CPU s a check`;

const addresses = (site: LateSite, count: number, kindAt: (at: number) => Kind): string[] =>
  Array.from({ length: count }, (_, at) => `${site.url}/page/${kindAt(at)}/${at}`);

/** Pages that are whole at once, so that everybody can read them. @throws ContentError */
async function checkPlain(program: Checker, site: LateSite, count: number): Promise<Turn> {
  const urls = addresses(site, count, () => 'plain');
  const { texts, ...turn } = await program.check({ urls, concurrency: CONCURRENCY });
  const bad = texts.findIndex((text, at) => !text.includes(wordsOf(at)));
  expectContent(bad < 0, `A page was not read: ${texts[bad]?.slice(0, 300)}`);
  return turn;
}

/** B2: pages whose last words come late. */
async function truth(program: Checker, site: LateSite, count: number, say: Say): Promise<void> {
  const urls = addresses(site, count, (at) => KINDS[at % KINDS.length] ?? 'plain');
  const { texts, ...turn } = await program.check({ urls, concurrency: CONCURRENCY });
  const missing = texts.filter((text, at) => !text.includes(wordsOf(at))).length;
  say(valueLine(`B2 pages of ${count} that were not read whole`, missing, 'pages', atMost(0)));
  say(`  at ${shown(turn)}`);
}

/** B5: CPU seconds of a new browser until it has its first page and the next one, by those of the checks. */
async function recycling(
  proxyUrl: string,
  checkSeconds: number,
  count: number,
  say: Say,
): Promise<void> {
  const program = await findChromium(process.env, '');
  const starts: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const before = process.cpuUsage();
    const browser = await startChromium(program, proxyUrl, DEFAULT_CAPS, {});
    await browser.lease({ popup: () => {}, helper: () => {}, crashed: () => {} });
    const { user, system } = process.cpuUsage(before);
    starts.push(cpuSecondsOf(browser.pid) + (user + system) / 1e6);
    await browser.kill();
  }
  const share = (100 * median(starts)) / (RECYCLE * checkSeconds);
  say(valueLine(`B5 cost of a new browser every ${RECYCLE} checks`, share, '%', atMost(1)));
  say(`  ${figure(median(starts))} CPU s a browser`);
}

/** B5: what grows. */
async function growth(
  proxyUrl: string,
  site: LateSite,
  { warm, end }: { readonly warm: number; readonly end: number },
  say: Say,
): Promise<void> {
  const program = startChecker(new URL('./ours.ts', import.meta.url), [proxyUrl]);
  try {
    await checkPlain(program, site, warm);
    const before = { all: memoryOf(program.pid), own: ownMemoryOf(program.pid) };
    await checkPlain(program, site, end - warm);
    const name = `after ${end} by memory after ${warm} checks`;
    const ratio = memoryOf(program.pid) / before.all;
    say(valueLine(`B5 memory ${name}`, ratio, 'x', atMost(1.15)));
    const own = ownMemoryOf(program.pid) / before.own;
    say(`  ${figure(own)}x without the program's files, of which others take a share`);
  } finally {
    await program.stop();
  }
}
