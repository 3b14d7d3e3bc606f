/** Opened from the link of an invitation; joins only when the person says so. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api.ts';
import { SignOut } from '../parts/header.tsx';
import type { Role } from '../parts/memberLine.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { chooseWorkspace } from '../workspace.ts';

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
        <h1>Invitation</h1>
        <Failure error={invited.error} />
        <div className="actions">
          <Link href="/" className="button">
            To the monitors
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
      <h1>Join {workspaceName}?</h1>
      <p>
        {isMember
          ? 'You have joined already.'
          : `${inviterName ?? 'An owner'} invites you as ${role}. Members see your name, and owners your address.`}
      </p>
      <button
        type="button"
        className="primary"
        disabled={join.isPending}
        onClick={() => join.mutate()}
      >
        {isMember ? 'Go there' : 'Join'}
      </button>
      {!isMember && <p className="muted">If you do not want to, close this page.</p>}
      {join.error && <Failure error={join.error} />}
    </>
  );
}
