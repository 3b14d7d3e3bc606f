/** Deletes an account or a workspace for good: out of the cluster first, then shut, then by the scheduler's sweep. */
import { createHash } from 'node:crypto';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { askWorkspaceErasure, eraseUser } from '../../store/erasure.ts';
import { planUserErasure, type ErasureRights } from '../../store/erasurePlan.ts';
import { getWorkspace } from '../../store/identity.ts';
import { PLATFORM_WORKSPACE, withUser, withWorkspace, type Tx } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import type { ObjectWriter } from '../writer.ts';

export type EraseDeps = Pick<ApiDeps, 'pool'> & {
  readonly clock: Pick<ApiDeps['clock'], 'now'>;
  readonly objects: Pick<ObjectWriter, 'clear'>;
};

/** For the audit of the installation. */
export interface By {
  readonly actor: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The workspaces that would go with an account. @throws StoreError as `planUserErasure` */
export const planAccount = (
  { pool }: Pick<EraseDeps, 'pool'>,
  userId: string,
  rights: ErasureRights,
): Promise<string[]> => withUser(pool, userId, (tx) => planUserErasure(tx, userId, rights));

/**
 * Erases a person. From the commit on every session and token of theirs is dead.
 * @returns the workspaces that go as well
 * @throws StoreError as `eraseUser`; HttpError while a cluster does not let go of an object: nothing is erased then
 */
export async function eraseAccount(
  deps: EraseDeps,
  userId: string,
  by: By,
  rights: ErasureRights,
): Promise<string[]> {
  for (const workspace of await planAccount(deps, userId, rights))
    await deps.objects.clear(workspace);
  const at = deps.clock.now();
  return withUser(deps.pool, userId, async (tx) => {
    const gone = await eraseUser(tx, userId, at, rights);
    await note(tx, { at, by, action: 'account.erase', subject: `user/${userId}` });
    return gone;
  });
}

/** @throws StoreError `notFound`; HttpError `unprocessable` for the workspace of a person */
export async function checkIsTeam(
  { pool }: Pick<EraseDeps, 'pool'>,
  workspace: string,
): Promise<void> {
  const { kind } = await withWorkspace(pool, workspace, (tx) => getWorkspace(tx, workspace));
  if (kind === 'personal')
    throw new HttpError(
      'unprocessable',
      'This is a personal workspace: it goes with the account of its person',
    );
}

/**
 * Asks for the erasure of a team's workspace and shuts it.
 * @throws as `checkIsTeam`; HttpError `unprocessable` for a namespace of a cluster
 */
export async function eraseTeam(deps: EraseDeps, workspace: string, by: By): Promise<void> {
  await checkIsTeam(deps, workspace);
  await deps.objects.clear(workspace);
  const at = deps.clock.now();
  await withWorkspace(deps.pool, workspace, async (tx) => {
    await askWorkspaceErasure(tx, workspace, at);
    await note(tx, {
      at,
      by,
      action: 'workspace.erase',
      subject: `workspace/${hashOf(workspace)}`,
    });
  });
}

/** As the list of what was erased has it: the name itself is erased, too. */
const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex');

interface Noted {
  readonly at: Date;
  readonly by: By;
  readonly action: string;
  readonly subject: string;
}

/** In the chain of the installation, which stays; do it last. */
async function note(tx: Tx, { by, ...row }: Noted): Promise<void> {
  await tx.query("SELECT set_config('mon.workspace', $1, true)", [PLATFORM_WORKSPACE]);
  await appendAudit(tx, PLATFORM_WORKSPACE, { ...row, ...by });
}
