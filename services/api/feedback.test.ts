import assert from 'node:assert/strict';
import { seedFinding, seedVerdict } from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('feedback by the api', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
    api.time.now = new Date('2026-03-10T13:00:00Z');
    await api.db.ensureDays('2026-03-10');
    const made = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.admin,
      body: job('shop'),
    });
    assert.equal(made.status, 201);
  });

  after(() => api.stop());

  const seed = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', work);
  const call = (
    method: string,
    path: string,
    body?: unknown,
    token = api.tokens.write,
  ): Promise<Answer> =>
    api.call(method, `/api/v1${path}`, { token, ...(body === undefined ? {} : { body }) });
  const judged = (suppressed: string | null = null): Promise<string> =>
    seed((tx) => seedVerdict(tx, { suppressed, verdict: '{"verdict":"match","claims":[]}' }));

  it('is given, changed and taken back', async () => {
    const path = `/verdicts/${await judged()}/feedback`;
    const given = await call('PUT', path, { rating: 'up', why: ' as I asked ' });
    assert.deepEqual(given.json, {
      up: 1,
      down: 0,
      own: { rating: 'up', why: 'as I asked', at: '2026-03-10T13:00:00.000Z' },
    });
    assert.equal((await call('PUT', path, { rating: 'down' })).json.down, 1);
    assert.equal((await call('DELETE', path)).status, 204);
    assert.deepEqual((await call('GET', path)).json, { up: 0, down: 0, own: null });
  });

  it('stands with a finding in the list and on its page', async () => {
    const verdict = await judged();
    const id = await seed((tx) => seedFinding(tx, { monitor: 'rated', verdict_id: verdict }));
    const rating = async (): Promise<unknown[]> => [
      (await call('GET', '/findings?monitor=rated')).json.items[0].rating,
      (await call('GET', `/findings/${id}`)).json.rating,
    ];
    assert.deepEqual(await rating(), [null, null]);
    await call('PUT', `/findings/${id}/feedback`, { rating: 'down' });
    assert.deepEqual(await rating(), ['down', 'down']);
    assert.equal((await call('GET', `/verdicts/${verdict}/feedback`)).json.down, 1);
  });

  it('refuses a reason of more than 500 characters by the name of the field', async () => {
    const path = `/verdicts/${await judged()}/feedback`;
    const answer = await call('PUT', path, { rating: 'up', why: 'x'.repeat(501) });
    assert.equal(answer.status, 400);
    assert.match(answer.json.error.message, /why/);
    assert.equal((await call('PUT', path, { rating: 'up', why: 'x'.repeat(500) })).status, 200);
  });

  it('says the precision of a monitor, and nothing before anything is rated', async () => {
    await api.db.pool('postgres').query('DELETE FROM feedback');
    assert.equal((await call('GET', '/monitors/shop/precision')).json.precision, null);
    for (const rating of ['up', 'up', 'down'])
      await call('PUT', `/verdicts/${await judged()}/feedback`, { rating });
    await call('PUT', `/verdicts/${await judged('noMatch')}/feedback`, { rating: 'down' });
    assert.deepEqual((await call('GET', '/monitors/shop/precision')).json, {
      told: { right: 2, wrong: 1 },
      silent: { right: 0, wrong: 1 },
      precision: 2 / 3,
    });
  });

  it('makes labelled cases with what should have been said', async () => {
    await api.db.pool('postgres').query('DELETE FROM feedback');
    await call('PUT', `/verdicts/${await judged()}/feedback`, { rating: 'down', why: 'an ad' });
    const { json } = await call('GET', '/cases?monitor=shop', undefined, api.tokens.read);
    const [found] = json.items;
    assert.deepEqual(
      [found.expected, found.why, found.judged.verdict.verdict, found.judged.goal.prompt],
      ['no_match', 'an ad', 'match', 'Tell me when the price changes.'],
    );
  });

  it('is counted for the metrics by what was rated and how', async () => {
    const path = `/verdicts/${await judged('noMatch')}/feedback`;
    const count = async (): Promise<number> => {
      const { text } = await api.call('GET', '/metrics');
      const line = /^mon_feedback_total\{about="silent",rating="up"[^}]*\} (\d+)$/m.exec(text);
      return Number(line?.[1] ?? 0);
    };
    const before_ = await count();
    await call('PUT', path, { rating: 'up' });
    assert.equal(await count(), before_ + 1);
  });

  it('E1 of another workspace is not found', async () => {
    const id = await judged();
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { rating: 'up' }],
    ] as const) {
      const answer = await call(method, `/verdicts/${id}/feedback`, body, api.tokens.other);
      assert.equal(answer.status, 404);
    }
  });
});
