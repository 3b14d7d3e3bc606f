/** Collects what is told in one transaction, and keeps the hour's count while it grows. */
import { createHash } from 'node:crypto';
import type { Alerting } from '../../../crds/types/monitorjob.ts';
import type { AlertMessage } from '../../core/contracts/notification.ts';
import { channelsFor, nextReminder } from '../../domain/alert.ts';
import { parseDuration } from '../../domain/duration.ts';
import type { SeverityWord } from '../../domain/types.ts';
import type {
  AcknowledgeToken,
  AlertRow,
  FindingEventRow,
  FindingRow,
  HeldAlert,
  Known,
  Telling,
} from '../../store/telling.ts';
import { makeMessage, type MessageContext, type Told } from './message.ts';

export interface DeskOptions {
  readonly known: Known;
  readonly alerting: Alerting;
  readonly context: MessageContext;
  readonly newId: () => string;
  readonly newToken: () => string;
}

/** Where findings and alerts of one transaction are collected. */
export interface Desk {
  readonly now: Date;
  readonly alerting: Alerting;
  /** The finding of a fingerprint as it is now, what was put here included. */
  find(fingerprint: string): FindingRow | undefined;
  /** All known findings as they are now. */
  findings(): readonly FindingRow[];
  /** When alerts of the last hour were sent, what was told here included. */
  sentLastHour(): readonly Date[];
  digestAt(): Date | undefined;
  newId(): string;
  put(finding: FindingRow): void;
  note(findingId: string, kind: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Tells about a finding now, or holds the alert for the hour's digest. */
  tell(finding: FindingRow, kind: AlertMessage['kind'], options?: TellOptions): void;
  /** One alert for all that the hour's limit held. */
  digest(held: readonly HeldAlert[]): void;
  readonly told: readonly string[];
  done(): Telling;
}

export interface TellOptions {
  readonly heldUntil?: Date | undefined;
  /** Numbers alerts of one kind about one finding; its occurrence when absent. */
  readonly occurrence?: number | undefined;
  readonly severity?: SeverityWord | undefined;
  readonly title?: string | undefined;
}

const TOKEN_LIFE_MS = 7 * 86_400_000;
const RANKS: readonly SeverityWord[] = ['info', 'warning', 'critical'];

/** A desk over what is known; it writes nothing by itself. */
export function openDesk({ known, alerting, context, newId, newToken }: DeskOptions): Desk {
  const { now } = context;
  const findings = new Map(known.findings.map((finding) => [finding.fingerprint, finding]));
  const changed = new Map<string, FindingRow>();
  const events: FindingEventRow[] = [];
  const alerts: AlertRow[] = [];
  const tokens: AcknowledgeToken[] = [];
  const sent = [...known.sentLastHour];
  const told: string[] = [];
  let digestAt = known.digestAt;

  const put = (finding: FindingRow): void => {
    findings.set(finding.fingerprint, finding);
    changed.set(finding.fingerprint, finding);
  };
  const note: Desk['note'] = (findingId, kind, detail = {}) =>
    void events.push({ id: newId(), findingId, actor: 'duckmon', kind, detail });
  const acknowledgeToken = (findingId: string): string => {
    const token = newToken();
    const hash = createHash('sha256').update(token).digest();
    tokens.push({ hash, findingId, expiresAt: new Date(now.getTime() + TOKEN_LIFE_MS) });
    return token;
  };
  return {
    now,
    alerting,
    told,
    find: (fingerprint) => findings.get(fingerprint),
    findings: () => [...findings.values()],
    sentLastHour: () => sent,
    digestAt: () => digestAt,
    newId,
    put,
    note,
    tell: (finding, kind, options = {}) => {
      const alertId = newId();
      const heldUntil = options.heldUntil ?? null;
      const severity = options.severity ?? finding.severity;
      const wantsToken = alerting.requireAcknowledgment && kind !== 'resolved';
      const message = makeMessage(
        context,
        kind,
        { ...finding, severity, title: options.title ?? finding.title },
        {
          alertId,
          findingId: finding.id,
          token: wantsToken ? acknowledgeToken(finding.id) : undefined,
        },
      );
      const refs =
        finding.origin === 'failure'
          ? (alerting.onFailure.channelRefs ?? alerting.channelRefs)
          : alerting.channelRefs;
      alerts.push({
        id: alertId,
        findingId: finding.id,
        occurrence: options.occurrence ?? finding.occurrence,
        kind,
        severity,
        message,
        heldUntil,
        digestOf: [],
        channels: heldUntil ? [] : channelsFor(refs, severity),
      });
      if (heldUntil) digestAt ??= heldUntil;
      else if (kind !== 'reminder' && kind !== 'resolved') sent.push(now);
      told.push(heldUntil ? 'held' : kind);
    },
    digest: (held) => {
      if (held.length === 0) return;
      const alertId = newId();
      const severity = worstSeverity(held.map((alert) => alert.severity));
      const message = makeMessage(context, 'digest', digestOf(held, severity), {
        alertId,
        findingId: null,
        token: undefined,
      });
      const channels = channelsFor(alerting.channelRefs, severity);
      const digestIds = held.map((alert) => alert.id);
      alerts.push({
        id: alertId,
        findingId: null,
        occurrence: 1,
        kind: 'digest',
        severity,
        message,
        heldUntil: null,
        digestOf: digestIds,
        channels,
      });
      digestAt = undefined;
      sent.push(now);
      told.push('digest');
    },
    done: () => ({ findings: [...changed.values()], events, alerts, tokens, newId }),
  };
}

const worstSeverity = (words: readonly SeverityWord[]): SeverityWord =>
  RANKS.findLast((rank) => words.includes(rank)) ?? 'info';

/** The titles of what was held, and as many of its claims as a message carries. */
function digestOf(held: readonly HeldAlert[], severity: SeverityWord): Told {
  const messages = held.map((alert) => alert.message as unknown as AlertMessage);
  return {
    severity,
    title: `${held.length} more ${held.length === 1 ? 'finding' : 'findings'} in the last hour`,
    summary: messages.map((message) => `• ${message.title}`).join('\n'),
    claims: messages
      .flatMap((message) => message.claims)
      .map((claim) => ({ ...claim, kind: 'value' as const })),
    verdict: null,
    why: null,
  };
}

/** When an unanswered finding is told again, by the job's `repeat`. */
export const reminderOf = (
  finding: FindingRow,
  { requireAcknowledgment, repeat }: Alerting,
  now: Date,
): Date | null =>
  nextReminder(
    finding,
    requireAcknowledgment,
    repeat && { everyMs: parseDuration(repeat.every), max: repeat.max },
    now,
  );
