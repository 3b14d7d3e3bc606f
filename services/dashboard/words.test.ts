import assert from 'node:assert/strict';
import { reasonWords } from './web/src/parts/words.ts';

describe('reasons in words', () => {
  it('says what a known reason means', () => {
    assert.equal(reasonWords('sameText'), 'the same text as before');
  });

  it('takes an unknown reason apart', () => {
    assert.equal(reasonWords('addressForbidden'), 'address forbidden');
    assert.equal(reasonWords('model_not_configured'), 'model not configured');
  });
});
