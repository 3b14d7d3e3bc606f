/** What stands above every page. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { call, type Me } from '../api.ts';
import duck from '../duck.svg';
import { WorkspaceSwitch } from './workspaces.tsx';
import { t } from '../texts/texts.ts';

export function Header({ me }: { readonly me: Me }) {
  const [place] = useLocation();
  return (
    <header className="bar">
      <Link href="/" className="brand">
        <img src={duck} alt="" />
        <span>duckmon</span>
      </Link>
      <nav aria-label={t('frame.main')}>
        <Link
          href="/"
          aria-current={
            ['/', '/new', '/import'].includes(place) || place.startsWith('/monitors')
              ? 'page'
              : undefined
          }
        >
          {t('frame.monitors')}
        </Link>
        <Link href="/findings" aria-current={place.startsWith('/findings') ? 'page' : undefined}>
          {t('frame.findings')}
        </Link>
        <Link href="/channels" aria-current={place.startsWith('/channels') ? 'page' : undefined}>
          {t('frame.channels')}
        </Link>
      </nav>
      <WorkspaceSwitch me={me} />
      <Link
        href="/account"
        className="who"
        aria-label={t('frame.accountOf', { name: me.user.displayName })}
      >
        <span>{me.user.displayName}</span>
        <abbr aria-hidden="true">{Array.from(me.user.displayName).at(0)?.toUpperCase()}</abbr>
      </Link>
      <SignOut />
    </header>
  );
}

export function SignOut() {
  const queries = useQueryClient();
  const signOut = async () => {
    await call('POST', '/sign-out');
    queries.clear();
    location.assign('/sign-in?signed-out');
  };
  return (
    <button type="button" className="quiet" onClick={() => void signOut()}>
      {t('frame.signOut')}
    </button>
  );
}
