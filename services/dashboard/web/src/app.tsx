/** Which page is shown, and the frame around it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, Route, Switch } from 'wouter';
import { ApiError, loadMe } from './api.ts';
import { AccountPage } from './pages/account.tsx';
import { AcknowledgePage } from './pages/acknowledge.tsx';
import { CheckPage } from './pages/check.tsx';
import { ConfirmPage } from './pages/confirm.tsx';
import { EditPage } from './pages/edit.tsx';
import { FindingPage } from './pages/finding.tsx';
import { FindingsPage } from './pages/findings.tsx';
import { MonitorPage } from './pages/monitor.tsx';
import { MonitorsPage } from './pages/monitors.tsx';
import { NoWorkspacePage } from './pages/noWorkspace.tsx';
import { SecurityPage } from './pages/security.tsx';
import { SignInPage } from './pages/signIn.tsx';
import { TokensPage } from './pages/tokens.tsx';
import { UnsubscribePage } from './pages/unsubscribe.tsx';
import { ChangeNotice } from './parts/factorChanges.tsx';
import { Header } from './parts/header.tsx';
import { Failure, Loading } from './parts/notice.tsx';
import { StepUpDialog } from './parts/stepUpDialog.tsx';
import { RoleProvider } from './parts/workspaces.tsx';
import { inWorkspace } from './workspace.ts';

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
  useLiveEvents(me.data?.workspace ?? null);
  if (me.isPending) return <Loading />;
  if (me.error instanceof ApiError && me.error.status === 401) return <SignInPage />;
  if (me.error) return <Failure error={me.error} />;
  if (me.data.workspace === null) return <NoWorkspacePage whyNone={me.data.whyNone ?? ''} />;
  return (
    <RoleProvider me={me.data}>
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
          <Route path="/account/tokens" component={TokensPage} />
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
    </RoleProvider>
  );
}

/** Asks again for what is shown whenever the server says that something happened. */
function useLiveEvents(workspace: string | null) {
  const queries = useQueryClient();
  useEffect(() => {
    if (workspace === null) return undefined;
    const source = new EventSource(inWorkspace('/api/v1/events'));
    source.addEventListener('message', () => {
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    });
    return () => source.close();
  }, [workspace, queries]);
}
