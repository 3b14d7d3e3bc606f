import assert from 'node:assert/strict';
import { JUDGE_PATH, judgeResult, type JudgeResult } from '../core/contracts/llm.ts';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import {
  createSkippingClock,
  priceAnswer,
  priceQuestion,
  startLlmUnderTest,
} from '../../scripts/testing/model/service.ts';

describe('D15 the llm service and a failing model server', () => {
  let model: FakeModel;
  beforeEach(async () => {
    model = await startModel();
  });
  afterEach(() => model.stop());

  const judged = async (
    changes: Parameters<typeof priceQuestion>[0] = {},
    env: Record<string, string> = {},
  ): Promise<{ result: JudgeResult; sleeps: number[] }> => {
    const clock = createSkippingClock();
    const llm = await startLlmUnderTest(
      { OPENAI_BASE_URL: model.url, LLM_MODELS: 'one', ...env },
      clock,
    );
    try {
      return { result: await llm.judge(priceQuestion(changes)), sleeps: clock.sleeps };
    } finally {
      await llm.stop();
    }
  };
  const detailOf = (result: JudgeResult): string =>
    result.kind === 'undetermined' ? `${result.why}: ${result.detail}` : result.answer.verdict;

  it('waits as long as Retry-After says, then asks again', async () => {
    model.script({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const { result, sleeps } = await judged();
    assert.deepEqual([result.kind, sleeps], ['answered', [7000]]);
  });

  it('understands Retry-After as a date', async () => {
    model.script({
      kind: 'status',
      status: 503,
      headers: { 'retry-after': 'Fri, 20 Nov 2026 12:00:09 GMT' },
    });
    assert.deepEqual((await judged()).sleeps, [9000]);
  });

  it('backs off by itself after a 500, longer each time', async () => {
    model.script({ kind: 'status', status: 500 }, { kind: 'status', status: 502 });
    const { result, sleeps } = await judged();
    assert.equal(result.kind, 'answered');
    const [first = 0, second = 0] = sleeps;
    assert.ok(first >= 500 && first <= 750, String(first));
    assert.ok(second >= 1000 && second <= 1500, String(second));
  });

  it('asks one model three times at the most', async () => {
    model.answerAlways({ kind: 'status', status: 500 });
    const { result } = await judged();
    assert.equal(
      detailOf(result),
      'model_unavailable: one: the model server answered with status 500',
    );
    assert.equal(model.requests.length, 3);
  });

  it('charges nothing for requests that were refused', async () => {
    model.answerAlways({ kind: 'status', status: 429 });
    const { provenance } = (await judged()).result;
    assert.deepEqual([provenance.attempts, provenance.tokensIn, provenance.tokensOut], [3, 0, 0]);
  });

  it('charges an answer after a failure once', async () => {
    model.script({ kind: 'status', status: 500 });
    const { provenance } = (await judged()).result;
    const [request] = model.requests;
    const text =
      request?.body.messages.map(({ role, content }) => `${role}\n${content}\n`).join('') ?? '';
    assert.equal(provenance.tokensIn, Math.ceil(Buffer.byteLength(text) / 4));
  });

  it('goes on to the next model in the chain', async () => {
    model.answerAlways((request) =>
      request.body.model === 'one'
        ? { kind: 'status', status: 500 }
        : { kind: 'json', value: priceAnswer() },
    );
    const { result } = await judged({}, { LLM_MODELS: 'one,two' });
    assert.deepEqual([result.kind, result.provenance.model], ['answered', 'two']);
  });

  it('does not try a model again that the server does not know', async () => {
    model.answerAlways((request) =>
      request.body.model === 'one'
        ? { kind: 'status', status: 404 }
        : { kind: 'json', value: priceAnswer() },
    );
    await judged({}, { LLM_MODELS: 'one,two' });
    assert.deepEqual(
      model.requests.map(({ body }) => body.model),
      ['one', 'two'],
    );
  });

  it('names every model of the chain and its problem when none answers', async () => {
    model.answerAlways((request) => ({
      kind: 'status',
      status: request.body.model === 'one' ? 401 : 404,
    }));
    const { result } = await judged({}, { LLM_MODELS: 'one,two' });
    assert.match(detailOf(result), /one: .*check OPENAI_API_KEY; two: .*check LLM_MODELS/);
  });

  it('does not wait beyond the deadline for a Retry-After', async () => {
    model.answerAlways({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    const { result, sleeps } = await judged();
    assert.deepEqual(
      [detailOf(result).split(':')[0], sleeps, model.requests.length],
      ['model_unavailable', [], 1],
    );
  });

  it('ends in time when the model server hangs', async () => {
    model.answerAlways({ kind: 'hang' });
    const began = performance.now();
    const { result } = await judged({ deadlineMs: 300 });
    assert.match(
      detailOf(result),
      /model_unavailable: one: the model server did not answer in time/,
    );
    assert.ok(performance.now() - began < 3000);
  });

  it('ends in time when the answer drips', async () => {
    model.answerAlways({ kind: 'drip', everyMs: 20 });
    const { result } = await judged({ deadlineMs: 300 });
    assert.match(detailOf(result), /model_unavailable/);
  });

  it('charges the question when the answer began and did not end', async () => {
    model.answerAlways({ kind: 'drip', everyMs: 20 });
    assert.ok((await judged({ deadlineMs: 300 })).result.provenance.tokensIn > 1000);
  });

  it('leaves time for another try when the first hangs', async () => {
    model.script({ kind: 'hang' });
    assert.equal((await judged({ deadlineMs: 4000 })).result.kind, 'answered');
  });

  it('asks again when the connection is cut before an answer', async () => {
    model.script({ kind: 'cut', when: 'beforeHeaders' });
    assert.equal((await judged()).result.provenance.attempts, 2);
  });

  it('asks again when the connection is cut in the answer', async () => {
    model.script({ kind: 'cut', when: 'inBody' });
    const { result } = await judged();
    assert.deepEqual([result.kind, result.provenance.attempts], ['answered', 2]);
  });

  it('says that the server cannot be reached', async () => {
    const { result } = await judged({}, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
    assert.match(detailOf(result), /model_unavailable: one: the model server cannot be reached/);
  });

  it('does not follow a redirect, so that the key goes nowhere else', async () => {
    const other = await startModel();
    model.answerAlways({
      kind: 'status',
      status: 307,
      headers: { location: `${other.url}/chat/completions` },
    });
    try {
      await judged();
      assert.equal(other.requests.length, 0);
    } finally {
      await other.stop();
    }
  });

  it('gives up at once when nobody waits for the result any more', async () => {
    const arrived = Promise.withResolvers<void>();
    model.answerAlways(() => {
      arrived.resolve();
      return { kind: 'hang' };
    });
    const llm = await startLlmUnderTest({
      OPENAI_BASE_URL: model.url,
      LLM_MODELS: 'one',
      LLM_SLOTS: '1',
    });
    try {
      const caller = new AbortController();
      const call = llm.client.post(JUDGE_PATH, priceQuestion({ deadlineMs: 60_000 }), judgeResult, {
        signal: caller.signal,
      });
      await arrived.promise;
      caller.abort();
      await assert.rejects(call);
      model.answerAlways({ kind: 'json', value: priceAnswer() });
      let result: JudgeResult | undefined;
      for (let tried = 0; result === undefined && tried < 200; tried += 1)
        result = await llm.judge(priceQuestion()).catch(() => undefined);
      assert.equal(result?.kind, 'answered');
    } finally {
      await llm.stop();
    }
  });
});
