/** What the audit of a workspace says of invitations. */
import { appendAudit } from '../../store/audit.ts';
import type { Tx } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';

/** Adds a row. */
export const noteInvitation = (
  tx: Tx,
  { clock }: Pick<ApiDeps, 'clock'>,
  { workspace, actor }: { readonly workspace: string; readonly actor: string },
  act: { readonly action: string; readonly id: string; readonly role?: string },
): Promise<void> =>
  appendAudit(tx, workspace, {
    at: clock.now(),
    actor,
    action: act.action,
    // No address: the row stays when the person is erased.
    subject: `invitation/${act.id}`,
    detail: act.role === undefined ? {} : { role: act.role },
  });
