import assert from 'node:assert/strict';
import {
  mostOf,
  partsOf,
  restOf,
  summaryWords,
  unaskedWords,
  type TriedChange,
} from './web/src/parts/backtest.ts';
import { speakEnglish, speakGerman } from './testing/english.ts';

const tried = (
  now: Partial<TriedChange['now']> = {},
  then: Partial<TriedChange['then']> = {},
): TriedChange => ({
  checkId: 'c',
  at: '2026-03-10T12:00:00Z',
  then: { outcome: 'Suppressed', reason: 'noMatch', verdict: 'no_match', summary: '', ...then },
  now: {
    outcome: 'Alerted',
    reason: null,
    verdict: 'match',
    summary: '',
    alerts: [],
    problems: [],
    tokensIn: 1000,
    tokensOut: 100,
    costUsd: '0.006',
    most: null,
    ...now,
  },
});
const open = tried({
  outcome: 'Unasked',
  reason: 'notAsked',
  tokensIn: 0,
  tokensOut: 0,
  costUsd: '0',
  most: { tokens: 50_000, costUsd: '0.04' },
});
const silent = tried({ outcome: 'Suppressed', reason: 'noMatch', costUsd: '0' });

describe('a back-test in words', () => {
  afterEach(speakEnglish);

  it('is said in German as well, with sums as they are written there', () => {
    speakGerman();
    assert.equal(
      summaryWords([tried(), tried({ costUsd: '0.014' }), open], 30).replaceAll('\u00A0', ' '),
      'Hätte in 30 Tagen mindestens 2 Mal gemeldet (Kosten: 0,02 $). Bei 1 von 3 Änderungen kann es nur ein Modell sagen. Damals wurde nie gemeldet.',
    );
  });

  it('says how often it would have alerted, what that cost, and how often it did', () => {
    assert.equal(
      summaryWords([tried(), tried({}, { outcome: 'Alerted' }), tried(), silent], 30),
      'Would have alerted 3 times in 30 days, cost $0.02. Then it alerted once.',
    );
    assert.equal(
      summaryWords([silent], 30),
      'Would not have alerted in 30 days, cost $0. Then it never alerted.',
    );
  });

  it('says what only a model can say', () => {
    assert.equal(
      summaryWords([tried({ costUsd: '0' }), open], 30),
      'Would have alerted at least once in 30 days, cost $0. Of 1 of 2 changes only a model can say. Then it never alerted.',
    );
    assert.match(summaryWords([open], 30), /^No condition alone would have alerted in 30 days/);
    assert.match(summaryWords([], 30), /^Nothing changed in the last 30 days/);
  });

  it('counts tokens where no price is known', () => {
    assert.match(summaryWords([tried({ costUsd: null })], 7), /in 7 days, cost 1,100 tokens\./);
  });

  it('knows the most that a model may cost, or that nobody does', () => {
    assert.deepEqual(mostOf([open, open, silent]), { tokens: 100_000, usd: 0.08 });
    const unpriced = tried({ most: { tokens: 5, costUsd: null } });
    assert.deepEqual(mostOf([open, unpriced]), { tokens: 50_005, usd: null });
  });

  it('spends no more than the maximum over all parts', () => {
    assert.deepEqual(restOf({ kind: 'usd', amount: 0.05 }, [tried(), tried()]), {
      maxCostUsd: '0.038000',
    });
    assert.equal(restOf({ kind: 'usd', amount: 0.01 }, [tried(), tried()]), undefined);
    assert.equal(restOf({ kind: 'usd', amount: 1 }, [tried({ costUsd: null })]), undefined);
    assert.deepEqual(restOf({ kind: 'tokens', amount: 2000 }, [tried()]), { maxTokens: 900 });
    assert.equal(restOf({ kind: 'tokens', amount: 1100 }, [tried()]), undefined);
  });

  it('is asked in parts that leave nothing out', () => {
    const changes = Array.from({ length: 9 }, (_none, at) => ({ ...silent, checkId: `${at}` }));
    const parts = partsOf(changes);
    assert.deepEqual(parts.flat(), ['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    assert.deepEqual(
      parts.map(({ length }) => length),
      [4, 4, 1],
    );
  });

  it('has words for each reason why no model was asked', () => {
    assert.equal(unaskedWords('maximum'), 'might have cost more than the maximum');
    assert.equal(unaskedWords(null), 'not judged');
  });
});
