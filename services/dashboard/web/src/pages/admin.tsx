/** The pages of those who administer the whole installation. */
import { Link, Route, Switch, useLocation } from 'wouter';
import type { Me } from '../api.ts';
import { AdminAuditPage } from './adminAudit.tsx';
import { AdminPlatformPage } from './adminPlatform.tsx';
import { AdminUsersPage } from './adminUsers.tsx';
import { AdminWorkspacesPage } from './adminWorkspaces.tsx';

const PARTS = [
  ['/admin', 'Users'],
  ['/admin/workspaces', 'Workspaces'],
  ['/admin/audit', 'Audit'],
  ['/admin/platform', 'Platform'],
] as const;

export function AdminPages({ me }: { readonly me: Me }) {
  const [place] = useLocation();
  if (!me.platformAdmin)
    return (
      <>
        <h1>Administration</h1>
        <p className="caution">
          Only administrators of the installation see this. Whoever runs it makes one by npx duckmon
          admin grant-admin, in a cluster by kubectl monitor grant-admin.
        </p>
      </>
    );
  return (
    <>
      <h1>Administration</h1>
      <nav className="parts" aria-label="Administration">
        {PARTS.map(([path, words]) => (
          <Link key={path} href={path} aria-current={place === path ? 'page' : undefined}>
            {words}
          </Link>
        ))}
      </nav>
      <Switch>
        <Route path="/admin" component={AdminUsersPage} />
        <Route path="/admin/workspaces" component={AdminWorkspacesPage} />
        <Route path="/admin/audit" component={AdminAuditPage} />
        <Route path="/admin/platform" component={AdminPlatformPage} />
        <Route>
          <p>
            This page does not exist. <Link href="/admin">To the users</Link>
          </p>
        </Route>
      </Switch>
    </>
  );
}
