/** Decides whether a candidate is told now, later or not again (design 4.7). */
import type { Alerting, ChannelRef } from '../../crds/types/monitorjob.ts';
import type { Candidate } from './finding.ts';
import type { FindingState, SeverityWord } from './types.ts';

/** What the store remembers of a finding, as far as alerting needs it. */
export interface FindingRecord {
  readonly fingerprint: string;
  readonly source: string;
  readonly subject: string;
  readonly origin: Candidate['origin'];
  readonly state: FindingState;
  /** How often it was told, or is about to be: 1 for the first time. */
  readonly occurrence: number;
  readonly snoozedUntil: Date | null;
  readonly lastAlertAt: Date | null;
  /** Waits for the end of a cooldown and was not told yet. */
  readonly held: boolean;
  readonly cooldownUntil: Date | null;
}

export interface AlertContext {
  readonly now: Date;
  /** The finding with the candidate's fingerprint. */
  readonly existing: FindingRecord | undefined;
  /** The newest alert about the candidate's (job, subject), read under the key that `subjectKey` makes. */
  readonly lastOfSubject: { readonly at: Date; readonly fingerprint: string } | undefined;
  /** The source's finding "changed, not judged" that nobody acknowledged or resolved. */
  readonly openNotJudged: FindingRecord | undefined;
  /** When the job's alerts of the last hour were sent, in any order; held ones are not in it. */
  readonly sentLastHour: readonly Date[];
  /** When the digest of held alerts is due, if one is being collected. */
  readonly digestAt: Date | undefined;
  readonly cooldownMs: number;
  readonly maxPerHour: number;
}

export type AlertDecision =
  | { readonly kind: 'alert'; readonly occurrence: number }
  /** Told before: count it on the finding `fingerprint`, which is in `state` afterwards. */
  | { readonly kind: 'known'; readonly fingerprint: string; readonly state: FindingState }
  | { readonly kind: 'reopen'; readonly occurrence: number }
  | { readonly kind: 'holdCooldown'; readonly until: Date; readonly occurrence: number }
  | { readonly kind: 'holdHourly'; readonly until: Date; readonly occurrence: number };

const HOUR_MS = 3_600_000;
const DEFAULT_REPEAT = { everyMs: HOUR_MS, max: 5 } as const;
const ranks: Readonly<Record<SeverityWord, number>> = { info: 0, warning: 1, critical: 2 };
const words = { Info: 'info', Warning: 'warning', Critical: 'critical' } as const;

/** The channel that every workspace has and every alert goes to. */
export const INBOX = 'inbox';

/**
 * The same fingerprint is told once; a resolved finding that comes back, or one whose snooze is over,
 * is told again; a newer value of a subject told within the cooldown waits for its end; what exceeds
 * the sliding hour waits for one digest. Nothing is ever dropped.
 */
export function decideAlert(candidate: Candidate, context: AlertContext): AlertDecision {
  const { existing, now } = context;
  const counted = candidate.origin === 'changedNotJudged' ? context.openNotJudged : undefined;
  if (counted && counted.fingerprint !== candidate.fingerprint)
    return { kind: 'known', fingerprint: counted.fingerprint, state: counted.state };
  if (existing && isStillKnown(existing, now))
    return { kind: 'known', fingerprint: existing.fingerprint, state: existing.state };
  return decideTelling(candidate, context);
}

/** Whether seeing it again is no news. */
function isStillKnown(finding: FindingRecord, now: Date): boolean {
  switch (finding.state) {
    case 'open':
      return !finding.held || (finding.cooldownUntil !== null && now < finding.cooldownUntil);
    case 'acknowledged':
      return true;
    case 'snoozed':
      return finding.snoozedUntil === null || now < finding.snoozedUntil;
    case 'resolved':
      return false;
    default:
      return finding.state satisfies never;
  }
}

function decideTelling(candidate: Candidate, context: AlertContext): AlertDecision {
  const { existing, lastOfSubject, now, cooldownMs } = context;
  const occurrence = nextOccurrence(existing);
  const until = lastOfSubject ? lastOfSubject.at.getTime() + cooldownMs : 0;
  if (now.getTime() < until) {
    // back to the value that was told last, before the newer one was told: no news
    if (lastOfSubject?.fingerprint === candidate.fingerprint)
      return { kind: 'known', fingerprint: candidate.fingerprint, state: 'open' };
    return { kind: 'holdCooldown', until: new Date(until), occurrence };
  }
  const digest = hourlyHold(context);
  if (digest) return { kind: 'holdHourly', until: digest, occurrence };
  return { kind: existing && !existing.held ? 'reopen' : 'alert', occurrence };
}

/** A held finding was never told under its number, so it keeps it. */
function nextOccurrence(existing: FindingRecord | undefined): number {
  if (!existing) return 1;
  return existing.held ? existing.occurrence : existing.occurrence + 1;
}

/** When the job may speak again, or undefined when it may now. */
function hourlyHold(
  context: Pick<AlertContext, 'now' | 'sentLastHour' | 'digestAt' | 'maxPerHour'>,
): Date | undefined {
  const { now, digestAt, maxPerHour } = context;
  // whatever comes while a digest is collected joins it, else it would overtake what is older
  if (digestAt && now < digestAt) return digestAt;
  const sent = context.sentLastHour
    .map((at) => at.getTime())
    .filter((at) => at > now.getTime() - HOUR_MS)
    .sort((a, b) => a - b);
  const leaving = sent[sent.length - maxPerHour];
  return leaving === undefined ? undefined : new Date(leaving + HOUR_MS);
}

/** What becomes of a finding that waited for the end of a cooldown. */
export type HeldDecision =
  | { readonly kind: 'wait'; readonly until: Date }
  | { readonly kind: 'alert'; readonly occurrence: number }
  | { readonly kind: 'holdHourly'; readonly until: Date; readonly occurrence: number }
  /** Somebody closed it, or a newer value took its place: there is nothing to tell any more. */
  | { readonly kind: 'release' };

/**
 * Decides about a held finding when its time has come.
 * @param stillHolds no newer value of the subject was seen and the fact was not resolved
 */
export function decideHeld(
  finding: FindingRecord,
  stillHolds: boolean,
  context: Pick<AlertContext, 'now' | 'sentLastHour' | 'digestAt' | 'maxPerHour'>,
): HeldDecision {
  if (!stillHolds || finding.state !== 'open') return { kind: 'release' };
  const { occurrence, cooldownUntil } = finding;
  if (cooldownUntil && context.now < cooldownUntil) return { kind: 'wait', until: cooldownUntil };
  const until = hourlyHold(context);
  return until ? { kind: 'holdHourly', until, occurrence } : { kind: 'alert', occurrence };
}

export interface ReminderInput {
  readonly state: FindingState;
  readonly lastAlertAt: Date | null;
  readonly remindersSent: number;
}

/**
 * When a finding that nobody acknowledged is told again.
 * @param repeat absent with acknowledgment required means every hour, five times; `max` 0: never
 * @returns a time not before `now`, or null when there is none
 */
export function nextReminder(
  finding: ReminderInput,
  requireAcknowledgment: boolean,
  repeat: { readonly everyMs: number; readonly max: number } | undefined,
  now: Date,
): Date | null {
  const rule = repeat ?? (requireAcknowledgment ? DEFAULT_REPEAT : undefined);
  if (!rule || finding.state !== 'open' || !finding.lastAlertAt) return null;
  if (finding.remindersSent >= rule.max) return null;
  const due = finding.lastAlertAt.getTime() + rule.everyMs * (finding.remindersSent + 1);
  return new Date(Math.max(due, now.getTime()));
}

/** The job's severity, or the verdict's where the job leaves it to the verdict. */
export const severityOf = (job: Alerting['severity'], verdict: SeverityWord): SeverityWord =>
  job === 'FromVerdict' ? verdict : words[job];

/** Names of the channels that an alert of this severity goes to; the Inbox is always the first. */
export function channelsFor(
  refs: readonly ChannelRef[] | undefined,
  severity: SeverityWord,
): string[] {
  const chosen = (refs ?? []).filter(
    (ref) => ranks[words[ref.minSeverity ?? 'Info']] <= ranks[severity],
  );
  return [...new Set([INBOX, ...chosen.map((ref) => ref.name)])];
}
