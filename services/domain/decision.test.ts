import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decide, requirementsOf, type DecisionInput } from './decision.ts';
import { candidate, result, verdict } from './testing.ts';
import type { UndeterminedWhy, Verdict } from './types.ts';

const claimed = [candidate()];
const fired = [candidate({ origin: 'condition', fingerprint: 'c1' })];
const input = (parts: Partial<DecisionInput> = {}): DecisionInput => ({
  goal: { threshold: 75, onUndetermined: 'Retry', kind: 'Change' },
  verdict: verdict(),
  requirements: [],
  candidates: claimed,
  fired: [],
  stateIsTold: false,
  retryExpired: false,
  ...parts,
});
const goal = (onUndetermined: 'Retry' | 'Alert' | 'Hold') => ({
  threshold: 75,
  onUndetermined,
  kind: 'Change' as const,
});
const undetermined = (why: UndeterminedWhy): Verdict =>
  verdict({ verdict: 'undetermined', why, claims: [] });
const required = (holds: boolean, problem: string | null = null) =>
  result({ then: 'Require', holds, problem });
const outcome = (parts: Partial<DecisionInput>): string => {
  const decision = decide(input(parts));
  return decision.kind === 'suppress' ? `suppress ${decision.reason}` : decision.kind;
};

describe('decide', () => {
  it('tells a match at the threshold', () =>
    assert.deepEqual(decide(input({ verdict: verdict({ relevance: 75 }) })), {
      kind: 'tell',
      candidates: claimed,
    }));
  it('suppresses a match below the threshold, with the reason', () =>
    assert.equal(outcome({ verdict: verdict({ relevance: 74 }) }), 'suppress belowThreshold'));
  it('suppresses a no', () =>
    assert.equal(
      outcome({ verdict: verdict({ verdict: 'no_match' }), candidates: [] }),
      'suppress noMatch',
    ));
  it('suppresses a change whose requirement is not met, before anything else', () =>
    assert.equal(
      outcome({ requirements: [required(true), required(false)] }),
      'suppress requirementNotMet',
    ));
  it('tells a match whose requirements are met', () =>
    assert.equal(outcome({ requirements: [required(true)] }), 'tell'));
  it('tells a condition that fired, whatever the model says', () => {
    for (const parts of [
      { verdict: verdict({ verdict: 'no_match' }), candidates: [] },
      { requirements: [required(false)] },
      { verdict: undefined, candidates: [] },
    ])
      assert.deepEqual(decide(input({ ...parts, fired })), { kind: 'tell', candidates: fired });
  });
  it('tells claims and conditions together', () =>
    assert.deepEqual(decide(input({ fired })).candidates, [...claimed, ...fired]));
  it('tells a condition beside a verdict that has to wait', () =>
    assert.deepEqual(
      decide(input({ verdict: undetermined('model_unavailable'), candidates: [], fired })),
      {
        kind: 'retryLater',
        why: 'model_unavailable',
        candidates: fired,
      },
    ));
  it('suppresses when there is no prompt and no condition fired', () =>
    assert.equal(outcome({ verdict: undefined, candidates: [] }), 'suppress noMatch'));
});

describe('decide: undetermined', () => {
  const passing = ['model_unavailable', 'invalid_answer'] as const;
  const lasting = [
    'model_not_configured',
    'budget_exhausted',
    'no_evidence',
    'instruction_in_page',
    'insufficient',
    'not_judgeable',
    'canary_leaked',
  ] as const;
  for (const why of passing) {
    it(`retries ${why} under Retry`, () =>
      assert.equal(outcome({ verdict: undetermined(why), candidates: [] }), 'retryLater'));
    it(`tells ${why} as not judged when its time is over`, () =>
      assert.equal(
        outcome({ verdict: undetermined(why), candidates: [], retryExpired: true }),
        'changedNotJudged',
      ));
  }
  for (const why of lasting)
    it(`tells ${why} at once as not judged under Retry`, () =>
      assert.deepEqual(decide(input({ verdict: undetermined(why), candidates: [] })), {
        kind: 'changedNotJudged',
        why,
        candidates: [],
      }));
  for (const why of [...passing, ...lasting]) {
    it(`tells ${why} at once as not judged under Alert`, () =>
      assert.deepEqual(
        decide(input({ goal: goal('Alert'), verdict: undetermined(why), candidates: [] })),
        { kind: 'changedNotJudged', why, candidates: [] },
      ));
    it(`keeps ${why} for the dashboard under Hold`, () =>
      assert.equal(
        outcome({ goal: goal('Hold'), verdict: undetermined(why), candidates: [] }),
        'suppress undeterminedHeld',
      ));
  }
  it('defect: model failure scored 0: a failure has relevance 0 and is still no silent no', () =>
    assert.equal(
      outcome({ verdict: { ...undetermined('model_unavailable'), relevance: 0 }, candidates: [] }),
      'retryLater',
    ));
  it('defect: parse error of the verdict = "not important": it is retried and then told', () => {
    assert.equal(
      outcome({ verdict: undetermined('invalid_answer'), candidates: [] }),
      'retryLater',
    );
    assert.equal(
      outcome({ goal: goal('Alert'), verdict: undetermined('invalid_answer'), candidates: [] }),
      'changedNotJudged',
    );
  });
  it('tells a match without candidates as not judged, never as nothing', () =>
    assert.deepEqual(decide(input({ candidates: [] })), {
      kind: 'changedNotJudged',
      why: 'no_evidence',
      candidates: [],
    }));
});

describe('decide: requirements that cannot be read', () => {
  const unreadable = required(false, 'no number');
  it('defect: parse error = not important: it does not stop a match', () =>
    assert.equal(outcome({ requirements: [unreadable] }), 'tell'));
  it('tells a change as not judged when nothing else decides', () =>
    assert.equal(
      outcome({ requirements: [unreadable], verdict: undefined, candidates: [] }),
      'changedNotJudged',
    ));
  it('leaves the word to the conditions that fired', () =>
    assert.equal(
      outcome({ requirements: [unreadable], verdict: undefined, candidates: [], fired }),
      'tell',
    ));
  it('ranks unmet over unknown over met', () => {
    assert.equal(requirementsOf([required(true), unreadable, required(false)]), 'unmet');
    assert.equal(requirementsOf([required(true), unreadable]), 'unknown');
    assert.equal(requirementsOf([required(true), result({ then: 'Alert', holds: false })]), 'met');
  });
});

describe('decide: pages that talk to the model', () => {
  const instructed = { instructionInPage: true };
  it('D3 does not believe a no', () =>
    assert.deepEqual(
      decide(input({ verdict: verdict({ verdict: 'no_match', ...instructed }), candidates: [] })),
      {
        kind: 'changedNotJudged',
        why: 'instruction_in_page',
        candidates: [],
      },
    ));
  it('D3 does not believe a low relevance', () =>
    assert.equal(
      outcome({ verdict: verdict({ relevance: 1, ...instructed }) }),
      'changedNotJudged',
    ));
  it('D3 does not believe that a state was told already', () =>
    assert.equal(
      outcome({
        goal: { ...goal('Retry'), kind: 'State' },
        stateIsTold: true,
        verdict: verdict({ code: 'still_true', ...instructed }),
      }),
      'tell',
    ));
  it('D3 tells a proven match all the same', () =>
    assert.equal(outcome({ verdict: verdict(instructed) }), 'tell'));
});

describe('decide: State goals', () => {
  const state = { ...goal('Retry'), kind: 'State' as const };
  const still = verdict({ code: 'still_true' });
  it('tells the edge', () =>
    assert.equal(outcome({ goal: state, verdict: verdict({ code: 'became_true' }) }), 'tell'));
  it('does not tell again what is still true and was told', () =>
    assert.equal(
      outcome({ goal: state, verdict: still, stateIsTold: true }),
      'suppress knownFinding',
    ));
  it('tells what is still true and was never told', () =>
    assert.equal(outcome({ goal: state, verdict: still }), 'tell'));
  it('leaves Change goals to their fingerprints', () =>
    assert.equal(outcome({ verdict: still, stateIsTold: true }), 'tell'));
});

describe('decide: laws', () => {
  const anyVerdict = fc.record({
    verdict: fc.constantFrom('match' as const, 'no_match' as const, 'undetermined' as const),
    relevance: fc.nat(100),
    instructionInPage: fc.boolean(),
    why: fc.constantFrom<UndeterminedWhy | undefined>(
      'model_unavailable',
      'no_evidence',
      'budget_exhausted',
      undefined,
    ),
  });
  it('never drops a condition that fired', () => {
    fc.assert(
      fc.property(
        anyVerdict,
        fc.constantFrom('Retry' as const, 'Alert' as const, 'Hold' as const),
        fc.boolean(),
        (parts, on, met) => {
          const decision = decide(
            input({
              verdict: verdict(parts),
              goal: goal(on),
              requirements: [required(met)],
              fired,
            }),
          );
          assert.ok(fired.every((each) => decision.candidates.some((told) => told === each)));
        },
      ),
    );
  });
  it('is silent without Hold only after a judged no, a weak match or an unmet requirement', () => {
    fc.assert(
      fc.property(anyVerdict, fc.constantFrom('Retry' as const, 'Alert' as const), (parts, on) => {
        const decision = decide(input({ verdict: verdict(parts), goal: goal(on) }));
        if (decision.kind !== 'suppress') return;
        assert.equal(parts.instructionInPage, false);
        assert.ok(
          parts.verdict === 'no_match' || (parts.verdict === 'match' && parts.relevance < 75),
        );
      }),
    );
  });
});
