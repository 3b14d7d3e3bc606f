/** Soak `timing`: how long a refusal of an internal call takes says nothing about what was wrong. */
import { connect, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../services/core/clock.ts';
import { createApp } from '../../../services/core/http/app.ts';
import { serve, type Listening } from '../../../services/core/http/serve.ts';
import { requireInternal } from '../../../services/core/internal/guard.ts';
import {
  KEY_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
  signParts,
  signingKey,
} from '../../../services/core/internal/signature.ts';
import { createLog } from '../../../services/core/log.ts';
import { createMetrics } from '../../../services/core/metrics.ts';
import { testKeys, type TestKeys } from '../../../services/core/testing/keys.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import type { SoakOptions } from '../lib/options.ts';
import { welch } from './welch.ts';

const REQUESTS = 100_000;
const WARM_UP = 2_000;
/** As dudect has it; beyond this the difference is no chance. */
const MOST_T = 4.5;
/** The slowest of all are pauses of the machine and of the collector, which hide what is looked for. */
const KEPT = 0.99;

const CASES = ['wrong first byte', 'wrong last byte', 'unknown key'] as const;
type Case = (typeof CASES)[number];

export async function soakTiming(
  { count = REQUESTS }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const keys = testKeys();
  const listening = await startGuarded(keys);
  const line = await openLine(listening.port);
  const requests = requestsOf(keys, listening.port);
  const micros: Record<Case, number[]> = Object.fromEntries(
    CASES.map((name) => [name, []]),
  ) as never;
  try {
    for (let sent = -WARM_UP; sent < count;) {
      for (const name of shuffled(CASES)) {
        const took = await line.time(requests[name]);
        if (sent >= 0) micros[name].push(took);
        sent += 1;
      }
    }
  } finally {
    line.close();
    await listening.stop(0);
  }
  tell(micros, say);
}

/** Only refuses; what it logs goes nowhere, and costs as much as elsewhere. */
async function startGuarded(keys: TestKeys): Promise<Listening> {
  const log = createLog('browser', 'warn', { write: () => {} });
  const metrics = createMetrics('browser');
  const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
  const addresses = (): string[] => [`127.0.0.1:${listening.port}`];
  const guard = { service: 'browser', clock: systemClock, log, metrics, addresses } as const;
  app.express.use('/internal/v1', requireInternal({ ...guard, keys: keys.of('browser') }));
  const listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
  return listening;
}

/** All of one length, and right but for what their names say. */
function requestsOf(keys: TestKeys, port: number): Readonly<Record<Case, Buffer>> {
  const [key] = keys.of('scheduler')().calls['browser'] ?? [];
  if (!key) throw new Error('There is no key to sign with.');
  const path = '/internal/v1/fetch';
  const [timestamp, nonce] = [String(Date.now()), randomUUID()];
  const host = `127.0.0.1:${port}`;
  const parts = { method: 'GET', path, body: Buffer.alloc(0), timestamp, nonce };
  const signature = signParts(signingKey(key.value), { ...parts, audience: `browser@${host}` });
  const request = (kid: string, signed: string): Buffer =>
    Buffer.from(
      [
        `GET ${path} HTTP/1.1`,
        `host: ${host}`,
        `${KEY_HEADER}: ${kid}.${signed}`,
        `${TIME_HEADER}: ${timestamp}`,
        `${NONCE_HEADER}: ${nonce}`,
        '\r\n',
      ].join('\r\n'),
    );
  const other = (character = ''): string => (character === 'A' ? 'B' : 'A');
  return {
    'wrong first byte': request(key.kid, other(signature[0]) + signature.slice(1)),
    // the last character carries unused bits; the one before it is compared whole
    'wrong last byte': request(
      key.kid,
      signature.slice(0, -2) + other(signature.at(-2)) + signature.slice(-1),
    ),
    'unknown key': request(other(key.kid[0]) + key.kid.slice(1), signature),
  };
}

interface Line {
  /** Sends a request and waits for the whole refusal, in microseconds. */
  time(request: Buffer): Promise<number>;
  close(): void;
}

/** One connection, on which one request follows the other. */
async function openLine(port: number): Promise<Line> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let text = '';
  let answered: ((answer: string) => void) | undefined;
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    if (end < 0 || text.length < end + 4 + length) return;
    const answer = text;
    text = '';
    answered?.(answer);
  });
  return {
    time: async (request) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      answered = resolve;
      const began = process.hrtime.bigint();
      socket.write(request);
      const answer = await promise;
      const took = Number(process.hrtime.bigint() - began) / 1000;
      expectContent(answer.startsWith('HTTP/1.1 401 '), 'A wrong call was not refused with 401.');
      return took;
    },
    close: () => socket.destroy(),
  };
}

/** So that none always comes first. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function tell(micros: Readonly<Record<Case, number[]>>, say: (line: string) => void): void {
  const all = Object.values(micros).flat();
  const most = all.toSorted((a, b) => a - b)[Math.floor(all.length * KEPT)] ?? Infinity;
  const kept = (name: Case): number[] => micros[name].filter((value) => value < most);
  const scores = CASES.map((name, at) => {
    const other = CASES[(at + 1) % CASES.length] ?? name;
    const t = welch(kept(name), kept(other));
    say(`  ${name} against ${other}: t = ${figure(t)}`);
    return Math.abs(t);
  });
  const largest = Math.max(...scores);
  say(`${all.length} refused calls: largest Welch t ${figure(largest)} (target ${MOST_T})`);
  expectContent(largest < MOST_T, 'The time of a refusal tells what was wrong with a call.');
}
