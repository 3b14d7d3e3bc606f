/** Bench `claim`: what the store's claim costs beside the raw loop that it is built around. */
import { stopTestServer, testDatabase } from '../../../services/store/testing/postgres.ts';
import type { BenchOptions } from '../lib/options.ts';
import { perCpuSecond, perSecond, runPairs, sumOf, type Turn } from '../lib/pairs.ts';
import { figure, ratioLine } from '../lib/report.ts';
import { median, ratiosOf, type Pair } from '../lib/statistics.ts';
import { BATCH, drainByStore, drainRaw } from './loops.ts';
import { fill, reset, WORKSPACES } from './rows.ts';

/** S2: a herd drains in at most 1.5 times the raw time. */
const TARGET = { kind: 'atLeast', value: 1 / 1.5 } as const;

/** Monitors in the database, how many of them are claimed at a stretch, and how often in a turn. */
const SIZES = [
  { monitors: 1_000, claims: 1_000, rounds: 10 },
  { monitors: 100_000, claims: 10_000, rounds: 1 },
];
const QUICK_SIZES = [{ monitors: 1_000, claims: 1_000, rounds: 1 }];

export async function benchClaim(
  { pairs, quick }: BenchOptions,
  say: (line: string) => void,
): Promise<void> {
  say(`all due, ${WORKSPACES} workspaces, batches of ${BATCH}, one connection, CPU with Postgres'`);
  try {
    for (const size of quick ? QUICK_SIZES : SIZES) await benchSize(size, pairs, say);
  } finally {
    await stopTestServer();
  }
}

async function benchSize(
  { monitors, claims, rounds }: (typeof SIZES)[number],
  pairs: number,
  say: (line: string) => void,
): Promise<void> {
  const db = await testDatabase();
  try {
    const [admin, pool] = [db.pool('postgres'), db.pool('mon_scheduler')];
    await fill(admin, monitors);
    const ours = () =>
      turnOf(
        rounds,
        () => drainByStore(pool, claims),
        () => reset(admin, 'monitors'),
      );
    const raw = (remembering: boolean) => () =>
      turnOf(
        rounds,
        () => drainRaw(pool, claims, remembering),
        () => reset(admin, 'raw_jobs'),
      );
    await runPairs(1, ours, raw(true));
    const bare = await runPairs(pairs, ours, raw(false));
    const whole = await runPairs(pairs, ours, raw(true));
    const rates = [bare.map(({ ours: turn }) => turn), ...[bare, whole].map(theirsOf)].map(rateOf);
    say(
      `${monitors.toLocaleString('en')} monitors: ${rates[0]} claims/s with what is remembered of each; raw ${rates[1]}, raw with it ${rates[2]}`,
    );
    say(`  ${ratioLine('claims/s, raw claim alone', ratiosOf(bare, perSecond), TARGET)}`);
    say(`  ${ratioLine('claims/s, raw claim and reads', ratiosOf(whole, perSecond))}`);
    say(`  ${ratioLine('per CPU second, raw claim alone', ratiosOf(bare, perCpuSecond))}`);
    say(`  ${ratioLine('per CPU second, raw claim and reads', ratiosOf(whole, perCpuSecond))}`);
  } finally {
    await db.close();
  }
}

const theirsOf = (pairs: readonly Pair<Turn>[]): Turn[] => pairs.map(({ theirs }) => theirs);

const rateOf = (turns: readonly Turn[]): string => figure(median(turns.map(perSecond)));

/** Several drains as one turn; what lies between them is not measured. */
async function turnOf(
  rounds: number,
  drain: () => Promise<Turn>,
  between: () => Promise<void>,
): Promise<Turn> {
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round += 1) {
    turns.push(await drain());
    await between();
  }
  return sumOf(turns);
}
