/** Which page is shown, and the frame around it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { ApiError, call, loadMe, type Me } from './api.ts';
import { AccountPage } from './pages/account.tsx';
import { AcknowledgePage } from './pages/acknowledge.tsx';
import { CheckPage } from './pages/check.tsx';
import { ConfirmPage } from './pages/confirm.tsx';
import { EditPage } from './pages/edit.tsx';
import { FindingPage } from './pages/finding.tsx';
import { FindingsPage } from './pages/findings.tsx';
import { MonitorPage } from './pages/monitor.tsx';
import { MonitorsPage } from './pages/monitors.tsx';
import { SecurityPage } from './pages/security.tsx';
import { SignInPage } from './pages/signIn.tsx';
import { UnsubscribePage } from './pages/unsubscribe.tsx';
import { ChangeNotice } from './parts/factorChanges.tsx';
import { Failure, Loading } from './parts/notice.tsx';
import { StepUpDialog } from './parts/stepUpDialog.tsx';

export function App() {
  return (
    <Switch>
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/acknowledge" component={AcknowledgePage} />
      <Route path="/confirm" component={ConfirmPage} />
      <Route path="/unsubscribe" component={UnsubscribePage} />
      <Route component={SignedIn} />
    </Switch>
  );
}

function SignedIn() {
  const me = useQuery({ queryKey: ['me'], queryFn: loadMe, refetchInterval: false });
  useLiveEvents(me.data !== undefined);
  if (me.isPending) return <Loading />;
  if (me.error instanceof ApiError && me.error.status === 401) return <SignInPage />;
  if (me.error) return <Failure error={me.error} />;
  return (
    <>
      <Header me={me.data} />
      <StepUpDialog />
      <main>
        <ChangeNotice />
        <Switch>
          <Route path="/" component={MonitorsPage} />
          <Route path="/monitors/:name">{({ name }) => <MonitorPage name={name} />}</Route>
          <Route path="/monitors/:name/edit">{({ name }) => <EditPage name={name} />}</Route>
          <Route path="/checks/:id">{({ id }) => <CheckPage id={id} />}</Route>
          <Route path="/account">
            <AccountPage me={me.data} />
          </Route>
          <Route path="/account/security" component={SecurityPage} />
          <Route path="/findings" component={FindingsPage} />
          <Route path="/findings/:id">{({ id }) => <FindingPage id={id} />}</Route>
          <Route>
            <h1>Nothing here</h1>
            <p>
              This page does not exist. <Link href="/">Back to the monitors</Link>
            </p>
          </Route>
        </Switch>
      </main>
    </>
  );
}

function Header({ me }: { readonly me: Me }) {
  const [place] = useLocation();
  const queries = useQueryClient();
  const signOut = async () => {
    await call('POST', '/sign-out');
    queries.clear();
    location.assign('/sign-in?signed-out');
  };
  return (
    <header className="bar">
      <Link href="/" className="brand">
        duckmon
      </Link>
      <nav aria-label="Main">
        <Link
          href="/"
          aria-current={place === '/' || place.startsWith('/monitors') ? 'page' : undefined}
        >
          Monitors
        </Link>
        <Link href="/findings" aria-current={place.startsWith('/findings') ? 'page' : undefined}>
          Findings
        </Link>
      </nav>
      <Link href="/account" className="who" aria-label={`Account of ${me.user.displayName}`}>
        <span>{me.user.displayName}</span>
        <abbr aria-hidden="true">{Array.from(me.user.displayName).at(0)?.toUpperCase()}</abbr>
      </Link>
      <button type="button" className="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </header>
  );
}

/** Asks again for what is shown whenever the server says that something happened. */
function useLiveEvents(on: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!on) return undefined;
    const source = new EventSource('/api/v1/events');
    source.addEventListener('message', () => {
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    });
    return () => source.close();
  }, [on, queries]);
}
