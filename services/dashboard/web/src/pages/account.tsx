/** Who is signed in, and where: sessions can be ended here. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call, get, type Me } from '../api.ts';
import { AccountEvents } from '../parts/accountEvents.tsx';
import { AccountMails } from '../parts/accountMails.tsx';
import { Action } from '../parts/action.tsx';
import { Badge } from '../parts/badge.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { browserWords } from '../parts/words.ts';
import { WorkspaceLine } from '../parts/workspaces.tsx';

interface Session {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly userAgent: string | null;
  readonly current: boolean;
}

export function AccountPage({ me }: { readonly me: Me }) {
  return (
    <>
      <h1>{me.user.displayName}</h1>
      <WorkspaceLine me={me} />
      <p>
        <Link href="/members">Members and quotas of the workspace</Link>
      </p>
      <p>
        <Link href="/account/security">Security: passkeys, authenticator app, recovery codes</Link>
      </p>
      <p>
        <Link href="/account/tokens">Tokens of programs</Link>
      </p>
      <p>
        <Link href="/account/feeds">Feeds of findings</Link>
      </p>
      <p>
        <Link href="/account/data">Your data: a copy of it, deleting it</Link>
      </p>
      {me.platformAdmin && (
        <p>
          <Link href="/admin">Administration: users, workspaces, audit, platform</Link>
        </p>
      )}
      <h2>Where you are signed in</h2>
      <Sessions />
      <h2>What administrators did with your account</h2>
      <AccountEvents />
      <h2>What you were told by mail</h2>
      <AccountMails />
    </>
  );
}

function Sessions() {
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => get<{ items: readonly Session[] }>('/sessions'),
  });
  const endAll = useMutation({
    mutationFn: () => call('POST', '/sign-out-everywhere'),
    onSuccess: () => location.assign('/sign-in?signed-out'),
  });
  if (sessions.isPending) return <Loading />;
  if (sessions.error) return <Failure error={sessions.error} />;
  return (
    <>
      <ul className="cards">
        {sessions.data.items.map((session) => (
          <li key={session.id} className="title">
            <span title={session.userAgent ?? ''}>{browserWords(session.userAgent)}</span>
            {session.current && <Badge tone="good">this browser</Badge>}
            <span className="muted">
              used <Time at={session.lastUsedAt} />, signed in <Time at={session.createdAt} />
            </span>
            <span className="grow" />
            {!session.current && (
              <Action method="DELETE" path={`/sessions/${session.id}`}>
                End
              </Action>
            )}
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" disabled={endAll.isPending} onClick={() => endAll.mutate()}>
          Sign out everywhere
        </button>
      </div>
      {endAll.error && <Failure error={endAll.error} />}
    </>
  );
}
