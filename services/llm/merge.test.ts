import assert from 'node:assert/strict';
import { priceAnswer } from '../../scripts/testing/model/service.ts';
import type { Asked } from './ask.ts';
import { mergeAnswers } from './merge.ts';
import { type Answer } from './parse.ts';

describe('joining the answers to parts', () => {
  const say = (changes: Partial<Answer>): Asked => ({
    kind: 'answered',
    answer: { ...(priceAnswer() as unknown as Answer), ...changes },
  });
  const no = say({ verdict: 'no_match', claims: [], relevance: 10, code: 'not_relevant' });
  const unsure = say({ verdict: 'undetermined', claims: [], relevance: 30, code: 'insufficient' });
  const failed: Asked = { kind: 'undetermined', why: 'model_unavailable', detail: 'down' };
  const verdictOf = (asked: Asked): string =>
    asked.kind === 'answered' ? asked.answer.verdict : asked.why;

  it('is a match when any part matches', () => {
    assert.equal(verdictOf(mergeAnswers([no, say({}), unsure], 0)), 'match');
  });

  it('keeps a match although another part could not be judged', () => {
    assert.equal(verdictOf(mergeAnswers([say({}), failed], 0)), 'match');
  });

  it('is no silent no when a part could not be judged', () => {
    assert.equal(verdictOf(mergeAnswers([no, failed], 0)), 'model_unavailable');
  });

  it('is undetermined when a part is', () => {
    assert.equal(verdictOf(mergeAnswers([no, unsure], 0)), 'undetermined');
  });

  it('is a no when all parts say no', () => {
    assert.equal(verdictOf(mergeAnswers([no, no], 0)), 'no_match');
  });

  it('keeps the mark that a part tried to instruct', () => {
    const marked = say({
      verdict: 'no_match',
      claims: [],
      relevance: 0,
      code: 'instruction_in_page',
    });
    const merged = mergeAnswers([no, marked], 0);
    assert.equal(merged.kind === 'answered' && merged.answer.code, 'instruction_in_page');
  });

  it('joins the claims of all matches, those of the most relevant first', () => {
    const [claim] = (priceAnswer() as unknown as Answer).claims;
    assert.ok(claim);
    const weak = say({
      relevance: 76,
      severity: 'critical',
      claims: [{ ...claim, subject: 'weak' }],
    });
    const strong = say({
      relevance: 99,
      severity: 'info',
      claims: [{ ...claim, subject: 'strong' }],
    });
    const merged = mergeAnswers([weak, strong], 0);
    assert.ok(merged.kind === 'answered');
    assert.deepEqual(
      merged.answer.claims.map(({ subject }) => subject),
      ['strong', 'weak'],
    );
    assert.equal(merged.answer.severity, 'critical');
  });

  it('keeps eight claims at the most', () => {
    const many = say({
      claims: Array.from(
        { length: 8 },
        () => (priceAnswer() as unknown as Answer).claims[0],
      ).filter((c) => c !== undefined),
    });
    const merged = mergeAnswers([many, many], 0);
    assert.equal(merged.kind === 'answered' && merged.answer.claims.length, 8);
  });

  it('D10 throws everything away when one part leaked', () => {
    const leaked: Asked = { kind: 'undetermined', why: 'canary_leaked', detail: '' };
    assert.equal(verdictOf(mergeAnswers([say({}), leaked], 0)), 'canary_leaked');
  });

  it('gives the same result each time', () => {
    const all = [no, say({ relevance: 80 }), say({ relevance: 80, summary: 'other' })];
    assert.deepEqual(mergeAnswers(all, 0), mergeAnswers(all, 0));
    const merged = mergeAnswers(all, 0);
    assert.equal(
      merged.kind === 'answered' && merged.answer.summary,
      'The price rose from €49.00 to €54.00.',
    );
  });
});
