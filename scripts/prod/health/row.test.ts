import assert from 'node:assert/strict';
import { isHealthy, rowLines, type Row } from './row.ts';

const ok: Row = { part: 'api', state: 'ok', ready: '2/2', detail: '', next: 'nothing' };
const note: Row = { part: 'backup', state: 'note', ready: '', detail: 'none', next: 'make one' };
const bad: Row = { part: 'llm', state: 'bad', ready: '0/1', detail: 'slow', next: 'look' };

describe('prod-health: the table', () => {
  it('is well as long as nothing is bad', () => {
    assert.equal(isHealthy([ok, note]), true);
    assert.equal(isHealthy([ok, bad]), false);
  });

  it('has a next step below for each line that is not ok', () => {
    assert.deepEqual(rowLines([ok, note, bad], 'duckmon', undefined), [
      'PART     STATE   READY   DETAIL',
      'api      ok      2/2     -',
      'backup   note    -       none',
      'llm      bad     0/1     slow',
      '',
      'Next, in the namespace duckmon:',
      '  backup: make one',
      '  llm: look',
    ]);
    assert.equal(rowLines([ok], 'duckmon', undefined).length, 2);
  });
});
