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

const METRICS = `
fetch('http://127.0.0.1:9090/metrics').then((answer) => answer.text()).then((text) => console.log(
  text.split('\\n').filter((line) => line.startsWith('mon_auth_failures_total')).join('\\n')));
`;

/** Services that take internal calls. */
const CALLED = ['scheduler', 'browser', 'llm', 'notification', 'egress'];

/** How many calls each pod has refused for its credentials so far, by its name. */
export async function refusals(system: System): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const component of CALLED)
    for (const pod of await podsWith(system, `mon.duckerhub.com/component=${component}`))
      counted.set(pod.name, await refusalsOf(system, pod));
  return counted;
}

async function refusalsOf(system: System, pod: PodPlace): Promise<number> {
  const lines = (await runIn(system, pod, METRICS)).split('\n');
  return lines.reduce((sum, line) => sum + Number(/ (\S+)$/.exec(line.trim())?.[1] ?? 0), 0);
}
