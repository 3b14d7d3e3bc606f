/** Tells what was waiting: ends of cooldowns and snoozes, the hour's digest, reminders. */
import { decideHeld } from '../../domain/alert.ts';
import { subjectKey } from '../../domain/subject.ts';
import type { FindingRow, Known } from '../../store/telling.ts';
import { holdForDigest, tellNow } from './candidates.ts';
import { reminderOf, type Desk } from './desk.ts';

/** Numbers the reminders of one occurrence, apart from those of the next. */
const REMINDERS_AN_OCCURRENCE = 1000;

/** Decides about everything of one monitor that is due; a deleted monitor's findings fall silent. */
export function tellWaiting(desk: Desk, known: Known, isDeleted: boolean): void {
  if (isDeleted) {
    for (const finding of desk.findings()) silence(desk, finding);
    desk.digest(known.held);
    return;
  }
  for (const finding of desk.findings()) wake(desk, finding);
  for (const finding of desk.findings()) if (finding.held) releaseHeld(desk, finding);
  desk.digest(
    known.held.filter((alert) => alert.heldUntil <= desk.now).length > 0 ? known.held : [],
  );
  for (const finding of desk.findings()) remind(desk, finding);
}

function silence(desk: Desk, finding: FindingRow): void {
  if (!finding.held && !finding.nextReminderAt && finding.state !== 'snoozed') return;
  const state = finding.state === 'snoozed' ? 'acknowledged' : finding.state;
  desk.put({ ...finding, state, held: false, nextReminderAt: null, snoozedUntil: null });
}

/** A snooze that is over opens the finding again; it is told under a new number. */
function wake(desk: Desk, finding: FindingRow): void {
  if (finding.state !== 'snoozed' || !finding.snoozedUntil || finding.snoozedUntil > desk.now)
    return;
  desk.put({
    ...finding,
    state: 'open',
    snoozedUntil: null,
    occurrence: finding.occurrence + 1,
    held: true,
    cooldownUntil: null,
  });
  desk.note(finding.id, 'snoozeEnded');
}

function releaseHeld(desk: Desk, finding: FindingRow): void {
  const decision = decideHeld(finding, stillHolds(desk, finding), {
    now: desk.now,
    sentLastHour: desk.sentLastHour(),
    digestAt: desk.digestAt(),
    maxPerHour: desk.alerting.maxPerHour,
  });
  switch (decision.kind) {
    case 'wait':
      return;
    case 'alert':
      tellNow(desk, { ...finding, occurrence: decision.occurrence });
      desk.note(finding.id, 'alerted');
      return;
    case 'holdHourly':
      holdForDigest(desk, { ...finding, occurrence: decision.occurrence }, decision.until);
      return;
    case 'release':
      desk.put({ ...finding, held: false, cooldownUntil: null });
      return;
    default:
      decision satisfies never;
  }
}

/** No newer value of the subject was seen since. */
const stillHolds = (desk: Desk, finding: FindingRow): boolean =>
  !desk
    .findings()
    .some(
      (other) =>
        other.fingerprint !== finding.fingerprint &&
        other.state === 'open' &&
        subjectKey(other.subject) === subjectKey(finding.subject) &&
        other.lastSeenAt > finding.lastSeenAt,
    );

function remind(desk: Desk, finding: FindingRow): void {
  const { nextReminderAt, state, remindersSent } = finding;
  if (state !== 'open' || !nextReminderAt || nextReminderAt > desk.now) return;
  const reminded = { ...finding, remindersSent: remindersSent + 1 };
  desk.put({ ...reminded, nextReminderAt: reminderOf(reminded, desk.alerting, desk.now) });
  desk.tell(reminded, 'reminder', {
    occurrence: finding.occurrence * REMINDERS_AN_OCCURRENCE + reminded.remindersSent,
  });
}
