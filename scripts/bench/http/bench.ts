/** Bench `http`: H1, checks of unchanged pages from the schedule to the commit. */
import { installChangedetection, VERSION } from '../changedetection/install.ts';
import { startFleet } from '../lib/fleet.ts';
import type { BenchOptions } from '../lib/options.ts';
import { perCpuSecond, perSecond, runPairs, type Turn } from '../lib/pairs.ts';
import { figure, ratioLine } from '../lib/report.ts';
import { PAGE_BYTES, startBenchSite } from '../lib/site.ts';
import { median, ratiosOf } from '../lib/statistics.ts';
import { startTheirs } from './theirs.ts';

const TARGET = { kind: 'atLeast', value: 4 } as const;
const MONITORS = 200;
const TURN_SECONDS = 6;
const QUICK = { monitors: 40, seconds: 1 };

export async function benchHttp(
  { pairs, quick }: BenchOptions,
  say: (line: string) => void,
): Promise<void> {
  const program = installChangedetection(process.env, say);
  const monitors = quick ? QUICK.monitors : MONITORS;
  const options = { seconds: quick ? QUICK.seconds : TURN_SECONDS };
  say(
    `${monitors} unchanged pages of ${PAGE_BYTES} bytes, herd after herd; the CPU of Postgres is ours`,
  );
  const site = await startBenchSite();
  const stops: (() => Promise<void>)[] = [() => site.close()];
  try {
    const ours = await startFleet(site, monitors);
    stops.push(() => ours.stop());
    const theirs = await startTheirs(program, site, monitors);
    stops.push(() => theirs.stop());
    await ours.turn(options);
    const measured = await runPairs(
      pairs,
      () => ours.turn(options),
      () => theirs.turn(options),
      (pair, number) => say(`  pair ${number}: ${shown(pair.ours)} | ${shown(pair.theirs)}`),
    );
    say(`duckmon:                    ${medians(measured.map((pair) => pair.ours))}`);
    say(`changedetection.io ${VERSION}: ${medians(measured.map((pair) => pair.theirs))}`);
    say(ratioLine('checks/s', ratiosOf(measured, perSecond), TARGET));
    say(ratioLine('checks per CPU second', ratiosOf(measured, perCpuSecond), TARGET));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

const shown = (turn: Turn): string =>
  `${figure(perSecond(turn))}/s, ${figure(perCpuSecond(turn))} per CPU s`;

const medians = (turns: readonly Turn[]): string =>
  `${figure(median(turns.map(perSecond)))} checks/s, ${figure(median(turns.map(perCpuSecond)))} checks per CPU second`;
