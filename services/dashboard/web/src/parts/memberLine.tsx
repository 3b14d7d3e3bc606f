/** One member: who it is, what they may do, changing that and taking them out. */
import { useState } from 'react';
import { call } from '../api.ts';
import { Asked, Question } from './asked.tsx';
import { Badge } from './badge.tsx';
import { Time } from './time.tsx';

export type Role = 'owner' | 'editor' | 'viewer';

/** What each may do, the least first. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'viewer: sees everything',
  editor: 'editor: changes monitors and channels',
  owner: 'owner: also members and the workspace itself',
};

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
        {isSelf && <Badge tone="good">you</Badge>}
        {!mayChange && <Badge tone="calm">{role}</Badge>}
        <span className="muted">
          since <Time at={createdAt} />
        </span>
        <span className="grow" />
        {mayChange && !isSelf && (
          <Asked
            label="Remove"
            question={`Remove ${displayName}? What ${displayName} made stays; tokens of ${displayName} here end.`}
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
          aria-label={`Role of ${displayName}`}
          value={wanted ?? role}
          onChange={(event) => setWanted(event.target.value as Role)}
        >
          {Object.entries(ROLE_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </p>
      {wanted !== undefined && wanted !== role && (
        <Question
          question={`Make ${displayName} ${wanted === 'viewer' ? 'a' : 'an'} ${wanted}?`}
          yes="Change"
          onYes={() => call('PUT', `/members/${userId}`, { role: wanted })}
          onEnd={() => setWanted(undefined)}
        />
      )}
    </>
  );
}
