/** Everybody who ever signed in: whose account is still in use, and ending what somebody has. */
import { useState } from 'react';
import { AdminAct } from '../parts/adminAct.tsx';
import { AdminList } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import { SearchForm } from '../parts/searchForm.tsx';
import { Time } from '../parts/time.tsx';
import { useAdminList } from '../parts/useAdmin.ts';
import { known, t } from '../texts/texts.ts';

interface User {
  readonly id: string;
  readonly issuer: string;
  readonly email: string | null;
  readonly displayName: string;
  readonly platformAdmin: boolean;
  readonly disabledAt: string | null;
  readonly lastSeenAt: string;
  readonly passkeys: number;
  readonly hasApp: boolean;
  readonly memberships: readonly { readonly workspace: string; readonly role: string }[];
  readonly tokens: number;
}

const UNSEEN = [
  ['', 'whenever'],
  ['30', 'month'],
  ['90', 'quarter'],
  ['365', 'year'],
] as const;

export function AdminUsersPage() {
  const [search, setSearch] = useState('');
  const [inactiveDays, setInactiveDays] = useState('');
  const { list, items } = useAdminList<User>('users', { search, inactiveDays });
  return (
    <>
      <h2>{t('admin.parts.users')}</h2>
      <div className="tools">
        <SearchForm label={t('admin.users.search')} onSearch={setSearch} />
        <label className="sort">
          {t('admin.users.shown')}{' '}
          <select value={inactiveDays} onChange={(event) => setInactiveDays(event.target.value)}>
            {UNSEEN.map(([days, unseen]) => (
              <option key={days} value={days}>
                {t(`admin.users.unseen.${unseen}`)}
              </option>
            ))}
          </select>
        </label>
        <CopyButton
          path={`/admin/users/export${inactiveDays === '' ? '' : `?inactiveDays=${inactiveDays}`}`}
          label={t('admin.csv')}
        />
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty={t('admin.users.none')}>
        <ul className="cards">
          {items.map((user) => (
            <UserLine key={user.id} user={user} />
          ))}
        </ul>
      </AdminList>
    </>
  );
}

function UserLine({ user }: { readonly user: User }) {
  const { displayName, email, platformAdmin, disabledAt, passkeys, hasApp, lastSeenAt } = user;
  return (
    <li>
      <div className="title">
        <strong>{displayName}</strong>
        {email !== null && email !== displayName && <span className="muted">{email}</span>}
        {platformAdmin && <Badge tone="news">{t('admin.users.administrator')}</Badge>}
        {disabledAt !== null && <Badge tone="bad">{t('admin.users.shutOut')}</Badge>}
        {passkeys === 0 && !hasApp && <Badge tone="warn">{t('admin.users.noFactor')}</Badge>}
        <span className="muted">
          {t.rich('admin.users.seen', { at: () => <Time at={lastSeenAt} /> })}
        </span>
      </div>
      <p className="muted">{belongings(user)}</p>
      <Acts user={user} />
    </li>
  );
}

/** Such as "owner in shop; 2 tokens; by https://accounts.google.com". */
function belongings({ memberships, tokens, issuer }: User): string {
  const places = memberships.map(({ workspace, role }) =>
    t('admin.users.roleIn', { role: known('frame.roles', role) ?? role, workspace }),
  );
  return [
    places.length === 0 ? t('admin.users.inNone') : places.join(', '),
    t('admin.users.tokens', { count: tokens }),
    t('admin.users.by', { issuer }),
  ].join('; ');
}

function Acts({ user: { id, displayName, disabledAt } }: { readonly user: User }) {
  return (
    <div className="actions">
      {disabledAt === null ? (
        <AdminAct
          label={t('admin.users.disable')}
          about={displayName}
          question={t('admin.users.disableQuestion', { name: displayName })}
          path={`users/${id}/disable`}
        />
      ) : (
        <AdminAct
          label={t('admin.users.enable')}
          about={displayName}
          question={t('admin.users.enableQuestion', { name: displayName })}
          path={`users/${id}/enable`}
        />
      )}
      <AdminAct
        label={t('admin.users.signOut')}
        about={displayName}
        question={t('admin.users.signOutQuestion', { name: displayName })}
        path={`users/${id}/sign-out`}
      />
    </div>
  );
}
