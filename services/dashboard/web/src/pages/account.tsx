/** Who is signed in, and where: sessions can be ended here. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call, get, type Me } from '../api.ts';
import { AccountEvents } from '../parts/accountEvents.tsx';
import { AccountMails } from '../parts/accountMails.tsx';
import { Action } from '../parts/action.tsx';
import { Badge } from '../parts/badge.tsx';
import { LanguageChoice } from '../parts/languageChoice.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { browserWords } from '../parts/words.ts';
import { WorkspaceLine } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

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
        <Link href="/members">{t('account.members')}</Link>
      </p>
      <p>
        <Link href="/account/security">{t('account.security')}</Link>
      </p>
      <p>
        <Link href="/account/tokens">{t('account.tokens')}</Link>
      </p>
      <p>
        <Link href="/account/feeds">{t('account.feeds')}</Link>
      </p>
      <p>
        <Link href="/account/data">{t('account.data')}</Link>
      </p>
      {me.platformAdmin && (
        <p>
          <Link href="/admin">{t('account.admin')}</Link>
        </p>
      )}
      <LanguageChoice />
      <h2>{t('account.sessions')}</h2>
      <Sessions />
      <h2>{t('account.events')}</h2>
      <AccountEvents />
      <h2>{t('account.mails')}</h2>
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
            {session.current && <Badge tone="good">{t('account.thisBrowser')}</Badge>}
            <span className="muted">
              {t.rich('account.sessionTimes', {
                used: () => <Time at={session.lastUsedAt} />,
                since: () => <Time at={session.createdAt} />,
              })}
            </span>
            <span className="grow" />
            {!session.current && (
              <Action method="DELETE" path={`/sessions/${session.id}`}>
                {t('account.end')}
              </Action>
            )}
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" disabled={endAll.isPending} onClick={() => endAll.mutate()}>
          {t('account.signOutEverywhere')}
        </button>
      </div>
      {endAll.error && <Failure error={endAll.error} />}
    </>
  );
}
