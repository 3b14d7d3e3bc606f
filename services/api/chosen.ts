/** Which workspace a request is about: the one that it names, or the first of the person. */
import type { Request } from 'express';
import { DNS_LABEL } from '../core/dnsLabel.ts';
import { HttpError } from '../core/errors.ts';
import type { MemberRole } from '../store/identity.ts';
import { PLATFORM_WORKSPACE } from '../store/workspace.ts';
import type { Asker, Memberships } from './memberships.ts';

export const WORKSPACE_HEADER = 'x-workspace';
/** For addresses that a browser opens by itself, with no headers of ours: streams and pictures. */
export const WORKSPACE_PARAMETER = 'workspace';

export interface Chosen {
  readonly workspace: string;
  readonly role: MemberRole;
}

/** The workspace that a request names. @throws HttpError for a name that can be none. */
export function chosenWorkspace(request: Pick<Request, 'get' | 'query'>): string | undefined {
  const named = [request.get(WORKSPACE_HEADER), request.query[WORKSPACE_PARAMETER]].filter(
    (name) => name !== undefined,
  );
  const [name] = named;
  if (named.some((other) => other !== name))
    throw new HttpError('invalid', 'The request names two workspaces');
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !DNS_LABEL.test(name))
    throw new HttpError('invalid', `${WORKSPACE_HEADER} must be the id of a workspace`);
  return name;
}

/**
 * The workspace of a person's request, and what the person is there.
 * @throws HttpError `not_found` for a workspace that is not theirs, as for one that does not exist.
 */
export async function choose(
  memberships: Memberships,
  asker: Asker,
  workspace: string | undefined,
): Promise<Chosen> {
  if (workspace !== undefined) {
    const role = await memberships.find(asker, workspace);
    if (!role) throw noSuch(workspace);
    return { workspace, role };
  }
  const [first] = await memberships.list(asker);
  if (!first) throw new HttpError('forbidden', await memberships.whyNone(asker));
  return { workspace: first.id, role: first.role };
}

/**
 * For what is about no workspace: no rows of anybody's are under it. Nobody is asked, so nobody is kept
 * from it by having none, nor by a cluster that does not answer.
 */
export const NOWHERE: Chosen = { workspace: PLATFORM_WORKSPACE, role: 'viewer' };

/** A token is of one workspace. @throws HttpError `not_found` when the request names another. */
export function checkChosen(request: Pick<Request, 'get' | 'query'>, workspace: string): void {
  const chosen = chosenWorkspace(request);
  if (chosen !== undefined && chosen !== workspace) throw noSuch(chosen);
}

const noSuch = (workspace: string): HttpError =>
  new HttpError('not_found', `There is no workspace ${workspace}.`);
