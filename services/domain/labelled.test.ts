import assert from 'node:assert/strict';
import { expectedVerdict } from './labelled.ts';

describe('a labelled case', () => {
  for (const [what, label, expected] of [
    ['a match for what was told rightly', { told: true, agrees: true, suppressed: null }, 'match'],
    ['no match for a false alarm', { told: true, agrees: false, suppressed: null }, 'no_match'],
    [
      'no match for a right silence',
      { told: false, agrees: true, suppressed: 'noMatch' },
      'no_match',
    ],
    [
      'a match for a missed one',
      { told: false, agrees: false, suppressed: 'belowThreshold' },
      'match',
    ],
    [
      'a match for a held one that matters',
      { told: false, agrees: false, suppressed: 'undeterminedHeld' },
      'match',
    ],
    [
      'nothing for a silence of the cooldown',
      { told: false, agrees: true, suppressed: 'cooldown' },
      null,
    ],
    [
      'nothing for what was told before',
      { told: false, agrees: false, suppressed: 'knownFinding' },
      null,
    ],
  ] as const)
    it(`expects ${what}`, () => {
      assert.equal(expectedVerdict(label), expected);
    });
});
