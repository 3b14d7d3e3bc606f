/** What a word of a person is about, and the copy of it that is kept with the word. */
import type { Goal } from '../../crds/types/monitorjob.ts';
import type { Provenance, SuppressReason, Verdict, VerifiedClaim } from '../domain/types.ts';
import { getFinding } from './findings.ts';
import type { Sql } from './pool.ts';
import { getVerdict } from './verdicts.ts';

/** What a word is about: a finding that a verdict made is that verdict. */
export interface About {
  readonly kind: 'verdict' | 'finding';
  readonly id: string;
}

/** What was judged, as far as it is kept with the word about it. */
export interface Judged {
  /** Null when the goal was changed since. */
  readonly goal: Pick<Goal, 'prompt' | 'kind' | 'language'> | null;
  readonly goalVersion: number;
  /** Null where a condition decided. */
  readonly verdict: Verdict | null;
  readonly provenance: Provenance | null;
  readonly suppressed: SuppressReason | null;
  /** Hunks by source, as many as `MAX_CHANGE` takes. */
  readonly change: readonly unknown[];
  readonly claims: readonly VerifiedClaim[];
}

export interface Subject {
  readonly about: About;
  readonly monitor: string;
  readonly told: boolean;
  readonly judged: Judged;
}

/** Longer changes are cut at a whole hunk. */
const MAX_CHANGE = 64 * 1024;

/** As many parts of a list, from the first, as fit into the bytes. */
function fitting(parts: readonly unknown[], bytes: number): unknown[] {
  let left = bytes;
  return parts.filter((part) => (left -= Buffer.byteLength(JSON.stringify(part))) >= 0);
}

/** The change with as many of its hunks as a case keeps. */
export function cutChange(change: unknown, bytes = MAX_CHANGE): unknown[] {
  const parts = Array.isArray(change) ? (change as { readonly hunks?: unknown }[]) : [];
  return parts.map((part) => ({
    ...part,
    hunks: fitting(Array.isArray(part.hunks) ? part.hunks : [], Math.floor(bytes / parts.length)),
  }));
}

async function goalNow(
  tx: Sql,
  workspace: string,
  monitor: string,
): Promise<{ goal: Judged['goal']; version: number } | undefined> {
  const { rows } = await tx.query<{ goal: Goal; version: number }>(
    `SELECT spec->'goal' AS goal, goal_version AS version FROM monitors
     WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL`,
    [workspace, monitor],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { prompt, kind, language } = row.goal;
  return {
    goal: { ...(prompt === undefined ? {} : { prompt }), kind, language },
    version: row.version,
  };
}

/** @throws StoreError `notFound` */
export async function readSubject(tx: Sql, workspace: string, about: About): Promise<Subject> {
  if (about.kind === 'verdict') return readVerdict(tx, workspace, about.id);
  const finding = await getFinding(tx, workspace, about.id);
  if (finding.verdictId !== null) return readVerdict(tx, workspace, finding.verdictId);
  const now = await goalNow(tx, workspace, finding.monitor);
  const { title, summary, claims, origin } = finding;
  return {
    about,
    monitor: finding.monitor,
    told: true,
    judged: {
      goal: now?.goal ?? null,
      goalVersion: now?.version ?? 0,
      verdict: null,
      provenance: null,
      suppressed: null,
      change: [{ title, summary, origin }],
      claims,
    },
  };
}

async function readVerdict(tx: Sql, workspace: string, id: string): Promise<Subject> {
  const row = await getVerdict(tx, workspace, id);
  const { monitor, goalVersion, verdict, provenance, suppressed } = row;
  const now = await goalNow(tx, workspace, monitor);
  return {
    about: { kind: 'verdict', id },
    monitor,
    told: suppressed === null,
    judged: {
      goal: now?.version === goalVersion ? now.goal : null,
      goalVersion,
      verdict,
      provenance,
      suppressed,
      change: cutChange(row.change),
      claims: verdict.claims ?? [],
    },
  };
}
