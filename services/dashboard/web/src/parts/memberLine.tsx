/** One member: who it is, what they may do, changing that and taking them out. */
import { useState } from 'react';
import { call } from '../api.ts';
import { Asked, Question } from './asked.tsx';
import { Badge } from './badge.tsx';
import { Time } from './time.tsx';
import { t } from '../texts/texts.ts';

export type Role = 'owner' | 'editor' | 'viewer';

const ROLES = ['viewer', 'editor', 'owner'] as const satisfies readonly Role[];

/** What each may do, the least first; for a select. */
export const RoleOptions = () =>
  ROLES.map((role) => (
    <option key={role} value={role}>
      {t(`members.roles.${role}`)}
    </option>
  ));

export interface Member {
  readonly userId: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly role: Role;
  readonly createdAt: string;
  readonly isSelf: boolean;
}

interface Props {
  readonly member: Member;
  /** Whoever looks may change it. */
  readonly mayChange: boolean;
}

export function MemberLine({ member, mayChange }: Props) {
  const { userId, displayName, email, role, createdAt, isSelf } = member;
  return (
    <li>
      <div className="title">
        <span>{displayName}</span>
        {email !== null && email !== displayName && <span className="muted">{email}</span>}
        {isSelf && <Badge tone="good">{t('members.you')}</Badge>}
        {!mayChange && <Badge tone="calm">{t(`frame.roles.${role}`)}</Badge>}
        <span className="muted">
          {t.rich('members.since', { at: () => <Time at={createdAt} /> })}
        </span>
        <span className="grow" />
        {mayChange && !isSelf && (
          <Asked
            label={t('members.remove')}
            question={t('members.removeQuestion', { name: displayName })}
            method="DELETE"
            path={`/members/${userId}`}
          />
        )}
      </div>
      {mayChange && <RoleChoice member={member} />}
    </li>
  );
}

function RoleChoice({ member: { userId, displayName, role } }: { readonly member: Member }) {
  const [wanted, setWanted] = useState<Role>();
  return (
    <>
      <p>
        <select
          aria-label={t('members.roleOf', { name: displayName })}
          value={wanted ?? role}
          onChange={(event) => setWanted(event.target.value as Role)}
        >
          <RoleOptions />
        </select>
      </p>
      {wanted !== undefined && wanted !== role && (
        <Question
          question={t(`members.make.${wanted}`, { name: displayName })}
          yes={t('members.change')}
          onYes={() => call('PUT', `/members/${userId}`, { role: wanted })}
          onEnd={() => setWanted(undefined)}
        />
      )}
    </>
  );
}
