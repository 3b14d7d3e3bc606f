/** Which workspaces have members that are changed here. */
import { HttpError } from '../../core/errors.ts';
import { getWorkspace } from '../../store/identity.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import type { Memberships } from '../memberships.ts';

/** @throws HttpError `unprocessable` where Kubernetes says who the members are, with what to do there */
export function checkAreRows(
  { memberships }: { readonly memberships: Pick<Memberships, 'areRows'> },
  workspace: string,
): void {
  if (memberships.areRows(workspace)) return;
  throw new HttpError(
    'unprocessable',
    `In a cluster the members of a team are who Kubernetes lets see monitors in its namespace. To let somebody in: kubectl -n ${workspace} create rolebinding NAME --role=monitors --user=ADDRESS; who is in: kubectl -n ${workspace} get rolebindings -o wide`,
  );
}

/** @throws HttpError `unprocessable` where Kubernetes decides, and for a personal workspace */
export async function checkIsTeam(deps: ApiDeps, workspace: string): Promise<void> {
  checkAreRows(deps, workspace);
  const { kind } = await withWorkspace(deps.pool, workspace, (tx) => getWorkspace(tx, workspace));
  if (kind === 'personal')
    throw new HttpError(
      'unprocessable',
      'A personal workspace has no other members and goes with its account; make a workspace for a team, and invite people there',
    );
}
