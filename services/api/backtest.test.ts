import assert from 'node:assert/strict';
import { BACKTEST_PATH, type BacktestResult } from '../core/contracts/backtest.ts';
import { HttpError } from '../core/errors.ts';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

const result: BacktestResult = {
  changes: [],
  more: false,
  since: '2026-03-01T00:00:00.000Z',
  model: null,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: '0',
  facts: [],
};

describe('the route of back-tests', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
    api.answers.set(BACKTEST_PATH, () => result);
  });

  after(() => api.stop());

  const ask = (body: unknown, token = api.tokens.write): Promise<Answer> =>
    api.call('POST', '/api/v1/backtest', { token, body });

  it('hands the job with its defaults to the scheduler, and asks no model by itself', async () => {
    const { status, json } = await ask({ manifest: job('shop') });
    assert.deepEqual([status, json], [200, result]);
    const [, , body] = api.sent.at(-1) as [string, string, Record<string, unknown>];
    const { spec, ...rest } = body;
    assert.equal((spec as { goal: { threshold: number } }).goal.threshold, 75);
    assert.deepEqual(rest, {
      workspace: 'team-a',
      name: 'shop',
      days: 30,
      last: 50,
      judge: null,
      facts: [],
    });
  });

  it('refuses a job that is not valid, by its field', async () => {
    const { status, json } = await ask({ manifest: job('shop', { schedule: {} }) });
    assert.deepEqual([status, json.error.code], [422, 'unprocessable']);
    assert.match(json.error.message, /spec\.schedule/);
  });

  it('asks for a maximum before a model is asked', async () => {
    for (const judge of [{}, { maxCostUsd: 'much' }, { maxTokens: 0 }]) {
      const { status, json } = await ask({ manifest: job('shop'), judge });
      assert.equal(status, 400, json.error.message);
      assert.match(JSON.stringify(json.error), /judge/);
    }
  });

  it('passes on what the scheduler refuses', async () => {
    api.answers.set(BACKTEST_PATH, () => {
      throw new HttpError('unprocessable', 'spec.judge.model: none of the models is known');
    });
    const { status, json } = await ask({ manifest: job('shop') });
    assert.deepEqual(
      [status, json.error.message],
      [422, 'spec.judge.model: none of the models is known'],
    );
    api.answers.set(BACKTEST_PATH, () => result);
  });

  it('is for those who may write', async () => {
    assert.equal((await ask({ manifest: job('shop') }, api.tokens.read)).status, 403);
  });
});
