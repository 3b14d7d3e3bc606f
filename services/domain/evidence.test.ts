import assert from 'node:assert/strict';
import { verifyAnswer, type Evidence, type SourceEvidence } from './evidence.ts';
import { answer, changed, claim, hunk, page, shop } from './testing.ts';
import type { Claim, DroppedClaim, JudgeAnswer, Verdict } from './types.ts';

const check = (parts: Partial<JudgeAnswer>, evidence: Partial<Evidence> = {}): Verdict =>
  verifyAnswer(answer(parts), { sources: [shop], instructionInPage: false, ...evidence });
const checkOne = (
  parts: Partial<Claim>,
  sources: readonly SourceEvidence[] = [shop],
): DroppedClaim['why'] | 'kept' => {
  const { claims, droppedClaims } = check({ claims: [claim(parts)] }, { sources });
  return claims.length === 1 ? 'kept' : (droppedClaims[0]?.why ?? 'kept');
};
/** A source of one section in which one line changed. */
const line = (before: string, after: string): SourceEvidence => ({
  source: 'shop',
  before: page('# Widget', before),
  after: page('# Widget', after),
  hunks: [changed('Widget', before, after)],
});
const only = (kind: 'added' | 'removed', text: string): SourceEvidence => ({
  source: 'shop',
  before: kind === 'removed' ? page('# Widget', text) : page('# Widget'),
  after: kind === 'added' ? page('# Widget', text) : page('# Widget'),
  hunks: [hunk({ kind, section: 'Widget', [kind === 'added' ? 'after' : 'before']: text })],
});

describe('verifyAnswer: what is proven', () => {
  it('keeps a match whose claim is in the page, with its source', () => {
    const verdict = check({});
    assert.deepEqual(
      [verdict.verdict, verdict.why, verdict.claims[0]?.source, verdict.droppedClaims],
      ['match', undefined, 'shop', []],
    );
  });
  const kept: readonly [string, Partial<Claim>][] = [
    ['quotes the old side', { quote: 'Price: 40.00 €', side: 'before' }],
    ['quotes what both sides share', { quote: 'Price:', side: 'both' }],
    [
      'spells case, spaces and dashes differently',
      { quote: 'price:   35.00 €', subject: 'WIDGET' },
    ],
    ['names the number without its currency', { before: '40.00', after: '35.00' }],
    ['says only the new value', { kind: 'value', before: null }],
    ['quotes a piece of the line that has the value', { quote: '35.00 €' }],
  ];
  for (const [what, parts] of kept)
    it(`keeps a claim that ${what}`, () => assert.equal(checkOne(parts), 'kept'));
  it('keeps an added line', () =>
    assert.equal(
      checkOne(
        {
          kind: 'added',
          subject: 'Widget',
          before: null,
          after: 'Blue edition',
          quote: 'Blue edition',
        },
        [only('added', 'New: Blue edition')],
      ),
      'kept',
    ));
  it('keeps a removed line', () =>
    assert.equal(
      checkOne(
        {
          kind: 'removed',
          subject: 'Widget',
          before: 'free shipping',
          after: null,
          quote: 'Free shipping',
          side: 'before',
        },
        [only('removed', 'Free shipping today')],
      ),
      'kept',
    ));
  it('finds the source that proves a claim among several', () => {
    const other = { ...line('A 1', 'A 2'), source: 'blog' };
    assert.equal(check({}, { sources: [other, shop] }).claims[0]?.source, 'shop');
  });
  it('keeps a claim whose subject is a heading further up', () => {
    const deep: SourceEvidence = {
      source: 'shop',
      before: page('# Shop', '## Widget', '### Price', '40 €'),
      after: page('# Shop', '## Widget', '### Price', '35 €'),
      hunks: [changed('Price', '40 €', '35 €')],
    };
    assert.equal(
      checkOne({ subject: 'Widget', before: '40 €', after: '35 €', quote: '35 €' }, [deep]),
      'kept',
    );
  });
  it('says one thing once', () =>
    assert.equal(check({ claims: [claim(), claim({ quote: '35.00 €' })] }).claims.length, 1));
  it('keeps the proven claim and drops the other', () => {
    const verdict = check({ claims: [claim(), claim({ after: '1 €' })] });
    assert.deepEqual(
      [verdict.verdict, verdict.claims.length, verdict.droppedClaims.length],
      ['match', 1, 1],
    );
  });
  it('keeps two prices that swap places', () => {
    const swap: SourceEvidence = {
      source: 'shop',
      before: page('# Widget', 'Widget 10 € and Gadget 20 €'),
      after: page('# Widget', 'Widget 20 € and Gadget 10 €'),
      hunks: [changed('Widget', 'Widget 10 € and Gadget 20 €', 'Widget 20 € and Gadget 10 €')],
    };
    assert.equal(
      checkOne({ subject: 'Widget', before: '10 €', after: '20 €', quote: 'Widget 20 €' }, [swap]),
      'kept',
    );
  });
});

describe('verifyAnswer: what is refused', () => {
  const refused: readonly [string, Partial<Claim>, DroppedClaim['why']][] = [
    ['D6 a quote that is not in the page', { quote: 'Price: 1.00 €' }, 'quoteNotFound'],
    ['D6 a quote with one shifted digit', { quote: 'Price: 53.00 €' }, 'quoteNotFound'],
    ['D6 a quote with a look-alike letter', { quote: 'Рrice: 35.00 €' }, 'quoteNotFound'],
    ['an empty quote', { quote: ' \u00a0' }, 'quoteNotFound'],
    ['a quote of the old side that is only in the new one', { side: 'before' }, 'quoteNotFound'],
    ['a quote of both sides that is only in one', { side: 'both' }, 'quoteNotFound'],
    ['D6 a quote from a part that did not change', { quote: 'Price: 99 €' }, 'quoteNotFound'],
    ['an old value that was not there', { before: '50.00 €' }, 'beforeNotRemoved'],
    ['an old value that is still there', { before: 'Price' }, 'beforeNotRemoved'],
    ['a piece of the old number', { before: '40' }, 'beforeNotRemoved'],
    ['a new value that is not there', { after: '30.00 €' }, 'afterNotAdded'],
    ['a new value that was there before', { after: 'Price' }, 'afterNotAdded'],
    ['a piece of the new number', { after: '35' }, 'afterNotAdded'],
    ['an empty new value', { after: '' }, 'afterNotAdded'],
    ['a change without its old value', { before: null }, 'missingSide'],
    ['a change without its new value', { after: null }, 'missingSide'],
    ['an addition without a value', { kind: 'added', before: null, after: null }, 'missingSide'],
    [
      'an addition proven by the old page',
      { kind: 'added', before: null, side: 'before' },
      'missingSide',
    ],
    [
      'a removal without what was removed',
      { kind: 'removed', before: null, after: null },
      'missingSide',
    ],
    [
      'a removal proven by the new page',
      { kind: 'removed', after: null, side: 'after' },
      'missingSide',
    ],
    ['one value instead of the same', { before: '35.00 €', after: '35.00 €' }, 'nullComparison'],
    ['one number in two spellings', { before: '35.00 €', after: 'EUR 35' }, 'nullComparison'],
    ['a price compared with a percentage', { before: '40 %', after: '35.00 €' }, 'numberMismatch'],
    ['a percentage compared with a price', { before: '40.00 €', after: '35 %' }, 'numberMismatch'],
    ['D6 a number that is not in the quote', { quote: 'Price:' }, 'numberMismatch'],
    ['a subject of another section', { subject: 'Gadget price' }, 'subjectNotInSection'],
    ['a subject that the page does not name', { subject: 'Spaceship' }, 'subjectNotInSection'],
    ['a subject of nothing but joining words', { subject: 'of the' }, 'subjectNotInSection'],
    ['an empty subject', { subject: '' }, 'subjectNotInSection'],
  ];
  for (const [what, parts, why] of refused)
    it(`refuses ${what}`, () => assert.equal(checkOne(parts), why));
  it('absence is not removal: what was never there cannot be gone', () =>
    assert.equal(
      checkOne({
        kind: 'removed',
        before: 'free shipping',
        after: null,
        quote: 'Price: 40.00 €',
        side: 'before',
      }),
      'beforeNotRemoved',
    ));
  it('refuses as removed what the changed line still says', () => {
    const moved = line('blue red 1', 'red blue 1');
    assert.equal(
      checkOne(
        {
          kind: 'removed',
          subject: 'Widget',
          before: 'blue',
          after: null,
          quote: 'blue red',
          side: 'before',
        },
        [moved],
      ),
      'beforeNotRemoved',
    );
  });
  it('refuses as added what the changed line already said', () => {
    const moved = line('blue red 1', 'red blue 1');
    assert.equal(
      checkOne(
        { kind: 'added', subject: 'Widget', before: null, after: 'blue', quote: 'red blue' },
        [moved],
      ),
      'afterNotAdded',
    );
  });
  it('refuses a subject that heads the section before, not one above', () => {
    const siblings: SourceEvidence = {
      source: 'shop',
      before: page('# Shop', '## Gadget', 'Soon', '## Widget', '40 €'),
      after: page('# Shop', '## Gadget', 'Soon', '## Widget', '35 €'),
      hunks: [changed('Widget', '40 €', '35 €')],
    };
    const parts = { before: '40 €', after: '35 €', quote: '35 €' };
    assert.equal(checkOne({ ...parts, subject: 'Shop Widget' }, [siblings]), 'kept');
    assert.equal(checkOne({ ...parts, subject: 'Gadget' }, [siblings]), 'subjectNotInSection');
  });
  it('refuses "refundable" where the page says "non-refundable"', () => {
    const fine = line('Ticket: flexible', 'Ticket: non-refundable');
    assert.equal(
      checkOne(
        { subject: 'Ticket', before: 'flexible', after: 'refundable', quote: 'non-refundable' },
        [fine],
      ),
      'afterNotAdded',
    );
  });
  it('refuses a word value that its quote does not show', () => {
    const stock = line('Stock: none left', 'Stock: plenty left');
    assert.equal(
      checkOne({ subject: 'Stock', before: 'none', after: 'plenty', quote: 'Stock:' }, [stock]),
      'quoteNotFound',
    );
  });
  it('refuses a quote of the same words in another section', () => {
    const twins: SourceEvidence = {
      source: 'shop',
      before: page('# Widget', 'Price: 40 €', '# Gadget', 'Price: 35 €'),
      after: page('# Widget', 'Price: 35 €', '# Gadget', 'Price: 35 €'),
      hunks: [changed('Widget', 'Price: 40 €', 'Price: 35 €')],
    };
    const parts = { before: '40 €', after: '35 €', quote: 'Price: 35 €' };
    assert.equal(checkOne({ ...parts, subject: 'Widget' }, [twins]), 'kept');
    assert.equal(checkOne({ ...parts, subject: 'Gadget' }, [twins]), 'subjectNotInSection');
  });
  it('defect: "12 %" to "21 %" is a change, not equal', () =>
    assert.equal(
      checkOne({ subject: 'Discount', before: '12 %', after: '21 %', quote: 'Discount 21 %' }, [
        line('Discount 12 %', 'Discount 21 %'),
      ]),
      'kept',
    ));
  it('checks without a usable word diff too', () => {
    const source = {
      ...shop,
      hunks: [
        {
          ...changed('Widget', 'Price: 40.00 €', 'Price: 35.00 €'),
          words: [{ op: 'added', text: 'nonsense' } as const],
        },
      ],
    };
    assert.equal(checkOne({}, [source]), 'kept');
    assert.equal(checkOne({ after: 'Price' }, [source]), 'afterNotAdded');
  });
  it('has nothing to prove a claim by without hunks', () =>
    assert.equal(checkOne({}, [{ ...shop, hunks: [] }]), 'quoteNotFound'));
  it('has nothing to prove a claim by without sources', () =>
    assert.equal(checkOne({}, []), 'quoteNotFound'));
});
