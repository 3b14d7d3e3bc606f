import assert from 'node:assert/strict';
import {
  explainWhy,
  failureFinding,
  findingsOf,
  notJudgedFinding,
  type FindingContext,
} from './finding.ts';
import { claim, result, verdict } from './testing.ts';
import type { Claim, UndeterminedWhy } from './types.ts';

const context: FindingContext = { job: 'team/shop', goalKind: 'Change', severity: 'FromVerdict' };
const state: FindingContext = { ...context, goalKind: 'State' };
const of = (parts: Partial<Claim>, by = context) => {
  const [found] = findingsOf(by, verdict({ claims: [{ ...claim(parts), source: 'shop' }] }), []);
  assert.ok(found);
  return found;
};
const print = (parts: Partial<Claim>, by = context): string => of(parts, by).fingerprint;

describe('findingsOf: claims', () => {
  it('makes one candidate of a claim', () => {
    const found = of({});
    assert.deepEqual(
      [
        found.origin,
        found.source,
        found.subject,
        found.kind,
        found.value,
        found.severity,
        found.title,
        found.verdict,
      ],
      [
        'claim',
        'shop',
        'Widget price',
        'changed',
        '35.00 €',
        'warning',
        'Widget price: 40.00 € → 35.00 €',
        'match',
      ],
    );
  });
  it('has one fingerprint for all spellings of a subject and a value', () =>
    assert.equal(print({}), print({ subject: ' widget  PRICE', after: 'EUR 35' })));
  it('does not depend on summary, quote or the value before', () => {
    const [other] = findingsOf(
      context,
      verdict({
        summary: 'else',
        claims: [{ ...claim({ quote: 'x', before: '50 €' }), source: 'shop' }],
      }),
      [],
    );
    assert.equal(other?.fingerprint, print({}));
  });
  it('has another fingerprint for another value, kind, subject and job', () => {
    const prints = [
      print({}),
      print({ after: '34 €' }),
      print({ kind: 'value' }),
      print({ subject: 'Gadget' }),
      print({}, { ...context, job: 'team/other' }),
    ];
    assert.equal(new Set(prints).size, prints.length);
  });
  it('tells two removals of one subject apart', () =>
    assert.notEqual(
      print({ kind: 'removed', before: 'Berlin', after: null }),
      print({ kind: 'removed', before: 'Paris', after: null }),
    ));
  it('keeps a State in one fingerprint while its value and kind change', () =>
    assert.equal(print({}, state), print({ after: '30 €', kind: 'value' }, state)));
  it('merges claims of the same fact and keeps their proofs', () => {
    const claims = [
      { ...claim(), source: 'shop' },
      { ...claim({ quote: 'EUR 35', after: '35 €' }), source: 'shop' },
    ];
    const found = findingsOf(context, verdict({ claims }), []);
    assert.deepEqual(
      found.map((f) => f.claims.length),
      [2],
    );
  });
  for (const kind of ['no_match', 'undetermined'] as const)
    it(`makes nothing of a verdict that is ${kind}`, () =>
      assert.deepEqual(findingsOf(context, verdict({ verdict: kind }), []), []));
  it('makes nothing when nothing was judged', () =>
    assert.deepEqual(findingsOf(context, undefined, []), []));
  it("takes the job's severity when it says one", () =>
    assert.equal(
      findingsOf({ ...context, severity: 'Critical' }, verdict(), [])[0]?.severity,
      'critical',
    ));
  it('names added, removed and plain values', () => {
    assert.equal(
      of({ kind: 'added', before: null, after: 'Blue' }).title,
      'Widget price: new: Blue',
    );
    assert.equal(
      of({ kind: 'removed', before: 'Red', after: null }).title,
      'Widget price: gone: Red',
    );
    assert.equal(of({ kind: 'value', before: null, after: '35 €' }).title, 'Widget price: 35 €');
  });
  it('D9 carries no link from the page into the title', () =>
    assert.equal(
      of({ kind: 'added', before: null, after: 'buy at https://evil.test/x' }).title,
      'Widget price: new: buy at',
    ));
  it('cuts a long title without breaking a character', () => {
    const { title } = of({ kind: 'added', before: null, after: '😀'.repeat(200) });
    assert.ok(title.length <= 200 && title.endsWith('…') && title.isWellFormed());
  });
});

describe('findingsOf: conditions', () => {
  it('makes a candidate of an Alert condition that holds, with its text as proof', () => {
    const [found] = findingsOf(context, undefined, [result()]);
    assert.deepEqual(
      [
        found?.origin,
        found?.subject,
        found?.value,
        found?.severity,
        found?.summary,
        found?.claims[0]?.quote,
        found?.claims[0]?.side,
      ],
      ['condition', 'cheap', '35 €', 'warning', 'Condition "cheap" holds: 35 €', '35 €', 'after'],
    );
  });
  it('quotes what vanished from the old page', () =>
    assert.equal(
      findingsOf(context, undefined, [result({ kind: 'removed' })])[0]?.claims[0]?.side,
      'before',
    ));
  it('needs no proof for what is absent', () => {
    const [found] = findingsOf(context, undefined, [result({ evidence: '', after: null })]);
    assert.deepEqual([found?.claims, found?.summary], [[], 'Condition "cheap" holds.']);
  });
  it('makes nothing of a condition that does not hold or that is required', () =>
    assert.deepEqual(
      findingsOf(context, undefined, [result({ holds: false }), result({ then: 'Require' })]),
      [],
    ));
  it('has another fingerprint for another value of a Change goal, and one for a State goal', () => {
    const prints = (by: FindingContext) =>
      ['35 €', '34 €'].map(
        (after) => findingsOf(by, undefined, [result({ after })])[0]?.fingerprint,
      );
    assert.equal(new Set(prints(context)).size, 2);
    assert.equal(new Set(prints(state)).size, 1);
  });
  it('keeps a rule apart from a claim about the same value', () => {
    const found = findingsOf(context, verdict(), [
      result({ subject: 'Widget price', kind: 'changed', after: '35.00 €' }),
    ]);
    assert.equal(found.length, 2);
  });
});

describe('notJudgedFinding and failureFinding', () => {
  it('says why nobody judged', () => {
    const found = notJudgedFinding(context, 'shop', 'abc', 'model_not_configured');
    assert.deepEqual(
      [found.origin, found.verdict, found.why, found.severity],
      ['changedNotJudged', 'undetermined', 'model_not_configured', 'warning'],
    );
    assert.match(found.summary, /no model is configured\.$/);
  });
  it('has one fingerprint for one source and text, whatever the reason', () => {
    const one = notJudgedFinding(context, 'shop', 'abc', 'no_evidence').fingerprint;
    assert.equal(notJudgedFinding(context, 'shop', 'abc', 'budget_exhausted').fingerprint, one);
    assert.notEqual(notJudgedFinding(context, 'shop', 'abd', 'no_evidence').fingerprint, one);
    assert.notEqual(notJudgedFinding(context, 'blog', 'abc', 'no_evidence').fingerprint, one);
  });
  it('explains every reason in words of its own', () => {
    const all: readonly UndeterminedWhy[] = [
      'model_unavailable',
      'invalid_answer',
      'model_not_configured',
      'budget_exhausted',
      'no_evidence',
      'instruction_in_page',
      'insufficient',
      'not_judgeable',
      'canary_leaked',
    ];
    assert.equal(new Set(all.map(explainWhy)).size, all.length);
  });
  it('tells a failing source with its number and without links', () => {
    const found = failureFinding(context, 'shop', 'timeout at http://10.0.0.1/', 5);
    assert.deepEqual(
      [found.title, found.summary, found.kind],
      ['shop could not be checked 5 times in a row', 'timeout at', 'failure'],
    );
  });
  it('is one finding however long the row grows', () =>
    assert.equal(
      failureFinding(context, 'shop', 'a', 5).fingerprint,
      failureFinding(context, 'shop', 'b', 9).fingerprint,
    ));
});
