/** Which workspaces a person has, and what the person is there. */
import type { Pool } from 'pg';
import { findRole, type MemberRole } from '../store/identity.ts';
import type { LiveApiToken } from '../store/tokens.ts';
import { withUser, withWorkspace } from '../store/workspace.ts';
import { listOwnWorkspaces, type OwnWorkspace } from '../store/workspaces/workspaces.ts';
import type { Principal } from './principal.ts';

export type Asker = Pick<Principal, 'userId' | 'via'>;

export interface Memberships {
  /** All workspaces of a person; the first is taken when a request names none. */
  list(asker: Asker): Promise<OwnWorkspace[]>;
  /** Undefined when the workspace is not the person's, or not there: nobody learns which. */
  find(asker: Asker, workspace: string): Promise<MemberRole | undefined>;
  /** Whether its members are changed here; else Kubernetes says who they are. */
  areRows(workspace: string): boolean;
  /** What is said to a person who has no workspace. */
  whyNone(asker: Asker): Promise<string>;
  /** What the owner of a token is in its workspace by now. */
  ofToken(
    token: Pick<LiveApiToken, 'userId' | 'workspace' | 'role'>,
  ): Promise<MemberRole | undefined>;
}

/** Members are who the database says. */
export const storeMemberships = (pool: Pool): Memberships => ({
  list: ({ userId }) => withUser(pool, userId, (tx) => listOwnWorkspaces(tx, userId)),
  find: ({ userId }, workspace) =>
    withWorkspace(pool, workspace, (tx) => findRole(tx, workspace, userId)),
  areRows: () => true,
  whyNone: async () => 'You are a member of no workspace',
  ofToken: async ({ role }) => role ?? undefined,
});
