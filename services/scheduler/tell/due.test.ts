import assert from 'node:assert/strict';
import { NOON, later, testSpec } from '../../store/testing/monitors.ts';
import type { FindingRow, Known } from '../../store/telling.ts';
import { openDesk, type Desk } from './desk.ts';
import { tellWaiting } from './due.ts';

const HOUR = 3_600_000;

const finding = (fingerprint: string, patch: Partial<FindingRow> = {}): FindingRow => ({
  id: `id-${fingerprint}`,
  source: 'page',
  fingerprint,
  origin: 'claim',
  subject: 'Price',
  kind: 'changed',
  value: fingerprint,
  state: 'open',
  severity: 'warning',
  title: fingerprint,
  summary: 's',
  claims: [],
  verdict: 'match',
  why: null,
  checkId: null,
  verdictId: null,
  firstSeenAt: NOON,
  lastSeenAt: NOON,
  seenCount: 1,
  occurrence: 1,
  acknowledgedAt: null,
  acknowledgedBy: null,
  snoozedUntil: null,
  resolvedAt: null,
  lastAlertAt: null,
  cooldownUntil: null,
  held: false,
  nextReminderAt: null,
  remindersSent: 0,
  ...patch,
});

const held = (fingerprint: string, patch: Partial<FindingRow> = {}): FindingRow =>
  finding(fingerprint, { held: true, cooldownUntil: NOON, ...patch });

const deskOver = (
  findings: readonly FindingRow[],
  patch: Partial<Known> = {},
): { desk: Desk; known: Known } => {
  const known: Known = { findings, sentLastHour: [], held: [], digestAt: undefined, ...patch };
  let ids = 0;
  const desk = openDesk({
    known,
    alerting: testSpec().alerting,
    context: {
      workspace: 'team',
      monitor: 'shop',
      publicUrl: 'https://d.example',
      now: NOON,
      checkId: null,
    },
    newId: () => `n${(ids += 1)}`,
    newToken: () => 'token',
  });
  return { desk, known };
};

const waitingOn = (findings: readonly FindingRow[], patch: Partial<Known> = {}) => {
  const { desk, known } = deskOver(findings, patch);
  tellWaiting(desk, known, false);
  return desk.done();
};

describe('what waits for its time', () => {
  it('a held finding is told at the end of its cooldown', () => {
    const { alerts, findings } = waitingOn([held('35')]);
    assert.deepEqual(
      alerts.map((alert) => alert.kind),
      ['finding'],
    );
    assert.deepEqual([findings[0]?.held, findings[0]?.lastAlertAt], [false, NOON]);
  });

  it('one whose subject has a newer value that is open is not told any more', () => {
    const newer = finding('30', { lastSeenAt: later(NOON, -1000) });
    const { alerts, findings } = waitingOn([held('35', { lastSeenAt: later(NOON, -2000) }), newer]);
    assert.deepEqual(alerts, []);
    assert.equal(findings[0]?.held, false);
  });

  it('an older value of its subject does not keep it silent', () => {
    const older = finding('40', { lastSeenAt: later(NOON, -5000) });
    assert.equal(waitingOn([held('35'), older]).alerts.length, 1);
  });

  it('waits on while its cooldown lasts', () => {
    const { alerts, findings } = waitingOn([held('35', { cooldownUntil: later(NOON, 1) })]);
    assert.deepEqual([alerts, findings], [[], []]);
  });

  it('goes into the digest when the hour is full', () => {
    const sentLastHour = Array.from({ length: 5 }, (_, index) => later(NOON, -index * 1000));
    const { alerts } = waitingOn([held('35')], { sentLastHour });
    assert.deepEqual(
      alerts.map((alert) => [alert.heldUntil !== null, alert.channels]),
      [[true, []]],
    );
  });

  it('two held findings share what is left of the hour', () => {
    const sentLastHour = Array.from({ length: 4 }, (_, index) => later(NOON, -index * 1000));
    const two = [held('35'), held('x', { subject: 'Stock' })];
    const { alerts } = waitingOn(two, { sentLastHour });
    assert.deepEqual(
      alerts.map((alert) => alert.heldUntil !== null),
      [false, true],
    );
  });

  it('a digest of one says so in the singular, with its severity', () => {
    const waiting = {
      id: 'a1',
      severity: 'critical' as const,
      message: { title: 'Gone', claims: [] },
      heldUntil: NOON,
    };
    const [digest] = waitingOn([], { held: [waiting], digestAt: NOON }).alerts;
    assert.deepEqual([digest?.severity, digest?.digestOf], ['critical', ['a1']]);
    assert.match(JSON.stringify(digest?.message), /"title":"1 more finding in the last hour"/);
  });

  it("a digest waits for the hour's end", () => {
    const waiting = {
      id: 'a1',
      severity: 'info' as const,
      message: { title: 't', claims: [] },
      heldUntil: later(NOON, HOUR),
    };
    assert.deepEqual(waitingOn([], { held: [waiting], digestAt: later(NOON, HOUR) }).alerts, []);
  });

  it('nothing that is due leaves everything as it is', () => {
    const { alerts, findings, events } = waitingOn([
      finding('1'),
      finding('2', { nextReminderAt: later(NOON, 1) }),
    ]);
    assert.deepEqual([alerts, findings, events], [[], [], []]);
  });
});
