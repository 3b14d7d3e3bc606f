/** Soak `browser`: what grows while Chromium checks pages, recycling included (B5). */
import { startFleet, type Fleet } from '../../bench/lib/fleet.ts';
import { memoryOf, openFilesOf, processTree, zombiesOf } from '../../bench/lib/processTree.ts';
import { expectContent, figure, valueLine } from '../../bench/lib/report.ts';
import { startBenchSite } from '../../bench/lib/site.ts';
import type { SoakOptions } from '../lib/options.ts';

const CHECKS = 2_000;
/** Checks of a herd; memory is looked at between herds. */
const MONITORS = 50;
/** The share of the checks after which the memory is taken as usual. */
const WARM = 0.1;
const TARGET = { kind: 'atMost', value: 1.15 } as const;

interface State {
  readonly checks: number;
  readonly megabytes: number;
  readonly files: number;
  readonly processes: number;
  readonly zombies: number;
}

export async function soakBrowser(
  { count = CHECKS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const site = await startBenchSite();
  try {
    const fleet = await startFleet(site, MONITORS, 'Browser');
    try {
      await soak(fleet, count, say);
    } finally {
      await fleet.stop();
    }
  } finally {
    await site.close();
  }
}

async function soak(fleet: Fleet, count: number, say: (line: string) => void): Promise<void> {
  const warmAt = Math.max(MONITORS, Math.round(count * WARM));
  const started = performance.now();
  let checks = 0;
  let warm: State | undefined;
  let next = warmAt;
  while (checks < count) {
    const { operations } = await fleet.turn({ seconds: 0 });
    checks += operations;
    if (checks < next && checks < count) continue;
    const state = stateOf(fleet.pid, checks);
    warm ??= state;
    next += warmAt;
    say(`  ${lineOf(state)}`);
  }
  const end = stateOf(fleet.pid, checks);
  const seconds = (performance.now() - started) / 1000;
  say(`${checks} browser checks in ${figure(seconds)} s, ${figure(checks / seconds)} checks/s`);
  if (warm)
    say(
      valueLine(
        `memory after ${end.checks} by memory after ${warm.checks} checks`,
        end.megabytes / warm.megabytes,
        'x',
        TARGET,
      ),
    );
  expectContent(end.zombies === 0, `${end.zombies} ended processes were not waited for.`);
  expectContent(
    !warm || end.files <= warm.files * 1.5 + 50,
    `Open files grew from ${warm?.files} to ${end.files}.`,
  );
}

const stateOf = (pid: number, checks: number): State => ({
  checks,
  megabytes: memoryOf(pid) / 1e6,
  files: openFilesOf(pid),
  processes: processTree(pid).length,
  zombies: zombiesOf(pid).length,
});

const lineOf = ({ checks, megabytes, files, processes, zombies }: State): string =>
  `${checks} checks: ${figure(megabytes)} MB, ${files} open files, ${processes} processes, ${zombies} zombies`;
