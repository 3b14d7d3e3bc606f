import assert from 'node:assert/strict';
import type { JudgeHunk } from '../../../services/llm/prompt.ts';
import { verifyAnswer } from '../../../services/domain/evidence.ts';
import { changed, page } from '../../../services/domain/testing.ts';
import type { SourceEvidence } from '../../../services/domain/place.ts';
import { startModel, type FakeModel } from './server.ts';
import { priceQuestion, startLlmUnderTest, type LlmUnderTest } from './service.ts';
import { createPrefixCache } from './tokens.ts';

describe('the scripted model by itself', () => {
  let model: FakeModel;
  let llm: LlmUnderTest;
  before(async () => {
    model = await startModel();
    llm = await startLlmUnderTest({ OPENAI_BASE_URL: model.url });
  });
  afterEach(() => model.reset());
  after(async () => {
    await llm.stop();
    await model.stop();
  });

  const cases: readonly SourceEvidence[] = [
    ['Price: €49.00', 'Price: €54.00'],
    ['Annual plan: 120 EUR per year', 'Annual plan: 99 EUR per year'],
    ['In stock', 'Sold out'],
    ['Ships in 2 days from Berlin', 'Ships in 5 days from Berlin'],
  ].map(([before = '', after = '']) => ({
    source: 'shop',
    before: page('# The Debugger, large', before, 'Natural rubber'),
    after: page('# The Debugger, large', after, 'Natural rubber'),
    hunks: [changed('The Debugger, large', before, after)],
  }));

  for (const evidence of cases)
    it(`gives a verdict on "${evidence.hunks[0]?.after}" that the evidence check believes`, async () => {
      const hunks: JudgeHunk[] = evidence.hunks.map(({ words: _words, ...hunk }) => ({
        ...hunk,
        source: 'shop',
      }));
      const result = await llm.judge(priceQuestion({ hunks }));
      assert.ok(result.kind === 'answered');
      const verdict = verifyAnswer(result.answer, {
        sources: [evidence],
        instructionInPage: false,
      });
      assert.deepEqual([verdict.verdict, verdict.droppedClaims], ['match', []]);
    });

  it('is undetermined when no line differs', async () => {
    const [hunk] = priceQuestion().hunks;
    assert.ok(hunk);
    const result = await llm.judge(priceQuestion({ hunks: [{ ...hunk, after: hunk.before }] }));
    assert.equal(result.kind === 'answered' && result.answer.verdict, 'undetermined');
  });

  it('uses each queued answer once, in order', async () => {
    model.script({ kind: 'status', status: 404 }, { kind: 'status', status: 404 });
    await llm.judge(priceQuestion());
    assert.equal((await llm.judge(priceQuestion())).kind, 'answered');
  });

  it('answers 404 at other paths and remembers nothing of them', async () => {
    const response = await fetch(`${model.url}/embeddings`, { method: 'POST', body: '{}' });
    assert.deepEqual([response.status, model.requests.length], [404, 0]);
  });

  it('counts a common beginning as cached from 1,024 tokens on, in steps of 128', () => {
    const cached = createPrefixCache();
    const prompt = 'x'.repeat(4 * 1200);
    assert.equal(cached('m', prompt), 0);
    assert.equal(cached('m', `${prompt}y`), 1152);
    assert.equal(cached('other', prompt), 0);
    assert.equal(cached('m', 'x'.repeat(4 * 1000)), 0);
  });
});
