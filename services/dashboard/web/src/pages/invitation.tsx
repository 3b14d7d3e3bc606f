/** Opened from the link of an invitation; joins only when the person says so. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api.ts';
import { SignOut } from '../parts/header.tsx';
import type { Role } from '../parts/memberLine.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { chooseWorkspace } from '../workspace.ts';
import { t } from '../texts/texts.ts';

interface Invited {
  readonly workspace: string;
  readonly workspaceName: string;
  readonly role: Role;
  readonly inviterName: string | null;
  readonly isMember: boolean;
}

export function InvitationPage() {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => call<Invited>('POST', '/invitations/look', { token }),
    refetchInterval: false,
    retry: false,
  });
  if (invited.isPending) return <Loading />;
  if (invited.error)
    return (
      <>
        <h1>{t('members.offer.title')}</h1>
        <Failure error={invited.error} />
        <div className="actions">
          <Link href="/" className="button">
            {t('members.offer.toMonitors')}
          </Link>
          <SignOut />
        </div>
      </>
    );
  return <Offer token={token} invited={invited.data} />;
}

function Offer({ token, invited }: { readonly token: string; readonly invited: Invited }) {
  const { workspaceName, role, inviterName, isMember } = invited;
  const join = useMutation({
    mutationFn: () => call<Invited>('POST', '/invitations/accept', { token }),
    onSuccess: ({ workspace }) => chooseWorkspace(workspace),
  });
  return (
    <>
      <h1>{t('members.offer.joinWhich', { workspace: workspaceName })}</h1>
      <p>
        {isMember
          ? t('members.offer.already')
          : t('members.offer.invites', {
              inviter: inviterName ?? t('members.offer.anOwner'),
              role: t(`frame.roles.${role}`),
            })}
      </p>
      <button
        type="button"
        className="primary"
        disabled={join.isPending}
        onClick={() => join.mutate()}
      >
        {isMember ? t('members.offer.goThere') : t('members.offer.join')}
      </button>
      {!isMember && <p className="muted">{t('members.offer.orClose')}</p>}
      {join.error && <Failure error={join.error} />}
    </>
  );
}
