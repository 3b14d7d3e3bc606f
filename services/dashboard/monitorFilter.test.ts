import assert from 'node:assert/strict';
import {
  filterParameters,
  isNarrowed,
  rangeWords,
  readFilter,
} from './web/src/parts/monitorFilter.ts';
import './testing/english.ts';

describe('what the list of monitors is narrowed to', () => {
  it('stands in the address and is read from it again', () => {
    const text = 'search=a+b&tag=shop&state=failing&sort=nextCheck';
    assert.equal(filterParameters(readFilter(new URLSearchParams(text))).toString(), text);
  });

  it('leaves the address alone while it is nothing', () => {
    const filter = readFilter(new URLSearchParams());
    assert.equal(filterParameters(filter).toString(), '');
    assert.equal(isNarrowed(filter), false);
  });

  it('takes what nobody could have chosen as nothing', () => {
    const { state, sort } = readFilter(new URLSearchParams('state=__proto__&sort=toString'));
    assert.deepEqual([state, sort], ['all', 'name']);
  });

  it('is not narrowed by another order', () => {
    assert.equal(isNarrowed(readFilter(new URLSearchParams('sort=lastCheck'))), false);
    assert.ok(isNarrowed(readFilter(new URLSearchParams('tag=shop'))));
  });

  it('says which of how many are shown', () => {
    assert.equal(rangeWords(0, 50, 50, 10_003), '1–50 of 10,003');
    assert.equal(rangeWords(200, 50, 3, 10_003), '10,001–10,003 of 10,003');
  });
});
