/** All workspaces, and what each may have and spend. */
import { useState } from 'react';
import { AdminList } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { LimitsForm } from '../parts/limitsForm.tsx';
import { limitWords, type Limits } from '../parts/limits.ts';
import { SearchForm } from '../parts/searchForm.tsx';
import { Time } from '../parts/time.tsx';
import { useAdminList } from '../parts/useAdmin.ts';

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
      <h2>Workspaces</h2>
      <p className="muted">
        What each may have and spend. Administrators see nothing of what is in a workspace of
        others.
      </p>
      <div className="tools">
        <SearchForm label="Name or id" onSearch={setSearch} />
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty="No workspace is like that.">
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
        <Badge tone="calm">{kind}</Badge>
        <span className="muted">
          made <Time at={createdAt} />
        </span>
        <span className="grow" />
        {!isOpen && (
          <button
            type="button"
            aria-label={`Change limits: ${displayName}`}
            onClick={() => setIsOpen(true)}
          >
            Change limits
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
