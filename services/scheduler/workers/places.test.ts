import assert from 'node:assert/strict';
import { fakeClock, type FakeClock } from '../../core/testing/clock.ts';
import { createPlaces, type Places } from './places.ts';

describe('the places of a pool with a pod for each check', () => {
  let clock: FakeClock;
  let places: Places;
  beforeEach(() => {
    clock = fakeClock();
    places = createPlaces(clock);
  });

  it('are free until a check takes them', () => {
    places.take('a');
    assert.deepEqual(places.free(['a', 'b']), ['b']);
  });

  it('are free again when the check did nothing there', () => {
    places.take('a');
    places.leave('a', false);
    assert.deepEqual(places.free(['a']), ['a']);
  });

  it('are no place for a second check once one was served', () => {
    places.take('a');
    places.leave('a', true);
    clock.advance(89_999);
    assert.deepEqual(places.free(['a', 'b']), ['b']);
  });

  it('are another pod when the address was gone, or after a minute and a half', () => {
    for (const address of ['a', 'b']) {
      places.take(address);
      places.leave(address, true);
    }
    assert.deepEqual(places.free(['b']), []);
    assert.deepEqual(places.free(['a', 'b']), ['a']);
    clock.advance(90_000);
    assert.deepEqual(places.free(['a', 'b']), ['a', 'b']);
  });
});
