/** Soak `faults`: jobs come and go while the ways to API server and scheduler break. */
import { startFaultProxy, type FaultProxy } from '../../../operator/src/kube/testing/faultProxy.ts';
import { MONITOR_JOBS } from '../../../operator/src/resources.ts';
import { startHere } from '../../../operator/src/testing/operator.ts';
import {
  kubeconfigThrough,
  serverPort,
  type Through,
} from '../../../operator/src/testing/through.ts';
import { until } from '../../../operator/src/testing/until.ts';
import { systemClock } from '../../../services/core/clock.ts';
import type { Running } from '../../../services/core/lifecycle.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import { median } from '../../bench/lib/statistics.ts';
import { startGrounds, type Ground } from '../lib/cluster.ts';
import type { SoakOptions } from '../lib/options.ts';

/** After the last fault everything is as it should be within this time. */
const HEALED_MS = 120_000;
const EVERY = 10;

interface Fault {
  readonly name: string;
  readonly run: (ground: Ground, proxy: FaultProxy) => Promise<void>;
}

const between = (least: number, most: number): number => least + Math.random() * (most - least);

const FAULTS: readonly Fault[] = [
  {
    name: 'cut at random bytes',
    run: async (_ground, proxy) => {
      proxy.cutAfter(() => Math.floor(between(2_000, 60_000)));
      proxy.cut();
      await systemClock.sleep(between(1_000, 5_000));
      proxy.cutAfter(undefined);
    },
  },
  {
    name: 'half-open, shorter than a lease',
    run: async (_ground, proxy) => {
      proxy.hold(true);
      await systemClock.sleep(between(500, 4_000));
      proxy.hold(false);
    },
  },
  {
    name: 'half-open, longer than a lease, then cut',
    run: async (_ground, proxy) => {
      proxy.hold(true);
      await systemClock.sleep(between(8_000, 12_000));
      proxy.cut();
      proxy.hold(false);
    },
  },
  {
    name: 'scheduler down',
    run: async ({ scheduler }) => {
      scheduler.behave({ kind: 'down' });
      await systemClock.sleep(between(1_000, 8_000));
      scheduler.behave({ kind: 'well' });
    },
  },
  {
    name: 'scheduler slow',
    run: async ({ scheduler }) => {
      scheduler.behave({ kind: 'slow', ms: between(200, 2_000) });
      await systemClock.sleep(between(1_000, 8_000));
      scheduler.behave({ kind: 'well' });
    },
  },
];

export async function soakFaults(
  { minutes }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const all = await startGrounds(1);
  const [ground] = all.grounds;
  expectContent(ground !== undefined, 'There is no ground.');
  try {
    const proxy = await startFaultProxy(serverPort(ground.cluster.kubeconfig));
    const through = kubeconfigThrough(ground.cluster.kubeconfig, proxy.port);
    const operator = keepRunning(ground, through);
    try {
      const healedAfter = await breakAndHeal(ground, proxy, minutes, say);
      say(
        `${healedAfter.length} faults, ${proxy.connections()} connections, ${operator.restarts()} restarts after a lost lease: all jobs in the scheduler and Ready each time, ${figure(median(healedAfter))} s after the fault in the median, ${figure(Math.max(...healedAfter))} s at most`,
      );
    } finally {
      await operator.stop();
      await proxy.stop();
      through.remove();
    }
  } finally {
    await all.stop();
  }
}

/** Seconds that it took after each fault until all was well. */
async function breakAndHeal(
  ground: Ground,
  proxy: FaultProxy,
  minutes: number,
  say: (line: string) => void,
): Promise<number[]> {
  const end = performance.now() + minutes * 60_000;
  const healedAfter: number[] = [];
  for (let round = 0; performance.now() < end; round += 1) {
    const fault = FAULTS[round % FAULTS.length];
    const names = [0, 1, 2].map((at) => `job-${round}-${at}`);
    await Promise.all([fault?.run(ground, proxy), disturb(ground, names)]);
    healedAfter.push(await healed(ground));
    if ((round + 1) % EVERY === 0) say(`  ${round + 1} faults, last: ${fault?.name}`);
  }
  return healedAfter;
}

/** The operator as a pod: started again whenever it lost its lease. */
function keepRunning(
  ground: Ground,
  { file }: Through,
): { restarts(): number; stop(): Promise<void> } {
  let restarts = 0;
  let stopped = false;
  let current: Promise<Running> | undefined;
  const again = (): void => {
    if (stopped) return;
    restarts += 1;
    current = current?.then((running) => running.stop()).then(start);
  };
  const start = (): Promise<Running> =>
    startHere(
      {
        kubeconfig: file,
        namespace: ground.namespace,
        schedulerUrl: ground.scheduler.url,
        keys: ground.keys,
      },
      { onLost: again },
    );
  current = start();
  return {
    restarts: () => restarts,
    stop: async () => {
      stopped = true;
      await (await current)?.stop();
    },
  };
}

/** Three jobs come; one of them is edited, and one goes again. */
async function disturb(ground: Ground, names: readonly string[]): Promise<void> {
  for (const name of names) await ground.create(name);
  const [edited = '', gone = ''] = names;
  const where = (name: string) => ({ namespace: ground.namespace, name });
  const patch = { spec: { schedule: { interval: '30m' } } };
  await ground.transport.mergePatch(MONITOR_JOBS, where(edited), patch);
  await ground.transport.delete(MONITOR_JOBS, where(gone));
}

/** Seconds until the scheduler has exactly what the cluster has, and each job says so. */
async function healed({ transport, scheduler, namespace }: Ground): Promise<number> {
  const began = performance.now();
  const differences = async (): Promise<string[]> => {
    const { items } = await transport.list(MONITOR_JOBS, { namespace });
    const there = new Map(items.map((job) => [`${namespace}/${job.metadata.name}`, job]));
    const extra = [...scheduler.monitors.keys()].filter((at) => !there.has(at));
    const behind = [...there].filter(([at, { metadata, status }]) => {
      const sent = scheduler.monitors.get(at);
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return !(
        sent?.uid === metadata.uid &&
        sent?.generation === metadata.generation &&
        ready?.status === 'True' &&
        ready.observedGeneration === metadata.generation
      );
    });
    return [...extra, ...behind.map(([at]) => at)];
  };
  let left: string[] = [];
  try {
    await until(
      'all jobs are in the scheduler and Ready',
      async () => ((left = await differences()).length === 0 ? true : undefined),
      HEALED_MS,
    );
  } catch {
    expectContent(false, `Not healed within ${HEALED_MS / 1000} s: ${left.slice(0, 5).join(', ')}`);
  }
  return (performance.now() - began) / 1000;
}
