import assert from 'node:assert/strict';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { priceQuestion } from '../../scripts/testing/model/service.ts';
import { systemClock } from '../core/clock.ts';
import { JUDGE_PATH, judgeResult, type JudgeResult } from '../core/contracts/llm.ts';
import { freePort } from '../core/http/testing/freePort.ts';
import { createInternalClient, type InternalClient } from '../core/internal/client.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { testKeys } from '../core/testing/keys.ts';
import { readConfig } from './config.ts';
import { startLlm } from './start.ts';

describe('the llm service at its end', () => {
  const keys = testKeys();
  let model: FakeModel;
  let running: Running;
  let client: InternalClient;
  let port: number;
  let asked: PromiseWithResolvers<void>;
  let hold: PromiseWithResolvers<void>;

  const start = async (env: Record<string, string> = {}): Promise<void> => {
    asked = Promise.withResolvers<void>();
    hold = Promise.withResolvers<void>();
    port = await freePort();
    const given = { OPENAI_BASE_URL: model.url, METRICS_PORT: String(port), ...env };
    running = await startLlm(readConfig({ KEYS_FILE: 'unused', LLM_PORT: '0', ...given }), {
      log: createLog('llm', 'silent'),
      keys: keys.of('llm'),
      transport: () => ({
        fetch: async (url, init) => {
          asked.resolve();
          await hold.promise;
          return fetch(url, init);
        },
        close: async () => {},
      }),
    });
    client = createInternalClient({
      caller: 'scheduler',
      callee: 'llm',
      baseUrl: running.url,
      keys: keys.of('scheduler'),
      clock: systemClock,
    });
  };
  before(async () => {
    model = await startModel();
  });
  afterEach(async () => {
    hold.resolve();
    await client.close();
    await running.stop();
  });
  after(() => model.stop());

  const judge = (): Promise<JudgeResult> => client.post(JUDGE_PATH, priceQuestion(), judgeResult);

  it('F21 finishes its judgements when it drains, and refuses new ones with 429', async () => {
    await start();
    const first = judge();
    await asked.promise;
    const drained = running.drain?.();
    await assert.rejects(judge(), {
      problem: { kind: 'busy', message: 'llm is busy', retryAfterSeconds: 1 },
    });
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 503);
    hold.resolve();
    assert.equal((await first).kind, 'answered');
    await drained;
    await assert.rejects(fetch(`${running.url}/healthz`));
  });

  it('cuts what runs longer than DRAIN_SECONDS', async () => {
    await start({ DRAIN_SECONDS: '0' });
    const first = assert.rejects(judge(), /not responding/);
    await asked.promise;
    await running.drain?.();
    await first;
  });

  it('G14 has its metrics on their own port only, when there is one', async () => {
    await start();
    assert.equal((await fetch(`${running.url}/metrics`)).status, 404);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.match(await answer.text(), /mon_llm_verdicts_total/);
  });
});
