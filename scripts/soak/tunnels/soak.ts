/** Soak `tunnels`: one caller who opens all it can, beside others who want one connection each. */
import { connect } from 'node:net';
import { once } from 'node:events';
import {
  PUBLIC,
  startHarness,
  startOrigin,
  type Harness,
} from '../../../services/egress/testing/harness.ts';
import { connectText, exchange, getText } from '../../../services/egress/testing/raw.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import type { SoakOptions } from '../lib/options.ts';

const TUNNELS = 100_000;
/** Tunnels that are asked for at a time; more than the credential and the host may have. */
const AT_ONCE = 200;
const EVERY = 20_000;
const OTHERS = 200;
const LIMITS = { maxConnections: 400, maxPerHost: 64 } as const;

export async function soakTunnels(
  { count = TUNNELS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const origin = await startOrigin();
  const harness = await startHarness({
    names: { 'abused.test': [PUBLIC], 'shop.test': [PUBLIC] },
    originPort: origin.port,
    config: LIMITS,
    // Lines of refusals would be kept in memory; they are not what is looked at.
    env: { LOG_LEVEL: 'silent' },
  });
  try {
    const alone = await timeOthers(harness);
    const answers = new Map<string, number>();
    const abuse = abuseTunnels(harness, count, answers, say);
    const beside = await timeOthers(harness);
    await abuse;
    expectAnswers(answers, count);
    say(`others, p99: ${figure(alone)} ms alone, ${figure(beside)} ms beside the abuse`);
    say(
      `  ${figure(beside / alone)}x; abuse, others and proxy share this process, so it is an upper bound`,
    );
    await expectNothingOpen(harness);
  } finally {
    await harness.stop();
    origin.stop();
  }
}

/** Opens tunnels under one credential as fast as it can; each is let go as soon as it is answered. */
async function abuseTunnels(
  harness: Harness,
  count: number,
  answers: Map<string, number>,
  say: (line: string) => void,
): Promise<void> {
  const credential = harness.authorization({ id: 'abuse', maxConnections: Math.floor(count / 2) });
  let asked = 0;
  const work = async (): Promise<void> => {
    while (asked < count) {
      asked += 1;
      const status = await askTunnel(harness.port, credential);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (asked % EVERY === 0) say(`  ${asked} tunnels: ${shown(answers)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say(`${count} tunnels: ${shown(answers)}`);
}

const shown = (answers: ReadonlyMap<string, number>): string =>
  [...answers].map(([status, times]) => `${status} ${times} times`).join(', ');

async function askTunnel(port: number, credential: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(connectText('abused.test:443', credential));
  const [head] = (await once(socket, 'data')) as [Buffer];
  const closed = once(socket, 'close');
  socket.resetAndDestroy();
  await closed;
  return /^HTTP\/1\.1 (\d{3})/.exec(head.toString('latin1'))?.[1] ?? 'none';
}

/** The 99th percentile of plain requests of other credentials, one after the other, in ms. */
async function timeOthers(harness: Harness): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < OTHERS; at += 1) {
    const text = getText('http://shop.test/', harness.authorization(), 'Connection: close\r\n');
    const started = performance.now();
    const answer = await exchange(harness.port, text);
    times.push(performance.now() - started);
    expectContent(
      answer.includes(' 200 '),
      `Another credential was answered ${answer.slice(0, 40)}`,
    );
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
}

/** Caps are answered as such, none of the abuse gets past the number that its credential may have. */
function expectAnswers(answers: ReadonlyMap<string, number>, count: number): void {
  const strange = [...answers.keys()].filter((status) => !['200', '429', '503'].includes(status));
  const opened = answers.get('200') ?? 0;
  expectContent(strange.length === 0, `The proxy answered ${strange.join(', ')}.`);
  expectContent(
    opened > 0 && opened <= count / 2,
    `${opened} tunnels were opened of ${count / 2}.`,
  );
}

async function expectNothingOpen(harness: Harness): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const open = Number(/open_connections\{[^}]*\} (\d+)/.exec(await harness.metrics())?.[1]);
    if (open === 0) return;
    expectContent(performance.now() < deadline, `${open} connections are still counted as open.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
