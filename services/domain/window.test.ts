import assert from 'node:assert/strict';
import { isInWindow, nextAllowed, nextSlot } from './schedule.ts';
import { schedule, cron, at, next, slots, allow, deny } from './testing/schedules.ts';

describe('windows', () => {
  const night = { timeZone: 'Europe/Berlin', windows: [allow('22:00', '06:00', ['Fri'])] };
  const table: readonly [string, boolean][] = [
    ['2026-11-27T20:59:59Z', false],
    ['2026-11-27T21:00:00Z', true],
    ['2026-11-28T04:59:00Z', true],
    ['2026-11-28T05:00:00Z', false],
    ['2026-11-27T03:00:00Z', false],
    ['2026-11-28T22:00:00Z', false],
  ];
  for (const [time, open] of table)
    it(`defect: a window over midnight never true: ${time} is ${open ? 'in' : 'outside of'} Friday's night`, () =>
      assert.equal(isInWindow(night, at(time)), open));
  it('is always open without windows', () =>
    assert.equal(isInWindow({ timeZone: 'UTC' }, at('2026-01-01T00:00Z')), true));
  it('is open outside of Deny windows when there is no Allow window', () =>
    assert.equal(
      isInWindow({ timeZone: 'UTC', windows: [deny('00:00', '06:00')] }, at('2026-01-01T12:00Z')),
      true,
    ));
  it('lets Deny win over Allow', () =>
    assert.equal(
      isInWindow(
        { timeZone: 'UTC', windows: [allow('08:00', '18:00'), deny('12:00', '13:00')] },
        at('2026-01-01T12:30Z'),
      ),
      false,
    ));
  it('takes equal ends as a whole day', () =>
    assert.equal(
      isInWindow(
        { timeZone: 'UTC', windows: [allow('09:00', '09:00', ['Thu'])] },
        at('2026-01-02T08:59Z'),
      ),
      true,
    ));
  it('finds the next opening', () =>
    assert.deepEqual(nextAllowed(night, at('2026-11-25T00:00Z')), at('2026-11-27T21:00Z')));
  it('finds the end of a Deny window', () =>
    assert.deepEqual(
      nextAllowed({ timeZone: 'UTC', windows: [deny('22:00', '06:00')] }, at('2026-01-01T23:00Z')),
      at('2026-01-02T06:00Z'),
    ));
  it('opens at the first valid instant when its beginning is skipped', () =>
    assert.deepEqual(
      nextAllowed(
        { timeZone: 'Europe/Berlin', windows: [allow('02:30', '05:00')] },
        at('2026-03-29T00:00Z'),
      ),
      at('2026-03-29T01:00Z'),
    ));
  it('opens again inside a repeated hour', () => {
    const windows = [allow('02:30', '02:45')];
    assert.deepEqual(
      nextAllowed({ timeZone: 'Europe/Berlin', windows }, at('2026-10-25T00:50Z')),
      at('2026-10-25T01:30Z'),
    );
  });
  it('knows that a window closes when the clocks are set back', () => {
    const s = { timeZone: 'Europe/Berlin', windows: [deny('00:00', '02:30')] };
    assert.equal(isInWindow(s, at('2026-10-25T00:45Z')), true);
    assert.equal(isInWindow(s, at('2026-10-25T01:15Z')), false);
  });
  it('says so when the windows never open', () => {
    const s = schedule({ interval: '1h', windows: [deny('00:00', '00:00')] });
    assert.equal(nextAllowed(s, at('2026-01-01T00:00Z')), undefined);
    for (const never of [s, { ...cron('0 * * * *'), windows: s.windows ?? [] }]) {
      const slot = nextSlot(never, at('2026-01-01T00:00Z'), 's');
      assert.equal(slot instanceof Date ? '' : slot.field, 'windows');
    }
  });
  it('moves a daily check into a narrow window that its phase misses', () => {
    const s = schedule({ interval: '24h', windows: [allow('08:00', '08:30')] });
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const found = [next(s, '2026-01-01T00:00Z', seed)];
      for (let i = 0; i < 3; i += 1) found.push(next(s, found.at(-1) ?? '', seed));
      assert.deepEqual(
        found.map((slot) => slot.getUTCDate()),
        [1, 2, 3, 4],
      );
      assert.ok(found.every((slot) => isInWindow(s, slot)));
    }
  });
  it('does not add a check where the window has its own slots', () => {
    const s = schedule({ interval: '10m', jitterPercent: 0, windows: [allow('08:00', '09:00')] });
    assert.equal(slots(s, '2026-01-01T00:00Z', '2026-01-01T23:00Z').length, 6);
  });
  it('skips cron slots outside of the windows', () =>
    assert.deepEqual(
      slots(
        cron('0 */6 * * *', 'UTC', { windows: [allow('05:00', '13:00')] }),
        '2026-01-01T00:00Z',
        '2026-01-02T00:00Z',
      ),
      ['2026-01-01T06:00', '2026-01-01T12:00'],
    ));
  it('takes a cron slot at the very opening', () =>
    assert.deepEqual(
      next(cron('0 * * * *', 'UTC', { windows: [allow('08:00', '09:00')] }), '2026-01-01T00:00Z'),
      at('2026-01-01T08:00Z'),
    ));
  it('says so when cron and windows have no time in common', () => {
    const slot = nextSlot(
      cron('0 3 * * *', 'UTC', { windows: [allow('08:00', '18:00')] }),
      at('2026-01-01T00:00Z'),
      's',
    );
    assert.match(slot instanceof Date ? '' : slot.message, /no time in common/);
  });
});

describe('windows: a slot that an open stretch was given', () => {
  it('is not lost for who asks inside of the stretch, before the slot', () => {
    const s = schedule({ interval: '24h', jitterPercent: 50, windows: [allow('08:00', '12:00')] });
    for (const seed of ['a', 'b', 'c', 'd']) {
      const slot = next(s, '2026-01-01T00:00Z', seed);
      assert.deepEqual(next(s, new Date(slot.getTime() - 1), seed), slot);
    }
  });
});
