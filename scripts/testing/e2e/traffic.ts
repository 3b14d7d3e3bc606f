/** Steady traffic while something is done to the system, and what the system says of itself about it. */
import { setTimeout as delay } from 'node:timers/promises';
import { podsWith, runIn, type PodPlace } from './pods.ts';
import type { System } from './system.ts';

export interface Traffic {
  /** Ends it. @returns how many requests there were, and what went wrong, each thing once. */
  stop(): Promise<{ readonly count: number; readonly failures: readonly string[] }>;
}

/** Sends requests one after the other, with a pause; each says what was wrong, or nothing. */
export function startTraffic(send: () => Promise<string | undefined>, pauseMs = 50): Traffic {
  const ending = new AbortController();
  const failures: string[] = [];
  let count = 0;
  const running = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const wrong = await send().catch((error: unknown) => String(error));
      count++;
      if (wrong !== undefined && !failures.includes(wrong)) failures.push(wrong);
      await delay(pauseMs);
    }
  })();
  return {
    stop: async () => {
      ending.abort();
      await running;
      return { count, failures };
    },
  };
}

/** Lines of a pod's metrics that begin with a name. */
const METRICS = `
const [name] = process.argv.slice(1);
fetch('http://127.0.0.1:9090/metrics').then((answer) => answer.text()).then((text) => console.log(
  text.split('\\n').filter((line) => line.startsWith(name)).join('\\n')));
`;

/** Services that take internal calls. */
const CALLED = ['scheduler', 'browser', 'llm', 'notification', 'egress'];

/** How many calls each pod has refused for its credentials so far, by its name. */
export async function refusals(system: System): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const component of CALLED)
    for (const [pod, count] of await sums(system, component, 'mon_auth_failures_total'))
      counted.set(pod, count);
  return counted;
}

/** How many requests each pod of a component has answered so far, by its name. */
export const served = (system: System, component: string): Promise<ReadonlyMap<string, number>> =>
  sums(system, component, 'mon_http_request_seconds_count');

async function sums(
  system: System,
  component: string,
  metric: string,
): Promise<ReadonlyMap<string, number>> {
  const pods = await podsWith(system, `mon.duckerhub.com/component=${component}`);
  const sumOf = async (pod: PodPlace): Promise<[string, number]> => {
    const lines = (await runIn(system, pod, METRICS, metric)).split('\n');
    const values = lines.map((line) => Number(/ (\S+)$/.exec(line.trim())?.[1] ?? 0));
    return [pod.name, values.reduce((sum, value) => sum + value, 0)];
  };
  return new Map(await Promise.all(pods.map(sumOf)));
}

/** Pods and how often their containers have started. */
export const starts = (system: System): Promise<string> =>
  system.read(
    'pods',
    '{range .items[?(@.metadata.labels.mon\\.duckerhub\\.com/component!="canary")]}{.metadata.name}:{.status.containerStatuses[0].restartCount} {end}',
  );
