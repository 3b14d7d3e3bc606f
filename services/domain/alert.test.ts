import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  channelsFor,
  decideAlert,
  decideHeld,
  nextReminder,
  severityOf,
  type AlertContext,
  type AlertDecision,
} from './alert.ts';
import type { Candidate } from './finding.ts';
import { subjectKey } from './subject.ts';
import { candidate, finding } from './testing.ts';

const at = (text: string): Date => new Date(`2026-11-25T${text}Z`);
const context = (parts: Partial<AlertContext> = {}): AlertContext => ({
  now: at('12:00:00'),
  existing: undefined,
  lastOfSubject: undefined,
  openNotJudged: undefined,
  sentLastHour: [],
  digestAt: undefined,
  cooldownMs: 3_600_000,
  maxPerHour: 5,
  ...parts,
});
const decideOn = (parts: Partial<AlertContext>, who: Partial<Candidate> = {}): AlertDecision =>
  decideAlert(candidate(who), context(parts));
const sent = (...times: readonly string[]): Date[] => times.map(at);

describe('decideAlert', () => {
  it('tells a new finding at once', () =>
    assert.deepEqual(decideOn({}), { kind: 'alert', occurrence: 1 }));
  for (const state of ['open', 'acknowledged'] as const)
    it(`only counts a finding that is ${state}`, () =>
      assert.deepEqual(decideOn({ existing: finding({ state }) }), {
        kind: 'known',
        fingerprint: 'f35',
        state,
      }));
  it('D4 tells one fingerprint once, however often it is seen', () => {
    const existing = finding();
    const kinds = new Set(Array.from({ length: 100 }, () => decideOn({ existing }).kind));
    assert.deepEqual([...kinds], ['known']);
  });
  it('reopens a resolved finding under its next number', () =>
    assert.deepEqual(decideOn({ existing: finding({ state: 'resolved', occurrence: 2 }) }), {
      kind: 'reopen',
      occurrence: 3,
    }));
  it('stays silent while a finding is snoozed', () =>
    assert.equal(
      decideOn({ existing: finding({ state: 'snoozed', snoozedUntil: at('12:00:01') }) }).kind,
      'known',
    ));
  it('tells a snoozed finding again when its time is over', () =>
    assert.deepEqual(
      decideOn({ existing: finding({ state: 'snoozed', snoozedUntil: at('12:00:00') }) }),
      { kind: 'reopen', occurrence: 2 },
    ));
  it('stays silent for ever when a snooze has no end', () =>
    assert.equal(decideOn({ existing: finding({ state: 'snoozed' }) }).kind, 'known'));
});

describe('decideAlert: cooldown', () => {
  const lastOfSubject = { at: at('11:30:00'), fingerprint: 'f40' };
  it('holds a newer value of a subject until the cooldown ends', () =>
    assert.deepEqual(decideOn({ lastOfSubject }), {
      kind: 'holdCooldown',
      until: at('12:30:00'),
      occurrence: 1,
    }));
  it('tells it when the cooldown is over, to the millisecond', () =>
    assert.equal(decideOn({ lastOfSubject, now: at('12:30:00') }).kind, 'alert'));
  it('says nothing when the page is back at the value that was told last', () =>
    assert.deepEqual(
      decideOn({
        lastOfSubject: { ...lastOfSubject, fingerprint: 'f35' },
        existing: finding({ state: 'resolved' }),
      }),
      {
        kind: 'known',
        fingerprint: 'f35',
        state: 'open',
      },
    ));
  it('keeps waiting when a held value is seen again', () =>
    assert.equal(
      decideOn({
        lastOfSubject,
        existing: finding({ held: true, lastAlertAt: null, cooldownUntil: at('12:30:00') }),
      }).kind,
      'known',
    ));
  it('tells a held value under its own number when its time is over', () => {
    const existing = finding({
      held: true,
      lastAlertAt: null,
      cooldownUntil: at('12:30:00'),
      occurrence: 1,
    });
    assert.deepEqual(decideOn({ lastOfSubject, existing, now: at('12:31:00') }), {
      kind: 'alert',
      occurrence: 1,
    });
  });
  it('defect: cooldown set under one key and read under another: one subject has one key', () => {
    for (const spelling of ['Widget price', ' widget  PRICE ', 'Ｗidget\u00a0price'])
      assert.equal(subjectKey(spelling), 'widget price');
  });
  it('knows no cooldown of zero', () =>
    assert.equal(
      decideOn({ lastOfSubject: { ...lastOfSubject, at: at('12:00:00') }, cooldownMs: 0 }).kind,
      'alert',
    ));
});

describe('decideAlert: hourly limit', () => {
  const five = sent('11:55:00', '11:56:00', '11:57:00', '11:58:00', '11:59:00');
  it('holds what exceeds the limit until the oldest alert is an hour old', () =>
    assert.deepEqual(decideOn({ sentLastHour: five }), {
      kind: 'holdHourly',
      until: at('12:55:00'),
      occurrence: 1,
    }));
  it('defect: rate limit by clock hour: a new hour on the clock opens nothing', () => {
    const before = sent('11:50:00', '11:55:00', '11:57:00', '11:58:00', '11:59:00');
    assert.deepEqual(decideOn({ sentLastHour: before, now: at('12:01:00') }), {
      kind: 'holdHourly',
      until: at('12:50:00'),
      occurrence: 1,
    });
  });
  it('speaks again when an hour has passed', () =>
    assert.equal(decideOn({ sentLastHour: five, now: at('12:55:00') }).kind, 'alert'));
  it('puts everything into the digest that is being collected', () =>
    assert.deepEqual(decideOn({ digestAt: at('12:40:00') }), {
      kind: 'holdHourly',
      until: at('12:40:00'),
      occurrence: 1,
    }));
  it('does not wait for a digest that was due', () =>
    assert.equal(decideOn({ digestAt: at('12:00:00') }).kind, 'alert'));
  it('holds a reopened finding as well', () =>
    assert.deepEqual(decideOn({ sentLastHour: five, existing: finding({ state: 'resolved' }) }), {
      kind: 'holdHourly',
      until: at('12:55:00'),
      occurrence: 2,
    }));
  it('never sends more than the limit in any hour, and never drops anything', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { maxLength: 120 }),
        fc.integer({ min: 1, max: 6 }),
        (gaps, maxPerHour) => {
          const told: Date[] = [];
          let held = 0;
          let now = at('00:00:00').getTime();
          for (const [i, gap] of gaps.entries()) {
            now += gap * 60_000;
            const decision = decideAlert(
              candidate({ fingerprint: `f${i}` }),
              context({ now: new Date(now), sentLastHour: told, maxPerHour }),
            );
            if (decision.kind === 'alert') told.push(new Date(now));
            else if (decision.kind === 'holdHourly') held += Number(decision.until.getTime() > now);
          }
          assert.equal(told.length + held, gaps.length);
          for (const time of told)
            assert.ok(
              told.filter((t) => t > new Date(time.getTime() - 3_600_000) && t <= time).length <=
                maxPerHour,
            );
        },
      ),
    );
  });
});

describe('decideAlert: changed, not judged', () => {
  const notJudged = candidate({ origin: 'changedNotJudged', fingerprint: 'n2', subject: 'shop' });
  it('counts further changes on the one that is open', () =>
    assert.deepEqual(
      decideAlert(
        notJudged,
        context({ openNotJudged: finding({ fingerprint: 'n1', origin: 'changedNotJudged' }) }),
      ),
      {
        kind: 'known',
        fingerprint: 'n1',
        state: 'open',
      },
    ));
  it('defect: whole page re-alerted: the same unjudged text is told once', () =>
    assert.equal(
      decideAlert(notJudged, context({ existing: finding({ fingerprint: 'n2' }) })).kind,
      'known',
    ));
  it('tells a change of its own when none is open', () =>
    assert.equal(decideAlert(notJudged, context()).kind, 'alert'));
  it('does not mix other findings into it', () =>
    assert.equal(
      decideOn({ openNotJudged: finding({ fingerprint: 'n1', origin: 'changedNotJudged' }) }).kind,
      'alert',
    ));
});

describe('decideHeld', () => {
  const held = finding({
    held: true,
    lastAlertAt: null,
    cooldownUntil: at('12:30:00'),
    occurrence: 3,
  });
  const later = context({ now: at('12:30:00') });
  it('waits until its time', () =>
    assert.deepEqual(decideHeld(held, true, context()), { kind: 'wait', until: at('12:30:00') }));
  it('tells what still holds when the cooldown ends', () =>
    assert.deepEqual(decideHeld(held, true, later), { kind: 'alert', occurrence: 3 }));
  it('releases what no longer holds', () =>
    assert.deepEqual(decideHeld(held, false, later), { kind: 'release' }));
  it('releases what somebody closed', () =>
    assert.equal(decideHeld({ ...held, state: 'acknowledged' }, true, later).kind, 'release'));
  it('respects the hourly limit', () =>
    assert.deepEqual(
      decideHeld(held, true, { ...later, sentLastHour: [at('12:10:00')], maxPerHour: 1 }),
      {
        kind: 'holdHourly',
        until: at('13:10:00'),
        occurrence: 3,
      },
    ));
  it('needs no end of a cooldown', () =>
    assert.equal(decideHeld({ ...held, cooldownUntil: null }, true, context()).kind, 'alert'));
});

describe('nextReminder', () => {
  const open = { state: 'open', lastAlertAt: at('12:00:00'), remindersSent: 0 } as const;
  const now = at('12:00:00');
  it('reminds every hour when acknowledgment is required and nothing else is said', () =>
    assert.deepEqual(
      nextReminder({ ...open, remindersSent: 2 }, true, undefined, now),
      at('15:00:00'),
    ));
  it('stops after five', () =>
    assert.equal(nextReminder({ ...open, remindersSent: 5 }, true, undefined, now), null));
  it('does not remind without a rule or a required acknowledgment', () =>
    assert.equal(nextReminder(open, false, undefined, now), null));
  it('follows the rule of the job', () =>
    assert.deepEqual(nextReminder(open, false, { everyMs: 600_000, max: 1 }, now), at('12:10:00')));
  it('never reminds with max 0', () =>
    assert.equal(nextReminder(open, true, { everyMs: 600_000, max: 0 }, now), null));
  it('reminds now when its time passed while nobody was there', () =>
    assert.deepEqual(nextReminder(open, true, undefined, at('18:00:00')), at('18:00:00')));
  for (const state of ['acknowledged', 'snoozed', 'resolved'] as const)
    it(`does not remind of a finding that is ${state}`, () =>
      assert.equal(nextReminder({ ...open, state }, true, undefined, now), null));
  it('does not remind of what was never told', () =>
    assert.equal(nextReminder({ ...open, lastAlertAt: null }, true, undefined, now), null));
});

describe('severity and channels', () => {
  it("takes the verdict's severity where the job leaves it to the verdict", () =>
    assert.equal(severityOf('FromVerdict', 'critical'), 'critical'));
  it("takes the job's severity otherwise", () =>
    assert.deepEqual(
      [
        severityOf('Info', 'critical'),
        severityOf('Warning', 'info'),
        severityOf('Critical', 'info'),
      ],
      ['info', 'warning', 'critical'],
    ));
  const refs = [
    { name: 'mail' },
    { name: 'phone', minSeverity: 'Critical' as const },
    { name: 'chat', minSeverity: 'Warning' as const },
  ];
  it('always tells the Inbox first', () =>
    assert.deepEqual(channelsFor(undefined, 'info'), ['inbox']));
  it('asks each channel for its least severity', () => {
    assert.deepEqual(channelsFor(refs, 'info'), ['inbox', 'mail']);
    assert.deepEqual(channelsFor(refs, 'warning'), ['inbox', 'mail', 'chat']);
    assert.deepEqual(channelsFor(refs, 'critical'), ['inbox', 'mail', 'phone', 'chat']);
  });
  it('names no channel twice', () =>
    assert.deepEqual(channelsFor([{ name: 'inbox' }, { name: 'mail' }, { name: 'mail' }], 'info'), [
      'inbox',
      'mail',
    ]));
});
