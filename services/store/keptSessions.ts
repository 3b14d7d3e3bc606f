/**
 * Sessions of pages that monitors are signed in to. They lie among the Secrets of the workspace, sealed; nobody
 * lists them, and they go with what they were made by.
 */
import { createHash } from 'node:crypto';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { sameJson } from './canonical.ts';
import type { Sql } from './pool.ts';

/** Begins the name of every Secret that keeps a session, and of no other. */
export const KEPT_SESSION = 'duckmon-session-';
const LOGIN = 'duckmon-login-';

/** Whether a monitor may sign in by a Secret of this name. */
export const isLogin = (name: string): boolean => name.startsWith(LOGIN);

/** Whether the Secret of this name keeps one. */
export const isKeptSession = (name: string): boolean => name.startsWith(KEPT_SESSION);

/** Name of the Secret that keeps the session of a monitor's source. */
export function keptSessionName(monitor: string, source: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([monitor, source]))
    .digest('hex');
  return `${KEPT_SESSION}${monitor.slice(0, 38)}-${hash.slice(0, 8)}`;
}

type Signing = Pick<MonitorJobSpec, 'session' | 'sources'>;

/**
 * Names of the sources whose session must go.
 * @param after undefined when the monitor is deleted
 */
export function endedSessions(before: Signing, after: Signing | undefined): readonly string[] {
  if (!before.session?.persist) return [];
  const isSameLogin =
    after?.session?.persist === true &&
    sameJson(before.session.credentialsSecretRef, after.session.credentialsSecretRef);
  const goesOn = ({ name, url, steps }: Signing['sources'][number]): boolean => {
    const now = after?.sources.find((source) => source.name === name);
    return now !== undefined && sameJson([url, steps ?? []], [now.url, now.steps ?? []]);
  };
  return before.sources.filter((source) => !isSameLogin || !goesOn(source)).map(({ name }) => name);
}

async function drop(tx: Sql, workspace: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await tx.query(
    "DELETE FROM secrets WHERE workspace_id = $1 AND kind = 'Secret' AND name = ANY ($2)",
    [workspace, names],
  );
}

/** Deletes the sessions of these sources of a monitor. */
export const dropSessions = (
  tx: Sql,
  workspace: string,
  monitor: string,
  sources: readonly string[],
): Promise<void> =>
  drop(
    tx,
    workspace,
    sources.map((source) => keptSessionName(monitor, source)),
  );

/** Deletes every session that was made by signing in with this Secret. */
export async function dropSessionsOfLogin(
  tx: Sql,
  workspace: string,
  login: string,
): Promise<void> {
  const { rows } = await tx.query<{ readonly name: string; readonly source: string }>(
    `SELECT m.name, s->>'name' AS source FROM monitors m, jsonb_array_elements(m.spec->'sources') s
     WHERE m.workspace_id = $1 AND m.spec->'session'->'credentialsSecretRef'->>'name' = $2`,
    [workspace, login],
  );
  await drop(
    tx,
    workspace,
    rows.map(({ name, source }) => keptSessionName(name, source)),
  );
}

/** Deletes every session of a workspace. */
export async function dropAllSessions(tx: Sql, workspace: string): Promise<void> {
  await tx.query(
    "DELETE FROM secrets WHERE workspace_id = $1 AND kind = 'Secret' AND starts_with(name, $2)",
    [workspace, KEPT_SESSION],
  );
}

/** Changes with each write of a login Secret; undefined when there is none. */
export async function loginVersion(
  tx: Sql,
  workspace: string,
  login: string,
  lock: '' | 'FOR SHARE' = '',
): Promise<string | undefined> {
  const { rows } = await tx.query<{ readonly version: string }>(
    `SELECT encode(sha256(content), 'hex') AS version FROM secrets
     WHERE workspace_id = $1 AND kind = 'Secret' AND name = $2 ${lock}`,
    [workspace, login],
  );
  return rows[0]?.version;
}

/** What a check signed in by, as it was when the check began. */
export interface SignedIn {
  readonly monitor: string;
  readonly source: string;
  readonly spec: Signing;
  /** By `loginVersion`. */
  readonly login: string | undefined;
}

/**
 * Whether the session of a check is still one to keep. The monitor and its login stay as they are until the
 * transaction ends.
 */
export async function lockWish(
  tx: Sql,
  workspace: string,
  { monitor, source, spec, login }: SignedIn,
): Promise<boolean> {
  const { rows } = await tx.query<{ readonly spec: MonitorJobSpec }>(
    `SELECT spec FROM monitors WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL FOR SHARE`,
    [workspace, monitor],
  );
  const [now] = rows;
  if (!now || endedSessions(spec, now.spec).includes(source)) return false;
  const name = spec.session?.credentialsSecretRef?.name;
  return name === undefined || (await loginVersion(tx, workspace, name, 'FOR SHARE')) === login;
}
