/** Soak `leader`: pairs of operators, of which the one that leads dies again and again. */
import { LEASES } from '../../../operator/src/kube/lease.ts';
import { startProcess, type OperatorProcess } from '../../../operator/src/testing/operator.ts';
import { until } from '../../../operator/src/testing/until.ts';
import { spreadOf } from '../../bench/lib/statistics.ts';
import { expectContent, figure, valueLine } from '../../bench/lib/report.ts';
import { startGrounds, type Ground } from '../lib/cluster.ts';
import type { SoakOptions } from '../lib/options.ts';

const ROUNDS = 500;
/**
 * A change takes ten seconds of waiting: pairs that know nothing of one another wait together, so that
 * 500 are done in half an hour.
 */
const PAIRS = 6;
const LEASE = 'duckmon-operator';
/** 10 s until the lease is free, of which 2.4 s may pass before the last renewal is seen, and a margin. */
const TARGET = { kind: 'atMost', value: 15 } as const;
/** The same on a machine that is busy with other things. */
const MOST_MS = 25_000;
const PATIENCE_MS = 60_000;
/** A leader that is stopped for longer than its lease, and then wakes up as if nothing had been. */
const PAUSED_MS = 14_000;
const EVERY = 25;

/** What befalls the leader of a round. */
type Fate = 'killed' | 'stopped' | 'paused';
const SIGNALS = { killed: 'SIGKILL', stopped: 'SIGTERM', paused: 'SIGSTOP' } as const;
const fateOf = (round: number): Fate => {
  if (round % 10 === 9) return 'paused';
  return round % 5 === 4 ? 'stopped' : 'killed';
};

interface Two {
  readonly ground: Ground;
  /** Starts one more under a name and an address of its own. */
  readonly start: () => Promise<OperatorProcess>;
  readonly operators: Map<string, OperatorProcess>;
}

/** How long nobody led, by what befell the leader. */
type Times = Readonly<Record<Fate, number[]>>;

export async function soakLeader(
  { count = ROUNDS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  const minutes = (): string => figure((performance.now() - began) / 60_000);
  const all = await startGrounds(Math.min(PAIRS, count));
  const pairs = all.grounds.map(operatorsOn);
  const times: Times = { killed: [], stopped: [], paused: [] };
  let [taken, done] = [0, 0];
  const turns = async (two: Two): Promise<void> => {
    while (taken < count) {
      const fate = fateOf((taken += 1) - 1);
      times[fate].push(await change(two, fate, taken));
      expectOneATerm(two.ground);
      done += 1;
      if (done % EVERY === 0) say(`  ${done} of ${count} changes after ${minutes()} min`);
    }
  };
  try {
    for (const two of pairs) {
      await two.start();
      await two.start();
    }
    await together(pairs.map((two) => turns(two).finally(() => (taken = count))));
  } finally {
    const left = pairs.flatMap(({ operators }) => [...operators.values()]);
    left.forEach((operator) => operator.kill('SIGKILL'));
    await Promise.all(left.map(({ ended }) => ended));
    await all.stop();
  }
  report(all.grounds, times, say);
  say(`${count} changes of leader in ${pairs.length} pairs took ${minutes()} min`);
}

/** Waits for all, also when one has failed: what they started must not outlive them. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works))
    if (result.status === 'rejected') throw result.reason;
}

function report(grounds: readonly Ground[], times: Times, say: (line: string) => void): void {
  const schedulers = grounds.map(({ scheduler }) => scheduler);
  const sum = (of: (one: Ground['scheduler']) => number): number =>
    schedulers.reduce((total, one) => total + of(one), 0);
  const terms = sum(({ writes }) => new Set(writes.map(({ term }) => term)).size);
  const late = sum((one) => one.refusedTerms());
  const jobs = sum(({ monitors }) => monitors.size);
  say(`${terms} terms, ${jobs} jobs, ${late} late writes refused; never two in one term`);
  for (const [fate, each] of Object.entries(times)) {
    if (each.length === 0) continue;
    const { median, min, max } = spreadOf(each.map((ms) => ms / 1000));
    say(
      `${fate} ${each.length} times: next leader after ${figure(median)} s (${figure(min)} to ${figure(max)})`,
    );
  }
  if (times.killed.length > 0)
    say(
      valueLine('longest take-over after SIGKILL', Math.max(...times.killed) / 1000, 's', TARGET),
    );
}

function operatorsOn(ground: Ground): Two {
  const operators = new Map<string, OperatorProcess>();
  const { cluster, namespace, scheduler, keys } = ground;
  let made = 0;
  return {
    ground,
    operators,
    start: async () => {
      const name = `operator-${(made += 1)}`;
      const operator = await startProcess(name, {
        kubeconfig: cluster.kubeconfig,
        namespace,
        schedulerUrl: await scheduler.openDoor(),
        keys,
      });
      operators.set(name, operator);
      await operator.whenReady();
      return operator;
    },
  };
}

const holderOf = async ({ transport, namespace }: Ground): Promise<string> => {
  const lease = await transport.get(LEASES, { namespace, name: LEASE }).catch(() => undefined);
  return lease?.spec?.holderIdentity?.split('_')[0] ?? '';
};

/** One change of leader; the time from its end to the next leader. */
async function change(
  { ground, start, operators }: Two,
  fate: Fate,
  round: number,
): Promise<number> {
  const led = await until(
    'a leader',
    async () => operators.get(await holderOf(ground)),
    PATIENCE_MS,
  );
  await readyJob(ground, `job-${round}`);
  const began = performance.now();
  led.kill(SIGNALS[fate]);
  await until(
    'another leader',
    async () => {
      const now = await holderOf(ground);
      return now !== '' && now !== led.name ? now : undefined;
    },
    PATIENCE_MS,
  );
  const ms = performance.now() - began;
  expectContent(
    fate !== 'killed' || ms <= MOST_MS,
    `Round ${round}: nobody led for ${figure(ms)} ms.`,
  );
  if (fate === 'paused') await wakeUp(led, began);
  const ended = await led.ended;
  expectContent(fate !== 'paused' || ended === 1, `The one that woke up ended with ${ended}.`);
  operators.delete(led.name);
  await start();
  return ms;
}

async function wakeUp(led: OperatorProcess, began: number): Promise<void> {
  await until('the pause', () => (performance.now() - began > PAUSED_MS ? true : undefined));
  led.kill('SIGCONT');
}

async function readyJob(ground: Ground, name: string): Promise<void> {
  await ground.create(name);
  await until(
    `${name} is Ready`,
    async () => ((await ground.isReady(name)) ? true : undefined),
    PATIENCE_MS,
  );
}

/** Terms only grow, and whatever was taken under one came from one process. */
function expectOneATerm({ scheduler }: Ground): void {
  const doors = new Map<number, string>();
  let last = 0;
  for (const { term, door } of scheduler.writes) {
    expectContent(term >= last, `The term ${term} came after ${last}.`);
    expectContent((doors.get(term) ?? door) === door, `Two operators wrote in the term ${term}.`);
    doors.set(term, door);
    last = term;
  }
}
