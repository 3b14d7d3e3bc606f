/** The name and groups under which Kubernetes knows a person, as its own --oidc flags make them. Pure. */
import { OPERATOR, type Person, type ProviderClaims } from '../../store/workspaces/people.ts';
import type { ApiConfig } from '../config.ts';
import type { Claims } from '../identity/claims.ts';
import { GOOGLE } from '../identity/settings.ts';

export interface KubernetesUser {
  readonly user: string;
  readonly groups: readonly string[];
}

export type Naming = Pick<
  ApiConfig,
  | 'OIDC_ISSUER'
  | 'KUBERNETES_USERNAME_CLAIM'
  | 'KUBERNETES_USERNAME_PREFIX'
  | 'KUBERNETES_GROUPS_CLAIM'
  | 'KUBERNETES_GROUPS_PREFIX'
>;

/** Who signed in by a link that only an exec into the api's own pod makes; the chart binds the group. */
const OPERATORS: KubernetesUser = { user: 'duckmon:operator', groups: ['duckmon:admins'] };

/** Names that no provider may give: those of Kubernetes itself, and ours. */
const RESERVED = /^(system|duckmon):/;
/** Everybody who is let in has it, at the API server as well. */
const EVERYBODY = 'system:authenticated';
const MOST_GROUPS = 200;
const NO_PREFIX = '-';

/**
 * Undefined for somebody whom Kubernetes does not know: of another provider than that of today, or
 * under a name that no provider may give.
 * @param groups whether the groups of the last sign-in still count
 */
export function kubernetesUserOf(
  person: Person,
  naming: Naming,
  { groups }: { readonly groups: boolean },
): KubernetesUser | undefined {
  const known = isOperator(person) ? OPERATORS : ofProvider(person, naming);
  return known && { user: known.user, groups: [...(groups ? known.groups : []), EVERYBODY] };
}

const isOperator = ({ issuer, subject }: Person): boolean =>
  issuer === OPERATOR.issuer && subject === OPERATOR.subject;

function ofProvider(person: Person, naming: Naming): KubernetesUser | undefined {
  const issuer = naming.OIDC_ISSUER ?? GOOGLE;
  if (withoutSlash(person.issuer) !== withoutSlash(issuer)) return undefined;
  const isAddress = naming.KUBERNETES_USERNAME_CLAIM === 'email';
  const claim = isAddress ? person.emailClaim : person.subject;
  if (claim === null || claim === '') return undefined;
  const prefix = naming.KUBERNETES_USERNAME_PREFIX ?? (isAddress ? NO_PREFIX : `${issuer}#`);
  const user = prefixed(prefix, claim);
  if (RESERVED.test(user)) return undefined;
  const groups = person.groupClaims
    .map((group) => prefixed(naming.KUBERNETES_GROUPS_PREFIX ?? NO_PREFIX, group))
    .filter((group) => !RESERVED.test(group));
  return { user, groups };
}

const withoutSlash = (issuer: string): string => issuer.replace(/\/+$/, '');

const prefixed = (prefix: string, text: string): string =>
  prefix === NO_PREFIX ? text : `${prefix}${text}`;

/** What is kept of the claims of a sign-in; the address was verified by then. */
export function providerClaimsOf(claims: Claims, naming: Naming): ProviderClaims {
  const { email } = claims;
  const groups =
    naming.KUBERNETES_GROUPS_CLAIM === undefined
      ? undefined
      : claims[naming.KUBERNETES_GROUPS_CLAIM];
  return {
    emailClaim: typeof email === 'string' ? email : null,
    groupClaims: (Array.isArray(groups) ? groups : [groups])
      .filter((group): group is string => typeof group === 'string' && group !== '')
      .slice(0, MOST_GROUPS),
  };
}
