/** Soak `leader`: two operators, of which the one that leads dies again and again. */
import { LEASES } from '../../../operator/src/kube/lease.ts';
import { startProcess, type OperatorProcess } from '../../../operator/src/testing/operator.ts';
import { until } from '../../../operator/src/testing/until.ts';
import { median } from '../../bench/lib/statistics.ts';
import { expectContent, figure, valueLine } from '../../bench/lib/report.ts';
import { NAMESPACE, startGround, type Ground } from '../lib/cluster.ts';
import type { SoakOptions } from '../lib/options.ts';

const ROUNDS = 500;
const LEASE = { namespace: NAMESPACE, name: 'duckmon-operator' };
/** 10 s until the lease is free, and two looks of at most 2.4 s each. */
const TARGET = { kind: 'atMost', value: 15 } as const;
/** The same on a machine that is busy with other things. */
const MOST_MS = 25_000;
const PATIENCE_MS = 60_000;
/** A leader that is stopped for longer than its lease, and then wakes up as if nothing had been. */
const PAUSED_MS = 14_000;
const EVERY = 25;

/** What befalls the leader of a round. */
type Fate = 'killed' | 'stopped' | 'paused';
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

export async function soakLeader(
  { count = ROUNDS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const ground = await startGround();
  const two = operatorsOn(ground);
  const times: number[] = [];
  try {
    await two.start();
    await two.start();
    for (let round = 0; round < count; round += 1) {
      const ms = await change(two, round);
      if (fateOf(round) === 'killed') times.push(ms);
      expectOneATerm(ground);
      if ((round + 1) % EVERY === 0) say(`  ${round + 1} rounds, ${figure(median(times))} ms`);
    }
  } finally {
    for (const operator of two.operators.values()) operator.kill('SIGKILL');
    await Promise.all([...two.operators.values()].map(({ ended }) => ended));
    await ground.stop();
  }
  const terms = new Set(ground.scheduler.writes.map(({ term }) => term)).size;
  say(
    `${count} changes of leader, ${terms} terms, ${ground.scheduler.monitors.size} jobs, ${ground.scheduler.refusedTerms()} late writes refused; never two in one term`,
  );
  say(`take-over after SIGKILL: ${figure(median(times) / 1000)} s in the median`);
  say(valueLine('take-over after SIGKILL, longest', Math.max(...times) / 1000, 's', TARGET));
}

function operatorsOn(ground: Ground): Two {
  const operators = new Map<string, OperatorProcess>();
  let made = 0;
  return {
    ground,
    operators,
    start: async () => {
      const name = `operator-${(made += 1)}`;
      const operator = await startProcess(name, {
        kubeconfig: ground.cluster.kubeconfig,
        namespace: NAMESPACE,
        schedulerUrl: await ground.scheduler.openDoor(),
        keys: ground.keys,
      });
      operators.set(name, operator);
      await operator.whenReady();
      return operator;
    },
  };
}

const holderOf = async ({ transport }: Ground): Promise<string> => {
  const lease = await transport.get(LEASES, LEASE).catch(() => undefined);
  return lease?.spec?.holderIdentity?.split('_')[0] ?? '';
};

/** One change of leader; the time from its end to the next leader. */
async function change({ ground, start, operators }: Two, round: number): Promise<number> {
  const led = await until(
    'a leader',
    async () => operators.get(await holderOf(ground)),
    PATIENCE_MS,
  );
  await readyJob(ground, `job-${round}`);
  const began = performance.now();
  const fate = fateOf(round);
  led.kill({ killed: 'SIGKILL', stopped: 'SIGTERM', paused: 'SIGSTOP' }[fate] as NodeJS.Signals);
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
