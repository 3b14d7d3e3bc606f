import assert from 'node:assert/strict';
import { verifyAnswer, type Evidence, type SourceEvidence } from './evidence.ts';
import { answer, changed, claim, page, shop } from './testing.ts';
import type { JudgeAnswer, Verdict } from './types.ts';

const check = (parts: Partial<JudgeAnswer>, evidence: Partial<Evidence> = {}): Verdict =>
  verifyAnswer(answer(parts), { sources: [shop], instructionInPage: false, ...evidence });
/** A source of one section in which one line changed. */
const line = (before: string, after: string): SourceEvidence => ({
  source: 'shop',
  before: page('# Widget', before),
  after: page('# Widget', after),
  hunks: [changed('Widget', before, after)],
});

describe('verifyAnswer: verdicts', () => {
  it('D6 turns a match without proof into undetermined: no_evidence', () => {
    const verdict = check({ claims: [claim({ quote: 'made up' })] });
    assert.deepEqual(
      [verdict.verdict, verdict.why, verdict.claims],
      ['undetermined', 'no_evidence', []],
    );
  });
  it('turns a match that claims nothing into no_evidence', () =>
    assert.equal(check({ claims: [] }).why, 'no_evidence'));
  it('believes a no from an ordinary page', () =>
    assert.equal(
      check({ verdict: 'no_match', code: 'not_relevant', claims: [] }).verdict,
      'no_match',
    ));
  it('D3 does not believe a no from a page that talks to the model', () => {
    const verdict = check(
      { verdict: 'no_match', code: 'not_relevant', claims: [] },
      { instructionInPage: true },
    );
    assert.deepEqual(
      [verdict.verdict, verdict.why, verdict.instructionInPage],
      ['undetermined', 'instruction_in_page', true],
    );
  });
  it('D3 does not believe a no when the model itself saw an instruction', () => {
    const verdict = check({ verdict: 'no_match', code: 'instruction_in_page', claims: [] });
    assert.deepEqual(
      [verdict.verdict, verdict.why, verdict.instructionInPage],
      ['undetermined', 'instruction_in_page', true],
    );
  });
  it('D1 keeps a proven match on a page that talks to the model, and marks it', () => {
    const verdict = check({}, { instructionInPage: true });
    assert.deepEqual([verdict.verdict, verdict.instructionInPage], ['match', true]);
  });
  const undetermined: readonly [JudgeAnswer['code'], boolean, string][] = [
    ['insufficient', false, 'insufficient'],
    ['not_judgeable', false, 'not_judgeable'],
    ['not_judgeable', true, 'not_judgeable'],
    ['instruction_in_page', false, 'instruction_in_page'],
    ['insufficient', true, 'instruction_in_page'],
    ['changed', false, 'insufficient'],
  ];
  for (const [code, instructionInPage, why] of undetermined)
    it(`explains undetermined ${code}${instructionInPage ? ' of an instructing page' : ''} as ${why}`, () =>
      assert.equal(
        check({ verdict: 'undetermined', code, claims: [] }, { instructionInPage }).why,
        why,
      ));
  it('D9 cleans everything that the model wrote', () => {
    const verdict = check({
      summary: 'Widget 35.00 € at https://evil.test',
      reason: 'call +49 30 1234567 or <b>mail</b> a@b.test',
      claims: [claim({ subject: 'Widget\u202e' })],
    });
    assert.deepEqual(
      [verdict.summary, verdict.reason, verdict.claims[0]?.subject],
      ['Widget 35.00 € at', 'call or mail', 'Widget'],
    );
  });
});

describe('verifyAnswer: summaries', () => {
  const summary = (text: string, parts: Partial<JudgeAnswer> = {}): string =>
    check({ ...parts, summary: text }).summary;
  const ours = 'Widget price: 40.00 € → 35.00 €';
  for (const text of [
    'The widget fell from 40.00 € to 35.00 €.',
    'Now EUR 35 instead of 40',
    'The price has changed.',
    'Der Preis ist auf 35,00 € gesunken.',
  ])
    it(`keeps "${text}"`, () => assert.equal(summary(text), text));
  for (const text of [
    'Now 15.00 €!',
    'The price fell by 12.5 %.',
    'The price rose to 35.00 €.',
    'Der Preis ist gestiegen.',
    '',
    'https://evil.test',
  ])
    it(`replaces "${text}" with what is proven`, () => assert.equal(summary(text), ours));
  it('replaces a direction that no pair of numbers shows', () =>
    assert.equal(
      summary('Price dropped to 35.00 €', { claims: [claim({ kind: 'value', before: null })] }),
      'Widget price: 35.00 €',
    ));
  it('keeps direction words about things that are no numbers', () => {
    const source = line('Colour: red', 'Colour: blue');
    const verdict = check(
      {
        summary: 'Red was dropped for blue.',
        claims: [claim({ subject: 'Colour', before: 'red', after: 'blue', quote: 'Colour: blue' })],
      },
      { sources: [source] },
    );
    assert.equal(verdict.summary, 'Red was dropped for blue.');
  });
  it('leaves the words of a no alone, but for links', () =>
    assert.equal(
      check({ verdict: 'no_match', claims: [], summary: 'Only 7 typos, see http://x.test' })
        .summary,
      'Only 7 typos, see',
    ));
});
