/** Findings: reading them, and what people do with them. */
import type { FindingState, SeverityWord, VerdictKind, VerifiedClaim } from '../domain/types.ts';
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import type { Page, PageRequest } from './paging.ts';
import { micros, newestFirstAfter, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';

export interface Finding {
  readonly id: string;
  readonly monitor: string;
  readonly source: string;
  readonly origin: 'claim' | 'condition' | 'changedNotJudged' | 'failure';
  readonly subject: string;
  readonly kind: string;
  readonly value: string | null;
  readonly state: FindingState;
  readonly severity: SeverityWord;
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly VerifiedClaim[];
  readonly verdict: VerdictKind | null;
  readonly why: string | null;
  readonly checkId: string | null;
  readonly verdictId: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly seenCount: number;
  /** How many times it became true; each is told. */
  readonly occurrence: number;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly snoozedUntil: Date | null;
  readonly resolvedAt: Date | null;
}

export interface FindingEvent {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const columns = `id, monitor, source, origin, subject, kind, value, state, severity, title, summary,
  claims, verdict, why, check_id AS "checkId", verdict_id AS "verdictId",
  first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt", seen_count AS "seenCount", occurrence,
  acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy",
  snoozed_until AS "snoozedUntil", resolved_at AS "resolvedAt"`;

export interface FindingFilter extends PageRequest {
  readonly monitor?: string | undefined;
  readonly state?: FindingState | undefined;
  readonly severity?: SeverityWord | undefined;
}

/** A page of findings, last seen first. */
export async function listFindings(
  tx: Sql,
  workspace: string,
  filter: FindingFilter = {},
): Promise<Page<Finding>> {
  const limit = pageLimit(filter);
  const [at, id] = newestFirstAfter(filter.cursor);
  const { rows } = await tx.query<Finding & { cursorAt: string }>(
    `SELECT ${columns}, ${micros('last_seen_at')} AS "cursorAt" FROM findings
     WHERE workspace_id = $1
       AND ($2::text IS NULL OR monitor = $2) AND ($3::text IS NULL OR state = $3)
       AND ($4::text IS NULL OR severity = $4)
       AND ($5::timestamptz IS NULL OR last_seen_at < $5 OR (last_seen_at = $5 AND id > $6::uuid))
     ORDER BY last_seen_at DESC, id LIMIT $7`,
    [
      workspace,
      filter.monitor ?? null,
      filter.state ?? null,
      filter.severity ?? null,
      at,
      id,
      limit + 1,
    ],
  );
  const keyOf = (row: { cursorAt: string; id: string }): string[] => [row.cursorAt, row.id];
  return pageOf(rows, limit, keyOf, ({ cursorAt: _cursor, ...finding }): Finding => finding);
}

async function read(tx: Sql, workspace: string, id: string, lock: '' | 'FOR UPDATE') {
  const { rows } = await tx.query<Finding>(
    `SELECT ${columns} FROM findings WHERE workspace_id = $1 AND id = $2 ${lock}`,
    [workspace, id],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no finding ${id}.`);
  return rows[0];
}

/** @throws StoreError `notFound` */
export const getFinding = (tx: Sql, workspace: string, id: string): Promise<Finding> =>
  read(tx, workspace, id, '');

/** What happened to a finding, oldest first. */
export async function listFindingEvents(
  tx: Sql,
  workspace: string,
  findingId: string,
): Promise<FindingEvent[]> {
  const { rows } = await tx.query<FindingEvent>(
    `SELECT id, at, actor, kind, detail FROM finding_events
     WHERE workspace_id = $1 AND finding_id = $2 ORDER BY at, id`,
    [workspace, findingId],
  );
  return rows;
}

export type FindingAction =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'snooze'; readonly until: Date }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'reopen' };

const allowed: Readonly<Record<FindingAction['kind'], readonly FindingState[]>> = {
  acknowledge: ['open', 'snoozed'],
  snooze: ['open', 'acknowledged', 'snoozed'],
  resolve: ['open', 'acknowledged', 'snoozed'],
  reopen: ['acknowledged', 'snoozed', 'resolved'],
};

const target: Readonly<Record<FindingAction['kind'], FindingState>> = {
  acknowledge: 'acknowledged',
  snooze: 'snoozed',
  resolve: 'resolved',
  reopen: 'open',
};

/** The state after an action: another one, `same` when it holds already, `refused` when it may not be. */
export function nextState(
  state: FindingState,
  action: FindingAction['kind'],
): FindingState | 'same' | 'refused' {
  if (allowed[action].includes(state)) return target[action];
  return target[action] === state ? 'same' : 'refused';
}

export interface FindingActor {
  readonly actor: string;
  readonly now: Date;
  readonly newId: () => string;
}

type Changed = Pick<
  Finding,
  'state' | 'acknowledgedAt' | 'acknowledgedBy' | 'snoozedUntil' | 'resolvedAt'
>;

/** What an action makes of a finding. */
function afterAction(before: Finding, action: FindingAction, by: FindingActor): Changed {
  const kept = { ...before, state: target[action.kind], snoozedUntil: null };
  switch (action.kind) {
    case 'acknowledge':
      return { ...kept, acknowledgedAt: by.now, acknowledgedBy: by.actor };
    case 'snooze':
      return { ...kept, snoozedUntil: action.until };
    case 'resolve':
      return { ...kept, resolvedAt: by.now };
    case 'reopen':
      return { ...kept, acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null };
    default:
      return action satisfies never;
  }
}

async function write(tx: Sql, workspace: string, id: string, after: Changed): Promise<void> {
  await tx.query(
    `UPDATE findings SET state = $3, acknowledged_at = $4, acknowledged_by = $5, snoozed_until = $6,
       resolved_at = $7, next_reminder_at = NULL, held = held AND $3 <> 'resolved',
       reminders_sent = CASE WHEN $3 = 'open' THEN 0 ELSE reminders_sent END
     WHERE workspace_id = $1 AND id = $2`,
    [
      workspace,
      id,
      after.state,
      after.acknowledgedAt,
      after.acknowledgedBy,
      after.snoozedUntil,
      after.resolvedAt,
    ],
  );
}

/**
 * Acknowledges, snoozes, resolves or reopens a finding, writes the event, and tells listeners. Doing
 * the same again changes nothing.
 * @throws StoreError `notFound`, or `invalid` when the state does not allow it.
 */
export async function actOnFinding(
  tx: Sql,
  workspace: string,
  id: string,
  action: FindingAction,
  by: FindingActor,
): Promise<Finding> {
  const before = await read(tx, workspace, id, 'FOR UPDATE');
  const next = nextState(before.state, action.kind);
  if (next === 'same') return before;
  if (next === 'refused')
    throw new StoreError(
      'invalid',
      `A finding that is ${before.state} cannot become ${target[action.kind]}.`,
    );
  if (action.kind === 'snooze' && action.until <= by.now)
    throw new StoreError('invalid', 'The end of a snooze must lie in the future.');
  await write(tx, workspace, id, afterAction(before, action, by));
  await tx.query(
    `INSERT INTO finding_events (workspace_id, finding_id, id, at, actor, kind, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      workspace,
      id,
      by.newId(),
      by.now,
      by.actor,
      action.kind,
      action.kind === 'snooze' ? { until: action.until } : {},
    ],
  );
  await notifyEvent(tx, { workspace, kind: 'finding', monitor: before.monitor, id });
  return read(tx, workspace, id, '');
}
