/** The rows that edits leave in the audit log of the workspace. */
import { appendAudit, appendAudits } from '../store/audit.ts';
import type { Tx } from '../store/workspace.ts';
import type { ApplyResult } from './apply.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

type Actor = Pick<Principal, 'workspace' | 'actor'>;

/** Adds one row. */
export const audit = (
  tx: Tx,
  deps: Pick<ApiDeps, 'clock'>,
  { workspace, actor }: Actor,
  action: string,
  kind: string,
  name: string,
): Promise<void> =>
  appendAudit(tx, workspace, { at: deps.clock.now(), actor, action, subject: `${kind}/${name}` });

/** Adds a row for each object that was changed. */
export function auditResults(
  tx: Tx,
  deps: Pick<ApiDeps, 'clock'>,
  { workspace, actor }: Actor,
  results: readonly ApplyResult[],
): Promise<void> {
  const at = deps.clock.now();
  const changed = results.filter(({ action }) => action !== 'unchanged' && action !== 'refused');
  return appendAudits(
    tx,
    workspace,
    changed.map(({ action, kind, name }) => ({
      at,
      actor,
      action: action === 'deleted' ? 'delete' : `apply ${action}`,
      subject: `${kind}/${name}`,
    })),
  );
}
