import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { verifyAnswer, type SourceEvidence } from './evidence.ts';
import { answer, changed, claim, page } from './testing.ts';
import { tokensOf } from './tokens.ts';
import type { Claim } from './types.ts';

/** A source of one section in which one line changed. */
const line = (before: string, after: string): SourceEvidence => ({
  source: 'shop',
  before: page('# Widget', before),
  after: page('# Widget', after),
  hunks: [changed('Widget', before, after)],
});
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
