import assert from 'node:assert/strict';
import { ContentError, expectContent, figure, meets, ratioLine, valueLine } from './report.ts';

const spread = { median: 4.2, min: 3.912, max: 1234.5 };

describe('bench: report', () => {
  it('shows the median with the smallest and the largest ratio', () => {
    assert.equal(ratioLine('checks/s', spread), 'checks/s: 4.2x (3.91 to 1,230)');
  });

  it('says whether a target is met', () => {
    assert.match(ratioLine('a', spread, { kind: 'atLeast', value: 4 }), /target at least 4: met$/);
    assert.match(ratioLine('a', spread, { kind: 'atMost', value: 4 }), /target at most 4: MISSED$/);
  });

  it('shows a value with its unit', () => {
    const target = { kind: 'atMost', value: 220 } as const;
    assert.equal(
      valueLine('memory', 180.4, 'MB', target),
      'memory: 180 MB, target at most 220: met',
    );
    assert.equal(valueLine('start', 1.26, 's'), 'start: 1.26 s');
  });

  it('takes the bound itself for met', () => {
    assert.ok(meets(4, { kind: 'atLeast', value: 4 }));
    assert.ok(meets(4, { kind: 'atMost', value: 4 }));
  });

  it('keeps three digits of small and of large figures', () => {
    assert.deepEqual([figure(0.00098765), figure(45678)], ['0.000988', '45,700']);
  });

  it('fails a bench that measured something else', () => {
    assert.throws(() => expectContent(false, '3 of 4 were unchanged'), ContentError);
    expectContent(true, 'never seen');
  });
});
