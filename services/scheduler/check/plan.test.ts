import assert from 'node:assert/strict';
import type { Schedule } from '../../../crds/types/monitorjob.ts';
import { NOON, later, testSpec } from '../../store/testing/monitors.ts';
import type { Claim } from '../../store/claim.ts';
import type { SourceState } from '../../store/sourceState.ts';
import { claimOf as claim } from '../testing/claim.ts';
import { planClaim, planNext, quarantineMs, type NextInput } from './plan.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const schedule = (patch: Partial<Schedule> = {}): Schedule => ({
  ...testSpec().schedule,
  ...patch,
});

const waiting = (source: string, nextAt: Date): SourceState => ({
  source,
  specHash: 'h',
  extractor: 'http@1',
  needsJavaScript: false,
  javaScriptProbedAt: undefined,
  etag: undefined,
  lastModified: undefined,
  textLengths: [],
  recentHashes: [],
  pending: { seen: 1, looks: 1, nextAt: nextAt.toISOString() },
  consecutiveFailures: 0,
  series: {},
  readings: {},
  documents: [],
});

const pending = (nextAttemptAt: Date): Claim['pending'][number] => ({
  id: 'p1',
  checkId: 'c1',
  goalVersion: 1,
  createdAt: NOON,
  attempts: 1,
  nextAttemptAt,
  sources: [],
});

describe('what a claim is for', () => {
  it('a slot that is due is a scheduled check of all sources', () => {
    assert.deepEqual(planClaim(claim(), NOON), {
      kind: 'check',
      trigger: 'schedule',
      slot: NOON,
      missed: 0,
      sources: undefined,
    });
  });

  it('a run that was asked for does not wait for its slot, and takes none', () => {
    const plan = planClaim(claim({ slot: later(NOON, HOUR), runRequest: 'r1' }), NOON);
    assert.deepEqual(plan, {
      kind: 'check',
      trigger: 'manual',
      slot: undefined,
      missed: 0,
      sources: undefined,
    });
  });

  it('a run that was asked for while another one ran is made after it', () => {
    const plan = planClaim(claim({ slot: later(NOON, HOUR), buffered: true }), NOON);
    assert.equal(plan.kind === 'check' && plan.trigger, 'manual');
  });

  it('late by several slots: one run, the rest is counted', () => {
    const plan = planClaim(claim(), later(NOON, 17 * MINUTE));
    assert.deepEqual(plan.kind === 'check' && [plan.trigger, plan.missed], ['schedule', 3]);
  });

  it('F8 an hour of outage makes one run and counts eleven or twelve missed', () => {
    const plan = planClaim(claim(), later(NOON, HOUR));
    assert.ok(plan.kind === 'check' && plan.missed >= 11 && plan.missed <= 12);
  });

  it('later than startingDeadline: counted as missed, not run', () => {
    const spec = testSpec({ schedule: schedule({ interval: '24h', startingDeadline: '10m' }) });
    const plan = planClaim(claim({ spec }), later(NOON, 11 * MINUTE));
    assert.deepEqual(plan, { kind: 'missed', reason: 'deadline', missed: 1 });
  });

  it('outside of the windows: counted as missed', () => {
    const windows = [{ kind: 'Allow' as const, from: '01:00', to: '02:00' }];
    const plan = planClaim(claim({ spec: testSpec({ schedule: schedule({ windows }) }) }), NOON);
    assert.equal(plan.kind === 'missed' && plan.reason, 'outsideWindow');
  });

  it('somebody who asks is not stopped by a window', () => {
    const windows = [{ kind: 'Allow' as const, from: '01:00', to: '02:00' }];
    const plan = planClaim(
      claim({ spec: testSpec({ schedule: schedule({ windows }) }), runRequest: 'r' }),
      NOON,
    );
    assert.equal(plan.kind, 'check');
  });

  it('before the slot a confirmation that is due looks at its own sources only', () => {
    const states = [waiting('page', NOON), waiting('two', later(NOON, 1))];
    const plan = planClaim(claim({ slot: later(NOON, HOUR), states }), NOON);
    assert.deepEqual(plan, {
      kind: 'check',
      trigger: 'confirm',
      slot: undefined,
      missed: 0,
      sources: ['page'],
    });
  });

  it('before the slot a judgement that is due is made again', () => {
    const plan = planClaim(claim({ slot: later(NOON, HOUR), pending: [pending(NOON)] }), NOON);
    assert.equal(plan.kind, 'rejudge');
  });

  it('a due slot goes before a judgement that waits', () => {
    assert.equal(planClaim(claim({ pending: [pending(NOON)] }), NOON).kind, 'check');
  });

  it('before the slot what failed on our side is tried again, and nothing else is looked at', () => {
    const retry = { tries: 1, at: NOON.toISOString(), sources: ['two'] };
    assert.deepEqual(planClaim(claim({ slot: later(NOON, HOUR), retry }), NOON), {
      kind: 'check',
      trigger: 'retry',
      slot: undefined,
      missed: 0,
      sources: ['two'],
    });
  });

  it('no slot, run that was asked for, judgement or confirmation waits for such a try', () => {
    const retry = { tries: 1, at: NOON.toISOString(), sources: ['two'] };
    const slot = later(NOON, HOUR);
    const kindOf = (patch: Partial<Claim>): string => {
      const plan = planClaim(claim({ slot, retry, ...patch }), NOON);
      return plan.kind === 'check' ? plan.trigger : plan.kind;
    };
    assert.deepEqual(
      [
        kindOf({ slot: NOON }),
        kindOf({ runRequest: 'r1' }),
        kindOf({ pending: [pending(NOON)] }),
        kindOf({ states: [waiting('page', NOON)] }),
      ],
      ['schedule', 'manual', 'rejudge', 'confirm'],
    );
  });

  it('before its time such a try is nothing', () => {
    const retry = { tries: 1, at: later(NOON, 1).toISOString(), sources: ['two'] };
    assert.deepEqual(planClaim(claim({ slot: later(NOON, HOUR), retry }), NOON), { kind: 'idle' });
  });

  it('woken for nothing it is idle', () => {
    assert.deepEqual(
      planClaim(claim({ slot: later(NOON, HOUR), pending: [pending(later(NOON, 1))] }), NOON),
      { kind: 'idle' },
    );
  });

  it('F17 the third death in a row is a quarantine of an hour', () => {
    const plan = planClaim(claim({ deaths: 3, died: true }), NOON);
    assert.deepEqual(plan, { kind: 'quarantine', until: later(NOON, HOUR) });
  });

  it('F17 after its quarantine it is tried', () => {
    assert.equal(planClaim(claim({ deaths: 3, died: false }), NOON).kind, 'check');
  });

  it('F17 somebody who asks gets a try', () => {
    assert.equal(planClaim(claim({ deaths: 5, died: true, runRequest: 'r' }), NOON).kind, 'check');
  });

  it('F17 quarantines grow to a day', () => {
    assert.deepEqual(
      [3, 4, 5, 30].map((deaths) => quarantineMs(deaths) / HOUR),
      [1, 2, 4, 24],
    );
  });
});

describe('when a monitor is due again', () => {
  const next = (patch: Partial<NextInput> = {}) =>
    planNext({
      spec: testSpec(),
      seed: 'u1',
      slot: NOON,
      ranSlot: NOON,
      now: later(NOON, 1000),
      wakes: [],
      notBefore: undefined,
      ...patch,
    });

  it('at its next slot', () => {
    const { wakeAt, nextSlot } = next();
    assert.deepEqual(wakeAt, nextSlot);
    assert.ok(nextSlot && nextSlot > NOON && nextSlot <= later(NOON, 5 * MINUTE + 1000));
  });

  it('at the slot it had, when none was run', () => {
    assert.deepEqual(
      next({ slot: later(NOON, HOUR), ranSlot: undefined }).wakeAt,
      later(NOON, HOUR),
    );
  });

  it('earlier for a confirmation, with its slot kept', () => {
    const { wakeAt, nextSlot } = next({ wakes: [later(NOON, 5000)] });
    assert.deepEqual(wakeAt, later(NOON, 5000));
    assert.ok(nextSlot && nextSlot > later(NOON, 5000));
  });

  it('not before its host wants it', () => {
    assert.deepEqual(next({ notBefore: later(NOON, HOUR) }).wakeAt, later(NOON, HOUR));
  });

  it('overlap Skip: slots that came while the check ran are counted', () => {
    const { missed, nextSlot } = next({ now: later(NOON, 12 * MINUTE) });
    assert.ok(missed >= 2);
    assert.ok(nextSlot && nextSlot > later(NOON, 12 * MINUTE));
  });

  it('overlap BufferOne: one run at once makes up for them', () => {
    const spec = testSpec({ schedule: schedule({ overlap: 'BufferOne' }) });
    const { missed, wakeAt } = next({ spec, now: later(NOON, 12 * MINUTE) });
    assert.equal(missed, 0);
    assert.ok(wakeAt && wakeAt <= later(NOON, 12 * MINUTE));
  });

  it('never, when its schedule has a problem, and says which', () => {
    const spec = testSpec({ schedule: schedule({ timeZone: 'Nowhere/Land' }) });
    const result = next({ spec });
    assert.deepEqual([result.wakeAt, result.problem?.field], [null, 'timeZone']);
  });
});
