/** Who a request comes from, and what that person may do. */

import type { MemberRole } from '../store/identity.ts';

export type Scope = 'read' | 'write' | 'admin';

/** What a route asks of its caller; every route names one. `platform`: to administer all of it. */
export type Policy = 'public' | Scope | 'platform';

export interface Principal {
  readonly userId: string;
  readonly workspace: string;
  readonly scope: Scope;
  /** `access` is an access token, which was made from an API token. */
  readonly via: 'token' | 'access' | 'session';
  /** The API token that was sent; with no other credential. */
  readonly tokenId?: string;
  /** May administer the whole installation. */
  readonly platformAdmin: boolean;
  /** For the audit log: `user:<id>` or `token:<id>`. */
  readonly actor: string;
}

const RANK: Readonly<Record<Scope, number>> = { read: 0, write: 1, admin: 2 };

/** Whether what a caller may do is enough for a route. */
export function allows(policy: Policy, principal: Principal | undefined): boolean {
  if (policy === 'public') return true;
  if (principal === undefined) return false;
  return policy === 'platform' ? principal.platformAdmin : RANK[principal.scope] >= RANK[policy];
}

/** The scope that a role in a workspace gives. */
export function scopeOfRole(role: MemberRole): Scope {
  switch (role) {
    case 'owner':
      return 'admin';
    case 'editor':
      return 'write';
    case 'viewer':
      return 'read';
    default:
      return role satisfies never;
  }
}

/** The smaller of what was given to a token and of what its owner may do by now. */
export const scopeOfToken = (given: Scope, role: MemberRole): Scope =>
  RANK[given] <= RANK[scopeOfRole(role)] ? given : scopeOfRole(role);
