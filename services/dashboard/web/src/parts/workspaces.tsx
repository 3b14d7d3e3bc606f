/** The workspaces of the person: which one is shown, what the person is there, and going to another. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect } from 'react';
import { ApiError, get, type Me } from '../api.ts';
import { chooseWorkspace } from '../workspace.ts';
import { Badge } from './badge.tsx';
import { t } from '../texts/texts.ts';

type Role = 'owner' | 'editor' | 'viewer';

export interface Workspace {
  readonly id: string;
  readonly displayName: string;
  readonly kind: 'personal' | 'team';
  readonly role: Role;
}

export function useWorkspaces() {
  const queries = useQueryClient();
  const found = useQuery({
    queryKey: ['workspaces'],
    queryFn: async () => (await get<{ items: readonly Workspace[] }>('/workspaces')).items,
  });
  const isLost = found.error instanceof ApiError && found.error.status === 404;
  // Asking who one is finds another workspace.
  useEffect(() => {
    if (isLost) void queries.invalidateQueries({ queryKey: ['me'] });
  }, [isLost, queries]);
  return found;
}

const RoleContext = createContext<Role>('viewer');

/** What the person is in the workspace. */
export const useRole = (): Role => useContext(RoleContext);
/** Whether to show what changes something. */
export const useMayEdit = (): boolean => useRole() !== 'viewer';

const ROLES: Readonly<Record<Me['scope'], Role>> = {
  admin: 'owner',
  write: 'editor',
  read: 'viewer',
};

/** Rights change while a page is open: the list is asked again and again, who one is only once. */
export function RoleProvider({
  me,
  children,
}: {
  readonly me: Me;
  readonly children: React.ReactNode;
}) {
  const workspaces = useWorkspaces();
  const here = workspaces.data?.find(({ id }) => id === me.workspace);
  return <RoleContext value={here?.role ?? ROLES[me.scope]}>{children}</RoleContext>;
}

const nameOf = ({ displayName, kind }: Workspace): string =>
  kind === 'personal' ? t('frame.personal', { name: displayName }) : displayName;

/** Nothing while there is only one. */
export function WorkspaceSwitch({ me }: { readonly me: Me }) {
  const workspaces = useWorkspaces();
  const role = useRole();
  const items = workspaces.data ?? [];
  if (items.length < 2 || me.workspace === null) return null;
  return (
    <div className="workspace">
      <select
        aria-label={t('frame.workspace')}
        value={me.workspace}
        onChange={(event) => chooseWorkspace(event.target.value)}
      >
        {items.map((workspace) => (
          <option key={workspace.id} value={workspace.id}>
            {nameOf(workspace)}
          </option>
        ))}
      </select>
      <Badge tone="calm">{t(`frame.roles.${role}`)}</Badge>
    </div>
  );
}

/** In a sentence, such as "Workspace shop, where you are a viewer". */
export function WorkspaceLine({ me }: { readonly me: Me }) {
  const workspaces = useWorkspaces();
  const role = useRole();
  const here = workspaces.data?.find(({ id }) => id === me.workspace);
  const name = here ? nameOf(here) : me.workspace;
  return <p className="muted">{t('frame.workspaceLine', { name: name ?? '', role })}</p>;
}
