import assert from 'node:assert/strict';
import { decideFailure, type FailureInput } from './failure.ts';

const decide = (parts: Partial<FailureInput>) =>
  decideFailure({ failed: true, before: 0, after: 5, alerted: false, ...parts });

describe('decideFailure', () => {
  it('is patient below the number', () =>
    assert.deepEqual(decide({ before: 3 }), { kind: 'none' }));
  it('alerts at the number', () =>
    assert.deepEqual(decide({ before: 4 }), { kind: 'alert', inARow: 5 }));
  it('alerts at the first failure when the job says so', () =>
    assert.deepEqual(decide({ after: 1 }), { kind: 'alert', inARow: 1 }));
  it('alerts once in a row', () =>
    assert.deepEqual(decide({ before: 9, alerted: true }), { kind: 'none' }));
  it('alerts late when the number was lowered meanwhile', () =>
    assert.deepEqual(decide({ before: 9 }), { kind: 'alert', inARow: 10 }));
  it('says once that it works again', () =>
    assert.deepEqual(decide({ failed: false, before: 9, alerted: true }), { kind: 'recovered' }));
  it('says nothing when nobody was told', () =>
    assert.deepEqual(decide({ failed: false, before: 2 }), { kind: 'none' }));
});
