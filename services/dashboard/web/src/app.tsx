/** Which page is shown, and the frame around it. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import { ApiError, loadMe, type Me } from './api.ts';
import { useLiveEvents } from './live.ts';
import { MonitorsPage } from './pages/monitors.tsx';
import { SignInPage } from './pages/signIn.tsx';
import { ChangeNotice } from './parts/factorChanges.tsx';
import { Header } from './parts/header.tsx';
import { loaded } from './parts/loaded.ts';
import { Connection, Failure, Loading } from './parts/notice.tsx';
import { OwnInvitations } from './parts/ownInvitations.tsx';
import { StepUpDialog } from './parts/stepUpDialog.tsx';
import { RoleProvider } from './parts/workspaces.tsx';
import { learnLater } from './texts/catalogues.ts';
import { t } from './texts/texts.ts';

// The list is what most people open; the rest of the pages comes when it is gone to, with its texts.
function later<Props>(load: () => Promise<React.FC<Props>>) {
  return lazy(async () => {
    const [page] = await loaded(() => Promise.all([load(), learnLater()]));
    return { default: page };
  });
}

const AccountPage = later(async () => (await import('./pages/account.tsx')).AccountPage);
const AcknowledgePage = later(
  async () => (await import('./pages/acknowledge.tsx')).AcknowledgePage,
);
const ChannelsPage = later(async () => (await import('./pages/channels.tsx')).ChannelsPage);
const AdminPages = later(async () => (await import('./pages/admin.tsx')).AdminPages);
const CheckPage = later(async () => (await import('./pages/check.tsx')).CheckPage);
const ConfirmPage = later(async () => (await import('./pages/confirm.tsx')).ConfirmPage);
const DataPage = later(async () => (await import('./pages/data.tsx')).DataPage);
const EditPage = later(async () => (await import('./pages/edit.tsx')).EditPage);
const FeedsPage = later(async () => (await import('./pages/feeds.tsx')).FeedsPage);
const FindingPage = later(async () => (await import('./pages/finding.tsx')).FindingPage);
const FindingsPage = later(async () => (await import('./pages/findings.tsx')).FindingsPage);
const ImportPage = later(async () => (await import('./pages/import.tsx')).ImportPage);
const InvitationPage = later(async () => (await import('./pages/invitation.tsx')).InvitationPage);
const MembersPage = later(async () => (await import('./pages/members.tsx')).MembersPage);
const MonitorPage = later(async () => (await import('./pages/monitor.tsx')).MonitorPage);
const NewMonitorPage = later(async () => (await import('./pages/newMonitor.tsx')).NewMonitorPage);
const NoWorkspacePage = later(
  async () => (await import('./pages/noWorkspace.tsx')).NoWorkspacePage,
);
const SecurityPage = later(async () => (await import('./pages/security.tsx')).SecurityPage);
const TokensPage = later(async () => (await import('./pages/tokens.tsx')).TokensPage);
const UnsubscribePage = later(
  async () => (await import('./pages/unsubscribe.tsx')).UnsubscribePage,
);

export function App() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/sign-in" component={SignInPage} />
        <Route path="/acknowledge" component={AcknowledgePage} />
        <Route path="/confirm" component={ConfirmPage} />
        <Route path="/unsubscribe" component={UnsubscribePage} />
        <Route component={SignedIn} />
      </Switch>
    </Suspense>
  );
}

function SignedIn() {
  const me = useQuery({ queryKey: ['me'], queryFn: loadMe, refetchInterval: false });
  const isOut = me.error instanceof ApiError && me.error.status === 401;
  const isLost = useLiveEvents(isOut ? null : (me.data?.workspace ?? null));
  if (me.isPending) return <Loading />;
  if (isOut) return <SignInPage />;
  // What is known of the person stands while the server is away for a moment.
  if (!me.data) return <Failure error={me.error} />;
  if (me.data.workspace === null) return <Homeless me={me.data} />;
  return (
    <RoleProvider me={me.data}>
      <Header me={me.data} />
      <StepUpDialog />
      <Connection isLost={isLost} />
      <main>
        <ChangeNotice />
        <OwnInvitations />
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/" component={MonitorsPage} />
            <Route path="/channels" component={ChannelsPage} />
            <Route path="/import" component={ImportPage} />
            <Route path="/new" component={NewMonitorPage} />
            <Route path="/monitors/:name">{({ name }) => <MonitorPage name={name} />}</Route>
            <Route path="/monitors/:name/edit">{({ name }) => <EditPage name={name} />}</Route>
            <Route path="/checks/:id">{({ id }) => <CheckPage id={id} />}</Route>
            <Route path="/account">
              <AccountPage me={me.data} />
            </Route>
            <Route path="/account/data">
              <DataPage me={me.data} />
            </Route>
            <Route path="/account/feeds" component={FeedsPage} />
            <Route path="/account/security" component={SecurityPage} />
            <Route path="/account/tokens" component={TokensPage} />
            <Route path="/admin/*?">
              <AdminPages me={me.data} />
            </Route>
            <Route path="/members">
              <MembersPage me={me.data} />
            </Route>
            <Route path="/invitation" component={InvitationPage} />
            <Route path="/findings" component={FindingsPage} />
            <Route path="/findings/:id">{({ id }) => <FindingPage id={id} />}</Route>
            <Route>
              <h1>{t('frame.nothingHere')}</h1>
              <p>
                {t.rich('frame.noSuchPage', { back: (words) => <Link href="/">{words}</Link> })}
              </p>
            </Route>
          </Switch>
        </Suspense>
      </main>
    </RoleProvider>
  );
}

/** Whoever has no workspace still has an account. */
const Homeless = ({ me }: { readonly me: Me }) => (
  <Switch>
    <Route path="/account/data">
      <StepUpDialog />
      <main>
        <DataPage me={me} />
      </main>
    </Route>
    <Route path="/admin/*?">
      <StepUpDialog />
      <main>
        <AdminPages me={me} />
      </main>
    </Route>
    <Route path="/invitation">
      <main>
        <InvitationPage />
      </main>
    </Route>
    <Route>
      <NoWorkspacePage whyNone={me.whyNone ?? ''} />
    </Route>
  </Switch>
);
