/** The same herds for a running changedetection.io: it is told to recheck all watches. */
import { setTimeout as delay } from 'node:timers/promises';
import { startChangedetection, type Changedetection } from '../changedetection/server.ts';
import { runHerds, type HerdOptions } from '../lib/herds.ts';
import type { Turn } from '../lib/pairs.ts';
import { cpuSecondsOf } from '../lib/processTree.ts';
import { expectContent } from '../lib/report.ts';
import type { BenchSite } from '../lib/site.ts';

export interface TheirSide {
  turn(options: HerdOptions): Promise<Turn>;
  stop(): Promise<void>;
}

/** Its workers, as the target names them. */
const WORKERS = 10;
const POLL_MS = 5;
/** Lets the last checks of a herd end; a watch in work is not queued again. Not counted as time. */
const PAUSE_MS = 300;
/** Now and then it checks a watch once more than it was asked to; each counts for it. */
const MOST_AGAIN = 1.05;
const PATIENCE_MS = 60_000;

/** Starts it with one watch a page, and lets it take its first snapshots. */
export async function startTheirs(
  program: string,
  site: BenchSite,
  watches: number,
): Promise<TheirSide> {
  const firstUrl = `${site.url}/0`;
  const server = await startChangedetection({ program, workers: WORKERS, firstUrl });
  try {
    await server.add(Array.from({ length: watches - 1 }, (_, at) => `${site.url}/${at + 1}`));
    await untilAllChecked(server, watches);
    return {
      turn: (options) => runTurn(server, site, watches, options),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function runTurn(
  server: Changedetection,
  site: BenchSite,
  watches: number,
  options: HerdOptions,
): Promise<Turn> {
  const hits = site.hits();
  const before = await changesOf(server, watches);
  const turn = await runHerds({
    ...options,
    size: watches,
    cpu: () => cpuSecondsOf(server.pid),
    herd: () => runHerd(server, site, watches),
  });
  const fetched = site.hits() - hits;
  expectContent(
    fetched >= turn.operations && fetched <= turn.operations * MOST_AGAIN,
    `${turn.operations} checks of changedetection.io fetched ${fetched} pages.`,
  );
  expectContent(
    (await changesOf(server, watches)) === before,
    'changedetection.io saw a change in pages that do not change.',
  );
  return { ...turn, operations: fetched };
}

async function runHerd(server: Changedetection, site: BenchSite, watches: number): Promise<number> {
  const [started, hits] = [performance.now(), site.hits()];
  await server.recheckAll();
  while (site.hits() - hits < watches) {
    expectContent(
      performance.now() - started < PATIENCE_MS,
      `changedetection.io fetched ${site.hits() - hits} of ${watches} pages in ${PATIENCE_MS / 1000} s.`,
    );
    await delay(POLL_MS);
  }
  const seconds = (site.lastHitAt() - started) / 1000;
  await delay(PAUSE_MS);
  return seconds;
}

async function untilAllChecked(server: Changedetection, watches: number): Promise<void> {
  await server.recheckAll();
  const deadline = performance.now() + PATIENCE_MS * 2;
  for (;;) {
    const list = await server.watches();
    const checked = list.filter(({ last_checked }) => last_checked > 0).length;
    if (checked === watches && (await server.queued()) === 0) break;
    expectContent(
      performance.now() < deadline,
      `changedetection.io checked ${checked} of ${watches} watches.`,
    );
    await delay(500);
  }
  await delay(PAUSE_MS * 3);
}

/** When watches have changed, as one text; an error of any of them fails the bench. */
async function changesOf(server: Changedetection, watches: number): Promise<string> {
  const list = await server.watches();
  const wrong = list.find(({ last_error }) => last_error !== false);
  expectContent(list.length === watches, `changedetection.io has ${list.length} watches.`);
  expectContent(!wrong, `changedetection.io could not check ${wrong?.url}: ${wrong?.last_error}`);
  return list.map(({ url, last_changed }) => `${url} ${last_changed}`).join('\n');
}
