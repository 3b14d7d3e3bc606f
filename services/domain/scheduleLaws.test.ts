import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { MAX_MISSED, isInWindow, nextAllowed, nextSlot, slotsMissed } from './schedule.ts';
import {
  MINUTE,
  DAY,
  schedule,
  cron,
  at,
  next,
  allow,
  anyZone,
  anyTime,
  anyWindow,
  anySchedule,
} from './testing/schedules.ts';

describe('nextSlot: laws', () => {
  it('is always later than what it is given, over all kinds, zones and changes of the clocks', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, fc.string(), (s, after, seed) =>
        assert.ok(next(s, after, seed) > after),
      ),
    );
  });
  it('never goes back when time goes on', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, fc.nat(DAY), (s, after, wait) => {
        assert.ok(next(s, after) <= next(s, new Date(after.getTime() + wait)));
      }),
    );
  });
  it('skips no slot: between a slot and what asks for it lies no other', () => {
    fc.assert(
      fc.property(
        anySchedule,
        anyTime,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (s, after, part) => {
          const slot = next(s, after).getTime();
          const between = new Date(after.getTime() + Math.floor((slot - after.getTime()) * part));
          fc.pre(between.getTime() < slot);
          assert.equal(next(s, between).getTime(), slot);
        },
      ),
    );
  });
  it('lies in the windows, whatever they are', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
        anyTime,
        (base, windows, after) => {
          const s = { ...base, windows };
          const slot = nextSlot(s, after, 'seed');
          if (slot instanceof Date)
            assert.ok(slot > after && isInWindow(s, slot), slot.toISOString());
          else assert.ok(['windows', 'cron'].includes(slot.field));
        },
      ),
    );
  });
  it('opens at the earliest minute, as a walk over all minutes of two days finds it', () => {
    fc.assert(
      fc.property(
        anyZone,
        fc.array(anyWindow, { minLength: 1, maxLength: 2 }),
        anyTime,
        (timeZone, windows, time) => {
          const from = new Date(Math.ceil(time.getTime() / MINUTE) * MINUTE);
          const found = nextAllowed({ timeZone, windows }, from);
          for (let i = 0; i < 300; i += 1) {
            const minute = new Date(from.getTime() + i * 7 * MINUTE);
            if (found && minute >= found) break;
            assert.equal(isInWindow({ timeZone, windows }, minute), false, minute.toISOString());
          }
          if (found) assert.equal(isInWindow({ timeZone, windows }, found), true);
        },
      ),
      { numRuns: 60 },
    );
  });
  it('shows the wall clock that the cron expression names, or the first minute after a gap', () => {
    fc.assert(
      fc.property(anyZone, anyTime, (timeZone, after) => {
        const slot = next(cron('30 2 * * *', timeZone), after);
        const shown = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          hour: '2-digit',
          minute: '2-digit',
        });
        const before = shown.format(new Date(slot.getTime() - MINUTE));
        assert.ok(
          shown.format(slot) === '02:30' || (before < '02:30' && shown.format(slot) > '02:30'),
        );
      }),
    );
  });
});

describe('slotsMissed', () => {
  it('counts the slots of a cron expression', () =>
    assert.equal(
      slotsMissed(cron('0 * * * *'), at('2026-01-01T00:00Z'), at('2026-01-01T05:30Z'), 's'),
      5,
    ));
  it('counts only slots inside of windows', () =>
    assert.equal(
      slotsMissed(
        cron('0 * * * *', 'UTC', { windows: [allow('01:00', '03:00')] }),
        at('2026-01-01T00:00Z'),
        at('2026-01-02T00:00Z'),
        's',
      ),
      2,
    ));
  it('agrees with walking from slot to slot', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('5m', '1h', '7h'),
        fc.integer({ min: 0, max: 50 }),
        anyTime,
        fc.nat(2 * DAY),
        (interval, jitterPercent, from, span) => {
          const s = schedule({ interval, jitterPercent });
          const now = new Date(from.getTime() + span);
          let walked = 0;
          for (let slot = next(s, from); slot <= now && walked < MAX_MISSED; slot = next(s, slot))
            walked += 1;
          assert.equal(slotsMissed(s, from, now, 'team/job'), walked);
        },
      ),
    );
  });
  it('stops counting at its limit', () => {
    assert.equal(
      slotsMissed(
        schedule({ interval: '60s' }),
        at('2020-01-01T00:00Z'),
        at('2026-01-01T00:00Z'),
        's',
      ),
      MAX_MISSED,
    );
    assert.equal(
      slotsMissed(cron('* * * * *'), at('2020-01-01T00:00Z'), at('2026-01-01T00:00Z'), 's'),
      100,
    );
  });
  it('counts nothing backwards', () =>
    assert.equal(
      slotsMissed(
        schedule({ interval: '5m' }),
        at('2026-01-02T00:00Z'),
        at('2026-01-01T00:00Z'),
        's',
      ),
      0,
    ));
  it('counts nothing for a schedule with a problem', () => {
    assert.equal(
      slotsMissed(
        schedule({ interval: 'x' }),
        at('2026-01-01T00:00Z'),
        at('2026-01-02T00:00Z'),
        's',
      ),
      0,
    );
    assert.equal(slotsMissed(cron('x'), at('2026-01-01T00:00Z'), at('2026-01-02T00:00Z'), 's'), 0);
  });
});
