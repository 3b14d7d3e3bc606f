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
import { t } from '../texts/texts.ts';

export function MembersPage({ me }: { readonly me: Me }) {
  const workspaces = useWorkspaces();
  const here = workspaces.data?.find(({ id }) => id === me.workspace);
  return (
    <>
      <p className="crumbs">
        <Link href="/account">{t('members.account')}</Link>
      </p>
      <h1>{t('members.title')}</h1>
      {workspaces.isPending && <Loading />}
      {workspaces.error && <Failure error={workspaces.error} />}
      {here && <InWorkspace here={here} />}
      <h2>{t('members.mayHave')}</h2>
      <Quotas />
      <h2>{t('members.another')}</h2>
      <p className="muted">{t('members.forTeam')}</p>
      <NewTeam />
    </>
  );
}

function InWorkspace({ here }: { readonly here: Workspace }) {
  const isOwner = useRole() === 'owner';
  if (here.kind === 'personal') return <p>{t('members.personal', { name: here.displayName })}</p>;
  return (
    <>
      <p className="muted">{t('members.ofWorkspace', { name: here.displayName })}</p>
      <Members isOwner={isOwner} />
      {isOwner && <Invitations />}
      <h2>{t('members.thisWorkspace')}</h2>
      {isOwner && <Rename displayName={here.displayName} />}
      <Asked
        label={t('members.leave')}
        question={t('members.leaveQuestion', { name: here.displayName })}
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
