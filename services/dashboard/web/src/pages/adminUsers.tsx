/** Everybody who ever signed in: whose account is still in use, and ending what somebody has. */
import { useState } from 'react';
import { AdminAct } from '../parts/adminAct.tsx';
import { AdminList } from '../parts/adminList.tsx';
import { Badge } from '../parts/badge.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import { SearchForm } from '../parts/searchForm.tsx';
import { Time } from '../parts/time.tsx';
import { useAdminList } from '../parts/useAdmin.ts';

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
  ['', 'whenever seen'],
  ['30', 'unseen for 30 days'],
  ['90', 'unseen for 90 days'],
  ['365', 'unseen for a year'],
] as const;

export function AdminUsersPage() {
  const [search, setSearch] = useState('');
  const [inactiveDays, setInactiveDays] = useState('');
  const { list, items } = useAdminList<User>('users', { search, inactiveDays });
  return (
    <>
      <h2>Users</h2>
      <div className="tools">
        <SearchForm label="Name, address or id" onSearch={setSearch} />
        <label className="sort">
          Shown{' '}
          <select value={inactiveDays} onChange={(event) => setInactiveDays(event.target.value)}>
            {UNSEEN.map(([days, words]) => (
              <option key={days} value={days}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <CopyButton
          path={`/admin/users/export${inactiveDays === '' ? '' : `?inactiveDays=${inactiveDays}`}`}
          label="Download as CSV"
        />
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty="Nobody is like that.">
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
        {platformAdmin && <Badge tone="news">administrator</Badge>}
        {disabledAt !== null && <Badge tone="bad">shut out</Badge>}
        {passkeys === 0 && !hasApp && <Badge tone="warn">no second factor</Badge>}
        <span className="muted">
          seen <Time at={lastSeenAt} />
        </span>
      </div>
      <p className="muted">{belongings(user)}</p>
      <Acts user={user} />
    </li>
  );
}

/** Such as "owner in shop; 2 tokens; by https://accounts.google.com". */
function belongings({ memberships, tokens, issuer }: User): string {
  const places = memberships.map(({ workspace, role }) => `${role} in ${workspace}`).join(', ');
  const programs = tokens === 1 ? '1 token' : `${tokens} tokens`;
  return `${places === '' ? 'in no workspace' : places}; ${programs}; by ${issuer}`;
}

function Acts({ user: { id, displayName, disabledAt } }: { readonly user: User }) {
  return (
    <div className="actions">
      {disabledAt === null ? (
        <AdminAct
          label="Shut out"
          about={displayName}
          question={`Shut ${displayName} out? All sessions and tokens end within five seconds, and no other begins.`}
          path={`users/${id}/disable`}
        />
      ) : (
        <AdminAct
          label="Let in again"
          about={displayName}
          question={`Let ${displayName} in again? A new sign-in and new tokens are needed.`}
          path={`users/${id}/enable`}
        />
      )}
      <AdminAct
        label="Sign out everywhere"
        about={displayName}
        question={`End all sessions and tokens of ${displayName}? A new sign-in works at once.`}
        path={`users/${id}/sign-out`}
      />
    </div>
  );
}
