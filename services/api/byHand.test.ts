import assert from 'node:assert/strict';
import { REJUDGE_PATH, TELL_PATH } from '../core/contracts/scheduler.ts';
import { HttpError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { seedCheck, seedVerdict } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('a stored check by the api', () => {
  let api: TestApi;
  let check: string;
  let own: string;

  before(async () => {
    api = await startTestApi();
    api.time.now = new Date('2026-03-10T13:00:00Z');
    await api.db.ensureDays('2026-03-10');
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      own = newId();
      check = await seedCheck(tx, { verdict_id: own });
      await seedVerdict(tx, { id: own, check_id: check, suppressed: 'noMatch' });
    });
  });

  after(() => api.stop());

  const post = (path: string, token = api.tokens.write): Promise<Answer> =>
    api.call('POST', `/api/v1${path}`, { token, body: {} });
  const audited = async (): Promise<string[]> => {
    const { rows } = await api.db
      .pool('postgres')
      .query<{ line: string }>("SELECT action || ' ' || subject AS line FROM audit ORDER BY seq");
    return rows.map(({ line }) => line);
  };

  it('is judged once more by the scheduler, and that is in the audit', async () => {
    const verdict = newId();
    api.answers.set(REJUDGE_PATH, () => ({ verdict }));
    const { status, json } = await post(`/checks/${check}/rejudge`);
    assert.deepEqual([status, json], [200, { verdict }]);
    assert.deepEqual(api.sent.at(-1), ['POST', REJUDGE_PATH, { workspace: 'team-a', check }]);
    assert.ok((await audited()).includes(`rejudge Check/${check}`));
  });

  it('is shown with the verdicts that it was given by hand, apart from its own', async () => {
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      seedVerdict(tx, {
        check_id: check,
        at: new Date('2026-03-10T12:30:00Z'),
        suppressed: 'judgedByHand',
        verdict: '{"verdict":"match"}',
      }),
    );
    const { json } = await api.call('GET', `/api/v1/checks/${check}`, { token: api.tokens.read });
    const { judgement, rejudged } = json as unknown as {
      judgement: { suppressed: string };
      rejudged: { judgement: { suppressed: string; verdict: { verdict: string } } }[];
    };
    assert.equal(judgement.suppressed, 'noMatch');
    assert.deepEqual(
      rejudged.map((each) => [each.judgement.suppressed, each.judgement.verdict.verdict]),
      [['judgedByHand', 'match']],
    );
  });

  it('is told of by the scheduler with who asked, and that is in the audit', async () => {
    const finding = newId();
    api.answers.set(TELL_PATH, () => ({ kind: 'told', findings: [finding] }));
    const { json } = await post(`/verdicts/${own}/tell`);
    assert.deepEqual(json, { kind: 'told', findings: [finding] });
    const [, , sent] = api.sent.at(-1) ?? [];
    assert.match((sent as { actor: string }).actor, /^token:/);
    assert.ok((await audited()).includes(`tell Verdict/${own}`));
  });

  it('what the scheduler refuses is said, and is in no audit', async () => {
    api.answers.set(TELL_PATH, () => {
      throw new HttpError('conflict', 'This was told before');
    });
    const before_ = await audited();
    const answer = await post(`/verdicts/${own}/tell`);
    assert.equal(answer.status, 409);
    assert.deepEqual(await audited(), before_);
  });

  it('E1 of another workspace is not found, and the scheduler is not asked', async () => {
    const asked = api.sent.length;
    for (const path of [`/checks/${check}/rejudge`, `/verdicts/${own}/tell`])
      assert.equal((await post(path, api.tokens.other)).status, 404);
    assert.equal(api.sent.length, asked);
  });
});
