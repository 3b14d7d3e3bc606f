/** What is known of a monitor's findings, and the findings, alerts and deliveries that a decision makes. */
import type { SeverityWord } from '../domain/types.ts';
import { notifyEvent } from './events.ts';
import type { Finding } from './findings.ts';
import type { Sql } from './pool.ts';

export type FindingOrigin = Finding['origin'];

/** A finding with all its columns. */
export interface FindingRow extends Omit<Finding, 'monitor'> {
  readonly fingerprint: string;
  readonly lastAlertAt: Date | null;
  readonly cooldownUntil: Date | null;
  readonly held: boolean;
  readonly nextReminderAt: Date | null;
  readonly remindersSent: number;
}

export interface FindingEventRow {
  readonly id: string;
  readonly findingId: string;
  readonly actor: string;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AlertRow {
  readonly id: string;
  readonly findingId: string | null;
  readonly occurrence: number;
  readonly kind: string;
  readonly severity: SeverityWord;
  /** contracts/notification `alertMessage`. */
  readonly message: object;
  readonly heldUntil: Date | null;
  /** Held alerts that this one tells about. */
  readonly digestOf: readonly string[];
  /** Channels that it goes to, each once; 'inbox' is delivered by being written. */
  readonly channels: readonly string[];
}

/** A one-time token that acknowledges a finding. */
export interface AcknowledgeToken {
  readonly hash: Buffer;
  readonly findingId: string;
  readonly expiresAt: Date;
}

/** What a decision writes about findings. */
export interface Telling {
  readonly findings: readonly FindingRow[];
  readonly events: readonly FindingEventRow[];
  readonly alerts: readonly AlertRow[];
  readonly tokens: readonly AcknowledgeToken[];
  /** Ids of the deliveries, in the order of alerts and their channels. */
  readonly newId: () => string;
}

/** What is known of a monitor's findings when a decision is made; the rows are locked. */
export interface Known {
  /** Those that are not resolved, and what was told or seen lately. */
  readonly findings: readonly FindingRow[];
  /** When the alerts of the last hour were sent; held ones are not in it. */
  readonly sentLastHour: readonly Date[];
  /** Alerts that wait for their digest, and when it is due. */
  readonly held: readonly HeldAlert[];
  readonly digestAt: Date | undefined;
}

export interface HeldAlert {
  readonly id: string;
  readonly severity: SeverityWord;
  readonly message: Record<string, unknown>;
  readonly heldUntil: Date;
}

export interface TellingKey {
  readonly workspace: string;
  readonly monitor: string;
}

/** The longest cooldown that a job may ask for. */
const MEMORY_MS = 168 * 3_600_000;
const MAX_KNOWN = 500;

const COLUMNS = `id, source, fingerprint, origin, subject, kind, value, state, severity, title, summary, claims, verdict,
  why, check_id AS "checkId", verdict_id AS "verdictId", first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt",
  seen_count AS "seenCount", occurrence, acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy",
  snoozed_until AS "snoozedUntil", resolved_at AS "resolvedAt", last_alert_at AS "lastAlertAt",
  cooldown_until AS "cooldownUntil", held, next_reminder_at AS "nextReminderAt", reminders_sent AS "remindersSent"`;

/**
 * Reads and locks what is known of a monitor's findings. Those with one of `fingerprints` are found
 * however old they are.
 */
export async function loadKnown(
  tx: Sql,
  key: TellingKey,
  now: Date,
  fingerprints: readonly string[] = [],
): Promise<Known> {
  const findings = await tx.query<FindingRow>(
    `SELECT ${COLUMNS} FROM findings WHERE workspace_id = $1 AND monitor = $2
       AND (state <> 'resolved' OR last_alert_at > $3 OR last_seen_at > $3 OR fingerprint = ANY($4::text[]))
     ORDER BY last_seen_at DESC, id LIMIT ${MAX_KNOWN} FOR UPDATE`,
    [key.workspace, key.monitor, new Date(now.getTime() - MEMORY_MS), fingerprints],
  );
  const alerts = await tx.query<{ at: Date }>(
    `SELECT created_at AS at FROM alerts WHERE workspace_id = $1 AND monitor = $2 AND created_at > $3
       AND held_until IS NULL AND kind IN ('finding', 'changedNotJudged', 'failure', 'digest')`,
    [key.workspace, key.monitor, new Date(now.getTime() - 3_600_000)],
  );
  const held = await tx.query<HeldAlert>(
    `SELECT id, severity, message, held_until AS "heldUntil" FROM alerts
     WHERE workspace_id = $1 AND monitor = $2 AND held_until IS NOT NULL AND digest_id IS NULL
     ORDER BY created_at, id`,
    [key.workspace, key.monitor],
  );
  return {
    findings: findings.rows,
    sentLastHour: alerts.rows.map((row) => row.at),
    held: held.rows,
    digestAt: held.rows[0]?.heldUntil,
  };
}

/** Writes findings, their events, alerts and one delivery a channel; tells listeners. */
export async function writeTelling(
  tx: Sql,
  key: TellingKey,
  telling: Telling,
  now: Date,
): Promise<void> {
  await putFindings(tx, key, telling.findings);
  await insertEvents(tx, key, telling.events, now);
  for (const alert of telling.alerts) await insertAlert(tx, key, alert, telling.newId, now);
  for (const token of telling.tokens)
    await tx.query(
      `INSERT INTO one_time_tokens (token_hash, purpose, workspace_id, subject, created_at, expires_at)
       VALUES ($1, 'acknowledge', $2, $3, $4, $5)`,
      [token.hash, key.workspace, token.findingId, now, token.expiresAt],
    );
  for (const { id } of telling.findings)
    await notifyEvent(tx, { workspace: key.workspace, kind: 'finding', monitor: key.monitor, id });
}

async function putFindings(
  tx: Sql,
  key: TellingKey,
  findings: readonly FindingRow[],
): Promise<void> {
  if (findings.length === 0) return;
  await tx.query(
    `INSERT INTO findings AS f (workspace_id, monitor, id, source, fingerprint, origin, subject, kind, value, state,
       severity, title, summary, claims, verdict, why, check_id, verdict_id, first_seen_at, last_seen_at, seen_count,
       occurrence, acknowledged_at, acknowledged_by, snoozed_until, resolved_at, last_alert_at, cooldown_until, held,
       next_reminder_at, reminders_sent)
     SELECT $1, $2, r.id, r.source, r.fingerprint, r.origin, r.subject, r.kind, r.value, r.state, r.severity, r.title,
       r.summary, r.claims, r.verdict, r.why, r."checkId", r."verdictId", r."firstSeenAt", r."lastSeenAt",
       r."seenCount", r.occurrence, r."acknowledgedAt", r."acknowledgedBy", r."snoozedUntil", r."resolvedAt",
       r."lastAlertAt", r."cooldownUntil", r.held, r."nextReminderAt", r."remindersSent"
     FROM jsonb_to_recordset($3::jsonb) AS r(id uuid, source text, fingerprint text, origin text, subject text,
       kind text, value text, state text, severity text, title text, summary text, claims jsonb, verdict text, why text,
       "checkId" uuid, "verdictId" uuid, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, "seenCount" integer,
       occurrence integer, "acknowledgedAt" timestamptz, "acknowledgedBy" text, "snoozedUntil" timestamptz,
       "resolvedAt" timestamptz, "lastAlertAt" timestamptz, "cooldownUntil" timestamptz, held boolean,
       "nextReminderAt" timestamptz, "remindersSent" integer)
     ON CONFLICT (workspace_id, monitor, fingerprint) DO UPDATE SET state = EXCLUDED.state,
       severity = EXCLUDED.severity, title = EXCLUDED.title, summary = EXCLUDED.summary, claims = EXCLUDED.claims,
       value = EXCLUDED.value, verdict = EXCLUDED.verdict, why = EXCLUDED.why, check_id = EXCLUDED.check_id,
       verdict_id = EXCLUDED.verdict_id, last_seen_at = EXCLUDED.last_seen_at, seen_count = EXCLUDED.seen_count,
       occurrence = EXCLUDED.occurrence, acknowledged_at = EXCLUDED.acknowledged_at,
       acknowledged_by = EXCLUDED.acknowledged_by, snoozed_until = EXCLUDED.snoozed_until,
       resolved_at = EXCLUDED.resolved_at, last_alert_at = EXCLUDED.last_alert_at,
       cooldown_until = EXCLUDED.cooldown_until, held = EXCLUDED.held, next_reminder_at = EXCLUDED.next_reminder_at,
       reminders_sent = EXCLUDED.reminders_sent`,
    [key.workspace, key.monitor, JSON.stringify(findings)],
  );
}

async function insertEvents(
  tx: Sql,
  key: TellingKey,
  events: readonly FindingEventRow[],
  now: Date,
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `INSERT INTO finding_events (workspace_id, finding_id, id, at, actor, kind, detail)
     SELECT $1, r."findingId", r.id, $2, r.actor, r.kind, r.detail
     FROM jsonb_to_recordset($3::jsonb) AS r("findingId" uuid, id uuid, actor text, kind text, detail jsonb)`,
    [key.workspace, now, JSON.stringify(events)],
  );
}

async function insertAlert(
  tx: Sql,
  key: TellingKey,
  alert: AlertRow,
  newId: () => string,
  now: Date,
): Promise<void> {
  const { workspace, monitor } = key;
  await tx.query(
    `INSERT INTO alerts (workspace_id, id, monitor, finding_id, occurrence, kind, severity, message, created_at, held_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      workspace,
      alert.id,
      monitor,
      alert.findingId,
      alert.occurrence,
      alert.kind,
      alert.severity,
      JSON.stringify(alert.message),
      now,
      alert.heldUntil,
    ],
  );
  if (alert.digestOf.length > 0)
    await tx.query(
      'UPDATE alerts SET digest_id = $3 WHERE workspace_id = $1 AND id = ANY($2::uuid[])',
      [workspace, alert.digestOf, alert.id],
    );
  if (alert.channels.length > 0)
    await tx.query(
      `INSERT INTO deliveries (workspace_id, id, alert_id, monitor, channel, state, next_attempt_at, created_at, updated_at)
       SELECT $1, d.id, $2, $3, d.channel, CASE WHEN d.channel = 'inbox' THEN 'delivered' ELSE 'pending' END,
         CASE WHEN d.channel = 'inbox' THEN NULL ELSE $4::timestamptz END, $4, $4
       FROM unnest($5::uuid[], $6::text[]) AS d(id, channel)`,
      [workspace, alert.id, monitor, now, alert.channels.map(() => newId()), alert.channels],
    );
  await notifyEvent(tx, { workspace, kind: 'alert', monitor, id: alert.id });
}
