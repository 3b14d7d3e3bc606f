/** Workspaces of people in a cluster: those namespaces in which Kubernetes lets them see monitors. */
import type { Pool } from 'pg';
import type { MemberRole } from '../../store/identity.ts';
import { withTransaction } from '../../store/workspace.ts';
import { listTeams, type OwnWorkspace } from '../../store/workspaces/workspaces.ts';
import { storeMemberships, type Asker, type Memberships } from '../memberships.ts';
import type { MayPerson } from './accessReviews.ts';
import { isPersonalName } from './homes.ts';
import type { People } from './people.ts';
import type { KubernetesUser } from './person.ts';
import { onMonitors, ROLE_VERBS, roleOf, type RoleVerb } from './questions.ts';

interface Deps {
  readonly pool: Pool;
  readonly people: People;
  readonly mayPerson: MayPerson;
  /** Names, and `*` for all that have or had monitors. */
  readonly namespaces: readonly string[];
  /** Where personal workspaces are; without one there are none. */
  readonly usersNamespace: string | undefined;
}

const EVERY = '*';
/** The namespaces that are listed by name. */
export const namedIn = (namespaces: readonly string[]): string[] =>
  namespaces.filter((name) => name !== EVERY);

/** Namespaces that are asked about at a time. */
const AT_ONCE = 8;

/** Members of a personal workspace are who the database says. */
export function clusterMemberships(deps: Deps): Memberships {
  const own = storeMemberships(deps.pool);
  const hasOwn = deps.usersNamespace !== undefined;
  const find = async (asker: Asker, workspace: string): Promise<MemberRole | undefined> => {
    if (isPersonalName(workspace)) return hasOwn ? own.find(asker, workspace) : undefined;
    const person = await deps.people(asker);
    if (!person || !(await namespacesOf(deps)).includes(workspace)) return undefined;
    return roleIn(deps.mayPerson, person, workspace);
  };
  return {
    find,
    areRows: (workspace) => hasOwn && isPersonalName(workspace),
    whyNone: async (asker) => whyNone(await deps.people(asker)),
    ofToken: async (token) =>
      isPersonalName(token.workspace) && hasOwn
        ? own.ofToken(token)
        : find({ userId: token.userId, via: 'token' }, token.workspace),
    list: async (asker) => {
      const personal = hasOwn ? await own.list(asker) : [];
      return [...personal.filter(({ id }) => isPersonalName(id)), ...(await teamsOf(deps, asker))];
    },
  };
}

async function teamsOf(deps: Deps, asker: Asker): Promise<OwnWorkspace[]> {
  const person = await deps.people(asker);
  if (!person) return [];
  const namespaces = await namespacesOf(deps);
  const roles = await eachOf(namespaces, (id) => roleIn(deps.mayPerson, person, id));
  return namespaces.flatMap((id, at) => {
    const role = roles[at];
    return role ? [{ id, displayName: id, kind: 'team' as const, role }] : [];
  });
}

/** Says the very name that a RoleBinding needs. */
const whyNone = (person: KubernetesUser | undefined): string =>
  person
    ? `You may see monitors in no namespace. Kubernetes knows you as ${person.user}: ask for a RoleBinding with get and list of monitorjobs.mon.duckerhub.com`
    : 'Kubernetes does not know you under the provider by which you signed in; ask who runs duckmon';

/** In alphabetical order. What is named like a person's workspace is no team's. */
async function namespacesOf({ pool, namespaces, usersNamespace }: Deps): Promise<string[]> {
  const teams = namespaces.includes(EVERY) ? await withTransaction(pool, listTeams) : [];
  return [...new Set([...namedIn(namespaces), ...teams])]
    .filter((name) => name !== usersNamespace && !isPersonalName(name))
    .toSorted();
}

async function roleIn(
  mayPerson: MayPerson,
  person: KubernetesUser,
  namespace: string,
): Promise<MemberRole | undefined> {
  const answers = await Promise.all(
    ROLE_VERBS.map(async (verb) => [verb, await mayPerson(person, onMonitors(verb, namespace))]),
  );
  return roleOf(Object.fromEntries(answers) as Record<RoleVerb, boolean>);
}

/** The results in the order of the items. */
async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  return results;
}
