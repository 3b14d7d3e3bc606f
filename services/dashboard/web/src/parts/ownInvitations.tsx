/** Invitations to whoever is signed in, wherever that person is: to join, or not. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, get } from '../api.ts';
import { chooseWorkspace } from '../workspace.ts';
import { Action } from './action.tsx';
import type { Role } from './memberLine.tsx';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface OwnInvitation {
  readonly id: string;
  readonly workspace: string;
  readonly workspaceName: string;
  readonly role: Role;
  readonly inviterName: string | null;
}

const path = '/invitations/mine';

/** Nothing while there are none, or while nobody can tell. */
export function OwnInvitations() {
  const invitations = useQuery({
    queryKey: ['own-invitations'],
    queryFn: () => get<{ items: readonly OwnInvitation[] }>(path),
  });
  if (!invitations.data?.items.length) return null;
  return (
    <section className="note" aria-label={t('ownInvitations.title')}>
      <ul className="lines">
        {invitations.data.items.map((invitation) => (
          <Line key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function Line({ invitation }: { readonly invitation: OwnInvitation }) {
  const { id, workspace, workspaceName, role, inviterName } = invitation;
  const queries = useQueryClient();
  const join = useMutation({
    mutationFn: () => call('POST', `${path}/${id}/accept`, {}),
    onSuccess: () => chooseWorkspace(workspace),
    onError: () => queries.invalidateQueries({ queryKey: ['own-invitations'] }),
  });
  return (
    <li>
      <p>
        {t('ownInvitations.invites', {
          inviter: inviterName ?? t('ownInvitations.anOwner'),
          workspace: workspaceName,
          role: t(`frame.roles.${role}`),
        })}
      </p>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={join.isPending}
          onClick={() => join.mutate()}
          aria-label={t('ownInvitations.joinWhich', { workspace: workspaceName })}
        >
          {t('ownInvitations.join')}
        </button>
        <Action
          path={`${path}/${id}/decline`}
          label={t('ownInvitations.declineWhich', { workspace: workspaceName })}
        >
          {t('ownInvitations.decline')}
        </Action>
      </div>
      {join.error && <Failure error={join.error} />}
    </li>
  );
}
