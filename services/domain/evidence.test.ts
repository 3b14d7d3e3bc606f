import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { verifyAnswer, type Evidence, type SourceEvidence } from './evidence.ts';
import { answer, changed, claim, hunk, page, shop } from './testing.ts';
import { tokensOf } from './tokens.ts';
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

/** Pages made of few words, so that random answers often come close to being true. */
const word = fc.constantFrom(
  'Price',
  '35',
  '40.00',
  '€',
  'Widget',
  'sold',
  'out',
  '12 %',
  '21 %',
  'non-refundable',
  'ignore',
  'https://evil.test',
  '-5',
  '1 299',
  '价格',
);
const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
const anySource = fc.tuple(text, text, text).map(([same, before, after]): SourceEvidence => ({
  source: 'shop',
  before: page('# Widget', same, before),
  after: page('# Widget', same, after),
  hunks: before === after ? [] : [changed('Widget', before, after)],
}));
const value = fc.option(fc.oneof(text, word, fc.string({ maxLength: 8 })), { nil: null });
const anyClaim: fc.Arbitrary<Claim> = fc.record({
  kind: fc.constantFrom('added' as const, 'removed' as const, 'changed' as const, 'value' as const),
  subject: fc.oneof(word, fc.string({ maxLength: 8 })),
  before: value,
  after: value,
  quote: fc.oneof(text, word, fc.string({ maxLength: 8 })),
  side: fc.constantFrom('before' as const, 'after' as const, 'both' as const),
});
/** A run of words of a text, or now and then a piece that is cut inside a word. */
const pieceOf = (whole: string): fc.Arbitrary<string> => {
  const words = whole.split(' ');
  const cut = (parts: readonly string[] | string, a: number, b: number) =>
    parts.slice(Math.min(a, b), Math.max(a, b) + 1);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.nat(words.length - 1), fc.nat(words.length - 1))
        .map(([a, b]) => [cut(words, a, b)].flat().join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat(whole.length), fc.nat(whole.length))
        .map(([a, b]) => [cut(whole, a, b)].flat().join('')),
    },
  );
};
/** A claim that is made of the page it is about, as a hijacked model would make it. */
const closeClaim = (source: SourceEvidence): fc.Arbitrary<Claim> => {
  const [was, is] = [
    source.before.blocks.at(-1)?.text ?? '',
    source.after.blocks.at(-1)?.text ?? '',
  ];
  return fc.record({
    kind: fc.constantFrom(
      'added' as const,
      'removed' as const,
      'changed' as const,
      'value' as const,
    ),
    subject: fc.oneof(fc.constant('Widget'), pieceOf(is)),
    before: fc.option(pieceOf(was), { nil: null }),
    after: fc.option(pieceOf(is), { nil: null }),
    quote: fc.oneof(fc.constant(is), fc.constant(was), pieceOf(is)),
    side: fc.constantFrom('before' as const, 'after' as const, 'both' as const),
  });
};
const anyAnswer = fc.record({
  verdict: fc.constantFrom('match' as const, 'no_match' as const, 'undetermined' as const),
  claims: fc.array(anyClaim, { maxLength: 8 }),
  summary: fc.oneof(text, fc.string({ maxLength: 40 })),
  code: fc.constantFrom(
    'changed' as const,
    'not_relevant' as const,
    'instruction_in_page' as const,
  ),
});
const fold = (part: string): string =>
  part
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[-‐-―−]/gu, '-')
    .replace(/\s+/gu, ' ')
    .trim();

describe('verifyAnswer: laws, for a model that obeys the page completely', () => {
  it('D1 D6 leaves no claim whose quote and values are not in the page', () => {
    let matches = 0;
    const attack = anySource.chain((source) =>
      fc.tuple(fc.constant(source), anyAnswer, fc.array(closeClaim(source), { maxLength: 8 })),
    );
    fc.assert(
      fc.property(attack, fc.boolean(), ([source, parts, close], instructionInPage) => {
        const verdict = verifyAnswer(answer({ ...parts, claims: [...parts.claims, ...close] }), {
          sources: [source],
          instructionInPage,
        });
        const [before, after] = [fold(source.before.text), fold(source.after.text)];
        const [was, is] = [fold(source.hunks[0]?.before ?? ''), fold(source.hunks[0]?.after ?? '')];
        for (const kept of verdict.claims) {
          if (kept.side !== 'after') assert.ok(before.includes(fold(kept.quote)));
          if (kept.side !== 'before') assert.ok(after.includes(fold(kept.quote)));
          for (const token of tokensOf(kept.before ?? ''))
            assert.ok(was.includes(token.text), `${token.text} in ${was}`);
          for (const token of tokensOf(kept.after ?? ''))
            assert.ok(is.includes(token.text), `${token.text} in ${is}`);
          assert.notEqual(was, is);
        }
        if (verdict.verdict !== 'match') return;
        matches += 1;
        assert.ok(verdict.claims.length > 0);
      }),
      { numRuns: 2000 },
    );
    assert.ok(matches > 100, `${matches} matches: the law was hardly put to the test`);
  });
  it('D6 refuses every value that the diff does not mark', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('35', '40.00', 'sold', 'Widget'), (same, added) => {
        fc.pre(!same.includes(added));
        const source = line(same, `${same} ${added}!`);
        const verdict = verifyAnswer(
          answer({
            claims: [
              claim({ kind: 'added', subject: 'Widget', before: null, after: same, quote: same }),
            ],
          }),
          { sources: [source], instructionInPage: false },
        );
        assert.equal(verdict.claims.length, 0);
      }),
    );
  });
  it('D3 never lets an instructing page be suppressed by a no', () => {
    fc.assert(
      fc.property(anySource, anyAnswer, (source, parts) => {
        assert.notEqual(
          verifyAnswer(answer(parts), { sources: [source], instructionInPage: true }).verdict,
          'no_match',
        );
      }),
    );
  });
  it('D9 lets no link through in summary, reason or subject', () => {
    fc.assert(
      fc.property(anySource, anyAnswer, (source, parts) => {
        const verdict = verifyAnswer(answer(parts), {
          sources: [source],
          instructionInPage: false,
        });
        for (const prose of [
          verdict.summary,
          verdict.reason,
          ...verdict.claims.map((kept) => kept.subject),
        ])
          assert.doesNotMatch(prose, /evil|:\/\//);
      }),
      { numRuns: 500 },
    );
  });
});
