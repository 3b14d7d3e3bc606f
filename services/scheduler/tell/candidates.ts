/** Tells what a check found worth telling: each fact once, in its cooldown and its hour's limit. */
import { decideAlert, type AlertDecision } from '../../domain/alert.ts';
import { parseDuration } from '../../domain/duration.ts';
import { subjectKey } from '../../domain/subject.ts';
import type { Candidate } from '../../domain/finding.ts';
import { decideResolution, type Observation } from '../../domain/resolution.ts';
import type { SuppressReason } from '../../domain/types.ts';
import type { FindingRow } from '../../store/telling.ts';
import { reminderOf, type Desk } from './desk.ts';

/** Which check a candidate came from. */
export interface Origin {
  readonly checkId: string;
  readonly verdictId: string | null;
}

/** What became of a candidate. */
export type Telled = 'told' | Extract<SuppressReason, 'knownFinding' | 'cooldown' | 'hourlyLimit'>;

/** Decides about one candidate and puts it on the desk. */
export function tellCandidate(desk: Desk, candidate: Candidate, origin: Origin): Telled {
  const existing = desk.find(candidate.fingerprint);
  const decision = decideAlert(candidate, {
    now: desk.now,
    existing,
    lastOfSubject: lastOfSubject(desk, candidate.subject),
    openNotJudged: desk
      .findings()
      .find(
        (finding) =>
          finding.origin === 'changedNotJudged' &&
          finding.source === candidate.source &&
          (finding.state === 'open' || finding.state === 'snoozed'),
      ),
    sentLastHour: desk.sentLastHour(),
    digestAt: desk.digestAt(),
    cooldownMs: parseDuration(desk.alerting.cooldown),
    maxPerHour: desk.alerting.maxPerHour,
  });
  return act(desk, candidate, existing, decision, origin);
}

function act(
  desk: Desk,
  candidate: Candidate,
  existing: FindingRow | undefined,
  decision: AlertDecision,
  origin: Origin,
): Telled {
  switch (decision.kind) {
    case 'known':
      countAgain(desk, decision, origin);
      return 'knownFinding';
    case 'alert':
    case 'reopen': {
      const finding = openFinding(desk, candidate, existing, decision.occurrence, origin);
      tellNow(desk, finding);
      desk.note(finding.id, decision.kind === 'reopen' ? 'reopened' : 'alerted', {
        checkId: origin.checkId,
      });
      return 'told';
    }
    case 'holdCooldown': {
      const finding = openFinding(desk, candidate, existing, decision.occurrence, origin);
      desk.put({ ...finding, held: true, cooldownUntil: decision.until });
      desk.note(finding.id, 'held', { reason: 'cooldown', until: decision.until });
      return 'cooldown';
    }
    case 'holdHourly': {
      const finding = openFinding(desk, candidate, existing, decision.occurrence, origin);
      holdForDigest(desk, finding, decision.until);
      return 'hourlyLimit';
    }
    default:
      return decision satisfies never;
  }
}

/** Tells about an open finding now and plans its reminders. */
export function tellNow(desk: Desk, finding: FindingRow): void {
  const open: FindingRow = {
    ...finding,
    held: false,
    cooldownUntil: null,
    lastAlertAt: desk.now,
    remindersSent: 0,
  };
  desk.put({ ...open, nextReminderAt: reminderOf(open, desk.alerting, desk.now) });
  desk.tell(open, kindOf(finding));
}

/** Keeps the alert for the digest at the hour's end. */
export function holdForDigest(desk: Desk, finding: FindingRow, until: Date): void {
  const open: FindingRow = {
    ...finding,
    held: false,
    cooldownUntil: null,
    lastAlertAt: desk.now,
    remindersSent: 0,
  };
  desk.put({ ...open, nextReminderAt: reminderOf(open, desk.alerting, until) });
  desk.tell(open, kindOf(finding), { heldUntil: until });
  desk.note(finding.id, 'held', { reason: 'hourlyLimit', until });
}

function kindOf(finding: FindingRow): 'finding' | 'changedNotJudged' | 'failure' {
  switch (finding.origin) {
    case 'claim':
    case 'condition':
      return 'finding';
    case 'changedNotJudged':
      return 'changedNotJudged';
    case 'failure':
      return 'failure';
    default:
      return finding.origin satisfies never;
  }
}

function countAgain(
  desk: Desk,
  decision: Extract<AlertDecision, { kind: 'known' }>,
  origin: Origin,
): void {
  const finding = desk.find(decision.fingerprint);
  if (!finding) return;
  desk.put({
    ...finding,
    state: decision.state,
    resolvedAt: decision.state === 'resolved' ? finding.resolvedAt : null,
    lastSeenAt: desk.now,
    seenCount: finding.seenCount + 1,
    checkId: origin.checkId,
  });
}

/** The finding of a candidate, new or opened again, not told yet. */
function openFinding(
  desk: Desk,
  candidate: Candidate,
  existing: FindingRow | undefined,
  occurrence: number,
  origin: Origin,
): FindingRow {
  return {
    ...candidate,
    id: existing?.id ?? desk.newId(),
    state: 'open',
    checkId: origin.checkId,
    verdictId: origin.verdictId,
    firstSeenAt: existing?.firstSeenAt ?? desk.now,
    lastSeenAt: desk.now,
    seenCount: (existing?.seenCount ?? 0) + 1,
    occurrence,
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    resolvedAt: null,
    lastAlertAt: existing?.lastAlertAt ?? null,
    cooldownUntil: null,
    held: false,
    nextReminderAt: null,
    remindersSent: 0,
  };
}

function lastOfSubject(desk: Desk, subject: string): { at: Date; fingerprint: string } | undefined {
  const key = subjectKey(subject);
  const told = desk
    .findings()
    .flatMap(({ subject: other, lastAlertAt, fingerprint }) =>
      lastAlertAt && subjectKey(other) === key ? [{ at: lastAlertAt, fingerprint }] : [],
    );
  return told.sort((a, b) => b.at.getTime() - a.at.getTime())[0];
}

/** Resolves findings of the compared sources whose fact is no longer true; tells it where it must. */
export function resolveFindings(desk: Desk, sources: ReadonlySet<string>, seen: Observation): void {
  for (const finding of desk.findings()) {
    if (!sources.has(finding.source)) continue;
    const resolution = decideResolution(finding, seen);
    if (resolution.kind === 'keep') continue;
    resolveFinding(desk, finding);
    if (resolution.alert)
      desk.tell(finding, 'resolved', {
        severity: resolution.severity,
        title: `Over: ${finding.title}`,
      });
  }
}

/** Marks a finding resolved; nothing of it is due any more. */
export function resolveFinding(desk: Desk, finding: FindingRow): void {
  desk.put({
    ...finding,
    state: 'resolved',
    resolvedAt: desk.now,
    held: false,
    cooldownUntil: null,
    nextReminderAt: null,
  });
  desk.note(finding.id, 'resolved');
}
