import assert from 'node:assert/strict';
import { findingsByHand } from './byHand.ts';
import type { FindingContext } from './finding.ts';
import type { Hunk, Verdict, VerifiedClaim } from './types.ts';

describe('a change that is told by hand', () => {
  const context: FindingContext = {
    job: 'team/shop',
    goalKind: 'Change',
    severity: 'FromVerdict',
  };
  const claim: VerifiedClaim = {
    source: 'page',
    kind: 'changed',
    subject: 'Price',
    before: '40 €',
    after: '35 €',
    quote: 'Price: 35 €',
    side: 'after',
  };
  const verdict = (patch: Partial<Verdict> = {}): Verdict => ({
    verdict: 'no_match',
    relevance: 10,
    summary: 'The price fell.',
    severity: 'warning',
    claims: [],
    droppedClaims: [],
    reason: '',
    code: 'not_relevant',
    instructionInPage: false,
    ...patch,
  });
  const hunk = (patch: Partial<Hunk> = {}): Hunk => ({
    id: 'h1',
    kind: 'changed',
    section: '',
    before: 'Price: 40 €',
    after: 'Price: 35 €',
    context: { above: '', below: '' },
    words: [],
    ...patch,
  });

  it('is what the verdict proves, though it found that it does not matter', () => {
    const [found] = findingsByHand(context, verdict({ claims: [claim] }), []);
    assert.deepEqual(
      [found?.subject, found?.value, found?.verdict, found?.claims],
      ['Price', '35 €', 'no_match', [claim]],
    );
  });

  it('is the first piece of each changed source where the verdict proves nothing', () => {
    const found = findingsByHand(context, verdict(), [
      { source: 'a', hunks: [hunk(), hunk({ id: 'h2', after: 'x' })] },
      { source: 'b', hunks: [hunk({ kind: 'removed', after: '' })] },
      { source: 'c', hunks: [] },
    ]);
    assert.deepEqual(
      found.map(({ source, kind, claims }) => [source, kind, claims[0]?.quote, claims[0]?.side]),
      [
        ['a', 'changed', 'Price: 35 €', 'after'],
        ['b', 'removed', 'Price: 40 €', 'before'],
      ],
    );
  });

  it('has the same fingerprint for the same change alone', () => {
    const of = (after: string): string | undefined =>
      findingsByHand(context, verdict(), [{ source: 'a', hunks: [hunk({ after })] }])[0]
        ?.fingerprint;
    assert.equal(of('35 €'), of('35 €'));
    assert.notEqual(of('35 €'), of('30 €'));
  });

  it('D9 carries no link of the page into the title', () => {
    const after = 'Visit https://evil.example/ now';
    const [found] = findingsByHand(context, verdict(), [{ source: 'a', hunks: [hunk({ after })] }]);
    assert.doesNotMatch(found?.title ?? '', /evil\.example/);
  });
});
