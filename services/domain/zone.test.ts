import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { instantsOf, isZone, wallAt } from './zone.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const iso = (instants: readonly number[]): string[] =>
  instants.map((instant) => new Date(instant).toISOString().slice(0, 16));

describe('zone', () => {
  it('knows IANA names and nothing else', () =>
    assert.deepEqual(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isZone), [
      true,
      true,
      false,
      false,
    ]));
  it('knows a zone still after being asked for more names than it keeps', () => {
    for (let i = 0; i < 1100; i += 1) isZone(`Nowhere/${i}`);
    assert.deepEqual([isZone('Europe/Berlin'), isZone('Nowhere/1')], [true, false]);
  });
  it('refuses to read an unknown zone', () =>
    assert.throws(() => wallAt(0, 'Mars/Olympus'), RangeError));
  it('reads the clocks of a zone with a quarter hour', () =>
    assert.equal(wallAt(wall('2026-01-01T00:00'), 'Asia/Kathmandu'), wall('2026-01-01T05:45')));
  it('keeps milliseconds', () =>
    assert.equal(
      wallAt(wall('2026-01-01T00:00') + 7, 'Europe/Berlin'),
      wall('2026-01-01T01:00') + 7,
    ));
  it('reads times before 1970', () => assert.equal(wallAt(-1, 'UTC'), -1));
  it('finds both instants of a repeated hour', () =>
    assert.deepEqual(iso(instantsOf(wall('2026-10-25T02:30'), 'Europe/Berlin')), [
      '2026-10-25T00:30',
      '2026-10-25T01:30',
    ]));
  it('finds the end of the gap for a skipped hour', () =>
    assert.deepEqual(iso(instantsOf(wall('2026-03-29T02:30'), 'Europe/Berlin')), [
      '2026-03-29T01:00',
    ]));
  it('finds the end of the gap of half an hour', () =>
    assert.deepEqual(iso(instantsOf(wall('2026-10-04T02:10'), 'Australia/Lord_Howe')), [
      '2026-10-03T15:30',
    ]));
  it('finds the end of a skipped day', () =>
    assert.deepEqual(iso(instantsOf(wall('2011-12-30T12:00'), 'Pacific/Apia')), [
      '2011-12-30T10:00',
    ]));
  it('finds each instant among those that show its wall clock', () => {
    fc.assert(
      fc.property(
        fc.integer({
          min: wall('2000-01-01T00:00') / 60_000,
          max: wall('2030-01-01T00:00') / 60_000,
        }),
        fc.constantFrom(
          'Europe/Berlin',
          'America/New_York',
          'Australia/Lord_Howe',
          'America/Sao_Paulo',
          'Asia/Kathmandu',
          'Pacific/Apia',
        ),
        (minute, zone) => {
          const instant = minute * 60_000;
          assert.ok(instantsOf(wallAt(instant, zone), zone).includes(instant));
        },
      ),
    );
  });
});
