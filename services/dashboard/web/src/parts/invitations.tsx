/** Inviting people, who get a mail, by a link that is shown once; and the invitations that there are. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call, get } from '../api.ts';
import { Action } from './action.tsx';
import { Badge, type Tone } from './badge.tsx';
import { mailWords, type MailState } from './mailWords.ts';
import { RoleOptions, type Role } from './memberLine.tsx';
import { Empty, Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { t } from '../texts/texts.ts';

interface Invitation {
  readonly id: string;
  readonly address: string;
  readonly role: Role;
  readonly inviterName: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: 'open' | 'accepted' | 'expired' | 'takenBack' | 'declined';
  readonly mailState: MailState | null;
  readonly mailError: string | null;
}

interface Linked {
  readonly link: string;
  /** Why no mail goes out; null where one does. */
  readonly notMailed: string | null;
}

interface Made extends Linked {
  readonly address: string;
}

export function Invitations() {
  const [made, setMade] = useState<Made>();
  return (
    <>
      <h2>{t('members.invite.title')}</h2>
      {made && <ShownLink made={made} done={() => setMade(undefined)} />}
      <InviteForm onMade={setMade} />
      <h2>{t('members.invite.all')}</h2>
      <List onMade={setMade} />
    </>
  );
}

function InviteForm({ onMade }: { readonly onMade: (made: Made) => void }) {
  const [address, setAddress] = useState('');
  const [role, setRole] = useState('viewer');
  const queries = useQueryClient();
  const invite = useMutation({
    mutationFn: () => call<Linked>('POST', '/invitations', { address, role }),
    onSuccess: (linked) => {
      onMade({ address, ...linked });
      setAddress('');
      return queries.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <label htmlFor="invite-address">{t('members.invite.address')}</label>
      <input
        id="invite-address"
        type="email"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        autoComplete="off"
        maxLength={254}
        required
      />
      <label htmlFor="invite-role">{t('members.invite.role')}</label>
      <select id="invite-role" value={role} onChange={(event) => setRole(event.target.value)}>
        <RoleOptions />
      </select>
      <button type="submit" className="primary" disabled={invite.isPending}>
        {t('members.invite.button')}
      </button>
      <p className="muted">{t('members.invite.how')}</p>
      {invite.error && <Failure error={invite.error} />}
    </form>
  );
}

function ShownLink({ made, done }: { readonly made: Made; readonly done: () => void }) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'center' });
  }, [made.link]);
  return (
    <section ref={section} className="caution" aria-label={t('members.invite.link')}>
      <h3>
        {made.notMailed === null
          ? t('members.invite.mailed', { address: made.address })
          : t('members.invite.sendLink', { address: made.address })}
      </h3>
      {made.notMailed !== null && (
        <p>{t('members.invite.notMailed', { reason: made.notMailed })}</p>
      )}
      <p>
        {made.notMailed === null
          ? t('members.invite.mailedShownOnce')
          : t('members.invite.shownOnce')}
      </p>
      <p>
        <code className="key">{made.link}</code>
      </p>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(made.link)}>
          {t('members.invite.copy')}
        </button>
        <button type="button" className="primary" onClick={done}>
          {t('members.invite.done')}
        </button>
      </div>
    </section>
  );
}

function List({ onMade }: { readonly onMade: (made: Made) => void }) {
  const invitations = useQuery({
    queryKey: ['invitations'],
    queryFn: () => get<{ items: readonly Invitation[] }>('/invitations'),
  });
  if (invitations.isPending) return <Loading />;
  if (invitations.error) return <Failure error={invitations.error} />;
  if (invitations.data.items.length === 0) return <Empty>{t('members.invite.nobody')}</Empty>;
  return (
    <ul className="cards">
      {invitations.data.items.map((invitation) => (
        <Line key={invitation.id} invitation={invitation} onMade={onMade} />
      ))}
    </ul>
  );
}

const TONES: Readonly<Record<Invitation['state'], Tone>> = {
  open: 'news',
  accepted: 'good',
  expired: 'warn',
  takenBack: 'calm',
  declined: 'warn',
};

interface LineProps {
  readonly invitation: Invitation;
  readonly onMade: (made: Made) => void;
}

function Line({ invitation, onMade }: LineProps) {
  const { id, address, role: of, inviterName: inviter, createdAt, state } = invitation;
  const [role, at] = [t(`frame.roles.${of}`), () => <Time at={createdAt} />];
  return (
    <li>
      <div className="title">
        <span>{address}</span>
        <Badge tone={TONES[state]}>{t(`members.invite.states.${state}`)}</Badge>
        <span className="muted">
          {inviter === null
            ? t.rich('members.invite.as', { role, at })
            : t.rich('members.invite.asBy', { role, inviter, at })}
        </span>
        {state === 'open' && <MailFate of={invitation} />}
        <span className="grow" />
        {(state === 'open' || state === 'expired') && (
          <Renew invitation={invitation} onMade={onMade} />
        )}
        {state === 'open' && (
          <Action method="DELETE" path={`/invitations/${id}`}>
            {t('members.invite.takeBack')}
          </Action>
        )}
      </div>
    </li>
  );
}

/** What became of the mail: nothing where none was written. */
function MailFate({ of: { mailState, mailError } }: { readonly of: Invitation }) {
  if (mailState === null) return null;
  const words = mailWords(mailState);
  return <span className="muted">{mailError === null ? words : `${words}: ${mailError}`}</span>;
}

function Renew({ invitation: { id, address }, onMade }: LineProps) {
  const queries = useQueryClient();
  const renew = useMutation({
    mutationFn: () => call<Linked>('POST', `/invitations/${id}/resend`, {}),
    onSuccess: (linked) => {
      onMade({ address, ...linked });
      return queries.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  return (
    <>
      <button type="button" disabled={renew.isPending} onClick={() => renew.mutate()}>
        {t('members.invite.again')}
      </button>
      {renew.error && <Failure error={renew.error} />}
    </>
  );
}
