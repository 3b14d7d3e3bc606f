import assert from 'node:assert/strict';
import { decideAlert } from './alert.ts';
import { decideResolution, type Observation } from './resolution.ts';
import { candidate, finding, result, verdict } from './testing.ts';

const seen = (parts: Partial<Observation> = {}): Observation => ({
  goalKind: 'Change',
  verdict: undefined,
  conditions: [],
  candidates: [],
  ...parts,
});
const kept = { kind: 'keep' };
const silently = { kind: 'resolve', alert: false, severity: 'info' };
const told = { kind: 'resolve', alert: true, severity: 'info' };

describe('decideResolution of a State goal', () => {
  const over = verdict({ verdict: 'no_match', code: 'disappeared', claims: [] });
  const state = (parts: Partial<Observation>): Observation => seen({ goalKind: 'State', ...parts });
  it('resolves on the way back and says so', () =>
    assert.deepEqual(decideResolution(finding(), state({ verdict: over })), told));
  it('says nothing when nobody was told', () =>
    assert.deepEqual(
      decideResolution(finding({ lastAlertAt: null }), state({ verdict: over })),
      silently,
    ));
  for (const code of ['not_relevant', 'cosmetic', 'insufficient', 'still_true'] as const)
    it(`keeps the finding when the change is ${code}`, () =>
      assert.deepEqual(decideResolution(finding(), state({ verdict: { ...over, code } })), kept));
  it('keeps the finding when nothing could be judged', () => {
    assert.deepEqual(
      decideResolution(
        finding(),
        state({ verdict: verdict({ verdict: 'undetermined', code: 'changed' }) }),
      ),
      kept,
    );
    assert.deepEqual(decideResolution(finding(), state({})), kept);
  });
  it('D3 does not let a page that talks to the model close a finding', () =>
    assert.deepEqual(
      decideResolution(finding(), state({ verdict: { ...over, instructionInPage: true } })),
      kept,
    ));
  it('keeps a finding that is seen again', () =>
    assert.deepEqual(
      decideResolution(finding(), state({ verdict: over, candidates: [candidate()] })),
      kept,
    ));
  it('leaves a resolved finding as it is', () =>
    assert.deepEqual(
      decideResolution(finding({ state: 'resolved' }), state({ verdict: over })),
      kept,
    ));
});

describe('decideResolution of a Change goal', () => {
  const newer = candidate({ fingerprint: 'f33', subject: 'widget  PRICE' });
  it('resolves silently what a newer value replaced', () =>
    assert.deepEqual(decideResolution(finding(), seen({ candidates: [newer] })), silently));
  it('keeps findings about other subjects, sources and origins', () => {
    for (const other of [
      { subject: 'Stock' },
      { source: 'blog' },
      { origin: 'condition' as const },
    ])
      assert.deepEqual(
        decideResolution(finding(), seen({ candidates: [{ ...newer, ...other }] })),
        kept,
      );
  });
  it('keeps it when the model finds an unrelated change', () =>
    assert.deepEqual(
      decideResolution(
        finding(),
        seen({ verdict: verdict({ verdict: 'no_match', code: 'changed' }) }),
      ),
      kept,
    ));
  it('defect: A→B→A: the old value is news again, once, as a reopened finding', () => {
    const a = finding({ fingerprint: 'fA' });
    const resolved = decideResolution(a, seen({ candidates: [candidate({ fingerprint: 'fB' })] }));
    assert.deepEqual(resolved, silently);
    const back = {
      now: new Date('2026-11-26T09:00:00Z'),
      existing: { ...a, state: 'resolved' as const },
      lastOfSubject: undefined,
    };
    const decision = decideAlert(candidate({ fingerprint: 'fA' }), {
      ...back,
      openNotJudged: undefined,
      sentLastHour: [],
      digestAt: undefined,
      cooldownMs: 0,
      maxPerHour: 5,
    });
    assert.deepEqual(decision, { kind: 'reopen', occurrence: 2 });
  });
});

describe('decideResolution of conditions and of changes that were not judged', () => {
  const byRule = finding({ origin: 'condition', subject: 'cheap' });
  it('keeps the finding while the condition is true, also when it held only on the edge', () =>
    assert.deepEqual(
      decideResolution(byRule, seen({ conditions: [result({ holds: false, isTrue: true })] })),
      kept,
    ));
  it('resolves it silently when the condition is no longer true', () =>
    assert.deepEqual(
      decideResolution(byRule, seen({ conditions: [result({ holds: false, isTrue: false })] })),
      silently,
    ));
  it('says so under a State goal', () =>
    assert.deepEqual(
      decideResolution(
        byRule,
        seen({ goalKind: 'State', conditions: [result({ holds: false, isTrue: false })] }),
      ),
      told,
    ));
  it('keeps it when the condition could not be read', () =>
    assert.deepEqual(
      decideResolution(
        byRule,
        seen({ conditions: [result({ holds: false, isTrue: false, problem: 'no number' })] }),
      ),
      kept,
    ));
  it('keeps it when the condition is about another source or was not evaluated', () => {
    assert.deepEqual(
      decideResolution(byRule, seen({ conditions: [result({ source: 'blog', isTrue: false })] })),
      kept,
    );
    assert.deepEqual(decideResolution(byRule, seen()), kept);
  });
  it('resolves it silently when it holds with another value', () =>
    assert.deepEqual(
      decideResolution(
        byRule,
        seen({
          candidates: [candidate({ origin: 'condition', subject: 'cheap', fingerprint: 'c34' })],
        }),
      ),
      silently,
    ));
  const notJudged = finding({ origin: 'changedNotJudged' });
  it('resolves "not judged" silently when the source is judged', () => {
    assert.deepEqual(decideResolution(notJudged, seen({ verdict: verdict() })), silently);
    assert.deepEqual(
      decideResolution(notJudged, seen({ verdict: verdict({ verdict: 'no_match' }) })),
      silently,
    );
  });
  it('keeps it while nothing is judged', () => {
    assert.deepEqual(decideResolution(notJudged, seen()), kept);
    assert.deepEqual(
      decideResolution(notJudged, seen({ verdict: verdict({ verdict: 'undetermined' }) })),
      kept,
    );
  });
  it('leaves failures to the failure rule', () =>
    assert.deepEqual(
      decideResolution(finding({ origin: 'failure' }), seen({ verdict: verdict() })),
      kept,
    ));
});
