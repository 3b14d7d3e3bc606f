/** All workspaces, and what each may have and spend. */
import { useState } from 'react';
import { AdminList } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { LimitsForm } from '../parts/limitsForm.tsx';
import { limitWords, type Limits } from '../parts/limits.ts';
import { SearchForm } from '../parts/searchForm.tsx';
import { Time } from '../parts/time.tsx';
import { useAdminList } from '../parts/useAdmin.ts';
import { t } from '../texts/texts.ts';

interface Workspace {
  readonly id: string;
  readonly displayName: string;
  readonly kind: 'personal' | 'team';
  readonly createdAt: string;
  readonly limits: Limits;
}

export function AdminWorkspacesPage() {
  const [search, setSearch] = useState('');
  const { list, items } = useAdminList<Workspace>('workspaces', { search });
  return (
    <>
      <h2>{t('admin.parts.workspaces')}</h2>
      <p className="muted">{t('admin.workspaces.about')}</p>
      <div className="tools">
        <SearchForm label={t('admin.workspaces.search')} onSearch={setSearch} />
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty={t('admin.workspaces.none')}>
        <ul className="cards">
          {items.map((workspace) => (
            <Line key={workspace.id} workspace={workspace} />
          ))}
        </ul>
      </AdminList>
    </>
  );
}

function Line({
  workspace: { id, displayName, kind, createdAt, limits },
}: {
  readonly workspace: Workspace;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <div className="title">
        <strong>{displayName}</strong>
        {displayName !== id && <span className="muted">{id}</span>}
        <Badge tone="calm">{t(`admin.workspaces.kinds.${kind}`)}</Badge>
        <span className="muted">
          {t.rich('admin.workspaces.made', { at: () => <Time at={createdAt} /> })}
        </span>
        <span className="grow" />
        {!isOpen && (
          <button
            type="button"
            aria-label={t('admin.workspaces.changeWhose', { name: displayName })}
            onClick={() => setIsOpen(true)}
          >
            {t('admin.workspaces.change')}
          </button>
        )}
      </div>
      {isOpen ? (
        <LimitsForm workspace={id} limits={limits} onEnd={() => setIsOpen(false)} />
      ) : (
        <p className="muted">{limitWords(limits)}</p>
      )}
    </li>
  );
}
