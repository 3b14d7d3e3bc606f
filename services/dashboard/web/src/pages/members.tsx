/** The workspace and who is in it: inviting, what each may do, quotas, its name, leaving it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Me } from '../api.ts';
import { Asked } from '../parts/asked.tsx';
import { Invitations } from '../parts/invitations.tsx';
import { MemberLine, type Member } from '../parts/memberLine.tsx';
import { NewTeam, Rename } from '../parts/newTeam.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { Quotas } from '../parts/quotas.tsx';
import { useRole, useWorkspaces, type Workspace } from '../parts/workspaces.tsx';
import { leaveWorkspace } from '../workspace.ts';

export function MembersPage({ me }: { readonly me: Me }) {
  const workspaces = useWorkspaces();
  const here = workspaces.data?.find(({ id }) => id === me.workspace);
  return (
    <>
      <p className="crumbs">
        <Link href="/account">Account</Link>
      </p>
      <h1>Members</h1>
      {workspaces.isPending && <Loading />}
      {workspaces.error && <Failure error={workspaces.error} />}
      {here && <InWorkspace here={here} />}
      <h2>What the workspace may have</h2>
      <Quotas />
      <h2>Another workspace</h2>
      <p className="muted">For a team: you are its owner, and invite the others.</p>
      <NewTeam />
    </>
  );
}

function InWorkspace({ here }: { readonly here: Workspace }) {
  const isOwner = useRole() === 'owner';
  if (here.kind === 'personal')
    return (
      <p>
        {here.displayName} is your personal workspace: nobody else is in it, and it goes with your
        account. To work with others, make a workspace for a team below.
      </p>
    );
  return (
    <>
      <p className="muted">Of the workspace {here.displayName}</p>
      <Members isOwner={isOwner} />
      {isOwner && <Invitations />}
      <h2>This workspace</h2>
      {isOwner && <Rename displayName={here.displayName} />}
      <Asked
        label="Leave"
        question={`Leave ${here.displayName}? You come back only when an owner invites you again.`}
        method="POST"
        path="/workspaces/current/leave"
        body={{ workspace: here.id }}
        onDone={leaveWorkspace}
      />
    </>
  );
}

function Members({ isOwner }: { readonly isOwner: boolean }) {
  const members = useQuery({
    queryKey: ['members'],
    queryFn: () => get<{ items: readonly Member[] }>('/members'),
  });
  if (members.isPending) return <Loading />;
  if (members.error) return <Failure error={members.error} />;
  return (
    <ul className="cards">
      {members.data.items.map((member) => (
        <MemberLine key={member.userId} member={member} mayChange={isOwner} />
      ))}
    </ul>
  );
}
