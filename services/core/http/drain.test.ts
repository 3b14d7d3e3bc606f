import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Response as Answer } from 'express';
import { createMetrics } from '../metrics.ts';
import { captureLog } from '../testing/log.ts';
import { createApp } from './app.ts';
import { createGate, drain } from './drain.ts';
import { serve, type Listening } from './serve.ts';

const LONG_MS = 60_000;

describe('core: drain', () => {
  const agent = new Agent({ keepAlive: true });
  let listening: Listening;
  let draining: Promise<void> | undefined;
  let arrivals: Answer[];
  let onArrival: () => void;
  let begin: (forMs: number) => void;

  beforeEach(async () => {
    arrivals = [];
    onArrival = () => {};
    draining = undefined;
    const gate = createGate();
    const { log } = captureLog();
    const metrics = createMetrics('test');
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: gate.problems });
    app.express.get('/work', gate.admit, (_request, response) => {
      arrivals.push(response);
      onArrival();
    });
    listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
    begin = (forMs) => {
      draining = drain(gate, listening, forMs);
    };
  });
  afterEach(async () => {
    await listening.stop(0);
    await draining;
  });
  after(() => agent.destroy());

  const ask = (path: string): Promise<Response> => fetch(listening.url + path);
  const running = async (): Promise<{ answer: Promise<Response>; finish: () => void }> => {
    const arrived = new Promise<void>((resolve) => (onArrival = resolve));
    const answer = ask('/work');
    // One that the drain cuts is looked at by its test.
    answer.catch(() => {});
    await arrived;
    return { answer, finish: () => void arrivals.at(-1)?.json({ done: true }) };
  };

  it('F21 finishes what runs, and ends with it', async () => {
    const { answer, finish } = await running();
    begin(LONG_MS);
    finish();
    assert.deepEqual(await (await answer).json(), { done: true });
    await draining;
    await assert.rejects(ask('/healthz'));
  });

  it('F21 refuses new work with 429 and a wait of one second while it drains', async () => {
    const { finish } = await running();
    begin(LONG_MS);
    const refused = await ask('/work');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
    assert.equal(arrivals.length, 1);
    finish();
  });

  it('is alive and not ready while it drains', async () => {
    const { finish } = await running();
    assert.equal((await ask('/readyz')).status, 200);
    begin(LONG_MS);
    assert.equal((await ask('/healthz')).status, 200);
    const ready = await ask('/readyz');
    const { problems } = (await ready.json()) as { problems: Record<string, string> };
    assert.deepEqual([ready.status, Object.keys(problems)], [503, ['drain']]);
    finish();
  });

  it('waits for the last of what runs', async () => {
    const first = await running();
    const second = await running();
    begin(LONG_MS);
    arrivals[0]?.json({});
    await (await first.answer).text();
    assert.equal((await ask('/healthz')).status, 200);
    second.finish();
    await draining;
  });

  it('ends at once when nothing runs', async () => {
    begin(LONG_MS);
    await draining;
    await assert.rejects(ask('/healthz'));
  });

  it('does not wait for a request whose caller has gone', async () => {
    const arrived = new Promise<void>((resolve) => (onArrival = resolve));
    const gone = new AbortController();
    const left = assert.rejects(fetch(`${listening.url}/work`, { signal: gone.signal }));
    await arrived;
    begin(LONG_MS);
    gone.abort();
    await left;
    await draining;
  });

  it('cuts what runs longer than it may', async () => {
    const { answer } = await running();
    const failed = assert.rejects(answer);
    begin(0);
    await draining;
    await failed;
  });

  const kept = async (path: string): Promise<IncomingMessage> => {
    const [answer] = (await once(get(listening.url + path, { agent }), 'response')) as [
      IncomingMessage,
    ];
    await text(answer);
    return answer;
  };

  it('ends a kept-alive connection with its next answer', async () => {
    const { finish } = await running();
    assert.equal((await kept('/healthz')).headers.connection, 'keep-alive');
    begin(LONG_MS);
    assert.equal((await kept('/work')).headers.connection, 'close');
    finish();
  });

  it('ends the connection of what ran when it began', async () => {
    const arrived = new Promise<void>((resolve) => (onArrival = resolve));
    const answer = kept('/work');
    await arrived;
    begin(LONG_MS);
    arrivals[0]?.json({});
    assert.equal((await answer).headers.connection, 'close');
    await draining;
  });
});
