/** The pages of those who administer the whole installation. */
import { Link, Route, Switch, useLocation } from 'wouter';
import type { Me } from '../api.ts';
import { AdminAuditPage } from './adminAudit.tsx';
import { AdminPlatformPage } from './adminPlatform.tsx';
import { AdminUsersPage } from './adminUsers.tsx';
import { AdminWorkspacesPage } from './adminWorkspaces.tsx';
import { t } from '../texts/texts.ts';

const PARTS = [
  ['/admin', 'users'],
  ['/admin/workspaces', 'workspaces'],
  ['/admin/audit', 'audit'],
  ['/admin/platform', 'platform'],
] as const;

export function AdminPages({ me }: { readonly me: Me }) {
  const [place] = useLocation();
  if (!me.platformAdmin)
    return (
      <>
        <h1>{t('admin.title')}</h1>
        <p className="caution">{t('admin.onlyThey')}</p>
      </>
    );
  return (
    <>
      <h1>{t('admin.title')}</h1>
      <nav className="parts" aria-label={t('admin.title')}>
        {PARTS.map(([path, part]) => (
          <Link key={path} href={path} aria-current={place === path ? 'page' : undefined}>
            {t(`admin.parts.${part}`)}
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
            {t.rich('admin.noSuchPage', { users: (words) => <Link href="/admin">{words}</Link> })}
          </p>
        </Route>
      </Switch>
    </>
  );
}
