/** Bench `operator`: O1, O2 and O4, on a real API server with a scheduler in memory. */
import { startTestScheduler, type TestScheduler } from '../../../operator/src/testing/scheduler.ts';
import { testKeys } from '../../../services/core/testing/keys.ts';
import type { BenchOptions } from '../lib/options.ts';
import { perCpuSecond, perSecond, runPairs, type Turn } from '../lib/pairs.ts';
import { cpuSecondsOf, memoryOf } from '../lib/processTree.ts';
import { expectContent, figure, ratioLine, valueLine } from '../lib/report.ts';
import { median, ratiosOf } from '../lib/statistics.ts';
import { startJobServer, type JobServer } from './jobs.ts';
import { startSubject, type Subject } from './subject.ts';

const FEW = 1_000;
const MANY = 10_000;
const QUICK = { few: 200, many: 1_000 } as const;

const AT_LEAST_OF_RAW = { kind: 'atLeast', value: 0.7 } as const;
const AT_MOST_GROWTH = { kind: 'atMost', value: 12 } as const;
const AT_MOST_WRITES = { kind: 'atMost', value: 1 } as const;
const AT_MOST_OF_INFORMER = { kind: 'atMost', value: 0.3 } as const;
const AT_MOST_MIB = { kind: 'atMost', value: 60 } as const;
const AT_MOST_STALL = { kind: 'atMost', value: 50 } as const;
const AT_MOST_READY = { kind: 'atMost', value: 5 } as const;

const MIB = 1024 * 1024;
const RESYNCS = 3;

type Say = (line: string) => void;

interface Bench {
  readonly server: JobServer;
  readonly keys: ReturnType<typeof testKeys>;
  readonly say: Say;
}

export async function benchOperator({ pairs, quick }: BenchOptions, say: Say): Promise<void> {
  const [few, many] = quick ? [QUICK.few, QUICK.many] : [FEW, MANY];
  const server = await startJobServer();
  const bench = { server, keys: testKeys(), say };
  try {
    const seconds = await benchCreation(bench, few, pairs);
    await benchDrain(bench, few, pairs);
    await benchGrowth(bench, { few, many, seconds });
    await benchRest(bench, many);
  } finally {
    await server.stop();
  }
}

async function withScheduler<T>(
  { keys }: Bench,
  isQuiet: boolean,
  work: (scheduler: TestScheduler) => Promise<T>,
): Promise<T> {
  const scheduler = await startTestScheduler(keys, { isQuiet });
  try {
    return await work(scheduler);
  } finally {
    await scheduler.stop();
  }
}

async function withOperator<T>(
  { server, keys }: Bench,
  schedulerUrl: string,
  resyncMs: number | undefined,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const { kubeconfig } = server.cluster;
  const subject = await startSubject({
    what: 'operator',
    kubeconfig,
    schedulerUrl,
    keys,
    ...(resyncMs === undefined ? {} : { resyncMs }),
  });
  try {
    return await work(subject);
  } finally {
    await subject.stop();
  }
}

const WRITES = 'status_writes_total';
/** The platform has a status too, which tells how many jobs there are. */
const OF_JOBS = 'controller="monitorjob"';
const PASSES = 'reconcile_total';

/** Milliseconds of wall clock and CPU of this process, the operator and the servers together. */
async function timed(
  count: number,
  pids: readonly number[],
  work: () => Promise<void>,
): Promise<Turn> {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const [began, before] = [performance.now(), cpu()];
  await work();
  return {
    operations: count,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: cpu() - before,
  };
}

/** From the first creation to the last Ready, and the writes that it took. */
async function createToReady(bench: Bench, count: number): Promise<Turn & { writes: number }> {
  const { server } = bench;
  return withScheduler(bench, false, ({ url }) =>
    withOperator(bench, url, undefined, async (subject) => {
      await subject.whenReady();
      const turn = await timed(count, [process.pid], async () => {
        await server.create(count);
        await subject.reached(WRITES, count, OF_JOBS);
        await server.whenReady(count);
      });
      const writes = await subject.counter(WRITES, OF_JOBS);
      await server.clear();
      return { ...turn, writes: writes / count };
    }),
  );
}

/** O1 against the same creations with a bare PATCH of the status behind each. */
async function benchCreation(bench: Bench, count: number, pairs: number): Promise<number> {
  const { server, say } = bench;
  const ours = () => createToReady(bench, count);
  const raw = async (): Promise<Turn & { writes: number }> => {
    const turn = await timed(count, [process.pid], () => server.create(count, server.patchStatus));
    await server.whenReady(count);
    await server.clear();
    return { ...turn, writes: 1 };
  };
  await runPairs(1, ours, raw);
  const turns = await runPairs(pairs, ours, raw);
  const rate = (of: 'ours' | 'theirs'): string =>
    figure(median(turns.map((pair) => perSecond(pair[of]))));
  say(
    `O1 create to Ready, ${count} jobs: ${rate('ours')}/s; create and bare PATCH ${rate('theirs')}/s`,
  );
  say(`  ${ratioLine('jobs/s', ratiosOf(turns, perSecond), AT_LEAST_OF_RAW)}`);
  say(`  ${ratioLine('per CPU second of everything', ratiosOf(turns, perCpuSecond))}`);
  say(
    `  ${valueLine('status writes a job', Math.max(...turns.map(({ ours: turn }) => turn.writes)), '', AT_MOST_WRITES)}`,
  );
  return median(turns.map(({ ours: turn }) => turn.seconds));
}

/** A backlog that an operator finds at its start, against the loop of PATCHes alone. */
async function benchDrain(bench: Bench, count: number, pairs: number): Promise<void> {
  const { server, say } = bench;
  const ours = async (): Promise<Turn> => {
    await server.create(count);
    return withScheduler(bench, false, ({ url }) =>
      withOperator(bench, url, undefined, async (subject) => {
        await subject.whenReady();
        const done = await subject.counter(WRITES, OF_JOBS);
        const turn = await timed(count - done, [process.pid], () =>
          subject.reached(WRITES, count, OF_JOBS),
        );
        await server.whenReady(count);
        await server.clear();
        return turn;
      }),
    );
  };
  const raw = async (): Promise<Turn> => {
    await server.create(count);
    const turn = await timed(count, [process.pid], () => server.patchAll(count));
    await server.clear();
    return turn;
  };
  const turns = await runPairs(pairs, ours, raw);
  say(
    `  ${ratioLine('backlog of as many, by the loop of PATCHes alone', ratiosOf(turns, perSecond), AT_LEAST_OF_RAW)}`,
  );
}

async function benchGrowth(
  bench: Bench,
  { few, many, seconds }: { readonly few: number; readonly many: number; readonly seconds: number },
): Promise<void> {
  const turn = await createToReady(bench, many);
  const name = `t(${many}) by t(${few})`;
  bench.say(
    `  ${valueLine(name, turn.seconds / seconds, 'x', { ...AT_MOST_GROWTH, value: (AT_MOST_GROWTH.value * many) / few / 10 })}`,
  );
}

/** O4 and O2: a restart with many jobs, then quiet. */
async function benchRest(bench: Bench, count: number): Promise<void> {
  const { server, say } = bench;
  await server.create(count);
  await withScheduler(bench, true, async ({ url }) => {
    await withOperator(bench, url, undefined, (subject) => subject.reached(WRITES, count, OF_JOBS));
    await server.whenReady(count);
    const perResync = count * 1.5;
    await withOperator(bench, url, Math.max(5_000, perResync), async (subject) => {
      const ready = await subject.whenReady();
      await subject.reached(PASSES, count);
      const { ms, byClockMs } = await subject.ask('stall');
      say(`O4 restart with ${count} jobs`);
      say(`  ${valueLine('start of the process to ready', ready / 1000, 's', AT_MOST_READY)}`);
      say(
        `  ${valueLine('longest turn until all were looked at, CPU time', ms, 'ms', AT_MOST_STALL)}; by wall clock ${figure(byClockMs)} ms`,
      );
      await benchQuiet(bench, subject, count);
      await benchMemory(bench, subject, count);
    });
  });
  await server.clear();
}

async function benchQuiet({ server, say }: Bench, subject: Subject, count: number): Promise<void> {
  const version = await server.version();
  const passes = await subject.counter(PASSES);
  await subject.reached(PASSES, passes + RESYNCS * count);
  const writes = await subject.counter(WRITES);
  expectContent((await server.version()) === version, 'Somebody wrote to the jobs.');
  say(`O2 quiet, ${count} jobs`);
  say(
    `  ${valueLine(`status writes in ${RESYNCS} resyncs and since the restart`, writes, '', { kind: 'atMost', value: 0 })}`,
  );
}

async function benchMemory(
  { server, keys, say }: Bench,
  subject: Subject,
  count: number,
): Promise<void> {
  const { kubeconfig } = server.cluster;
  const ours = await subject.ask('heap');
  const informer = await startSubject({ what: 'informer', kubeconfig, schedulerUrl: '', keys });
  try {
    const theirs = await informer.ask('heap');
    expectContent(theirs.size === count, `The informer holds ${theirs.size} of ${count} jobs.`);
    const ratio = ours.megabytes / theirs.megabytes;
    say(
      `  heap above the empty process: ${figure(ours.megabytes)} MB, informer ${figure(theirs.megabytes)} MB`,
    );
    say(`  ${valueLine('heap by that of the informer', ratio, 'x', AT_MOST_OF_INFORMER)}`);
  } finally {
    await informer.stop();
  }
  const perThousand = memoryOf(subject.pid) / MIB / (count / 1_000);
  say(`  ${valueLine('memory of the process by 1,000 jobs', perThousand, 'MiB', AT_MOST_MIB)}`);
}
