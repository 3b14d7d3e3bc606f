/** Inviting people, who get a mail, by a link that is shown once; and the invitations that there are. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call, get } from '../api.ts';
import { Action } from './action.tsx';
import { Badge, type Tone } from './badge.tsx';
import { mailWords, type MailState } from './mailWords.ts';
import { ROLE_WORDS, type Role } from './memberLine.tsx';
import { Empty, Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';

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
      <h2>Invite somebody</h2>
      {made && <ShownLink made={made} done={() => setMade(undefined)} />}
      <InviteForm onMade={setMade} />
      <h2>Invitations</h2>
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
      <label htmlFor="invite-address">Mail address</label>
      <input
        id="invite-address"
        type="email"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        autoComplete="off"
        maxLength={254}
        required
      />
      <label htmlFor="invite-role">What they may do</label>
      <select id="invite-role" value={role} onChange={(event) => setRole(event.target.value)}>
        {Object.entries(ROLE_WORDS).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      <button type="submit" className="primary" disabled={invite.isPending}>
        Make an invitation
      </button>
      <p className="muted">
        They get a mail, and see the invitation when they sign in with this address. You get a link
        besides, in case no mail arrives. It is good for seven days, once, and for this address
        alone.
      </p>
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
    <section ref={section} className="caution" aria-label="Link of the invitation">
      <h3>
        {made.notMailed === null
          ? `A mail to ${made.address} is on its way`
          : `Send this link to ${made.address}`}
      </h3>
      {made.notMailed !== null && <p>No mail is sent: {made.notMailed}.</p>}
      <p>
        {made.notMailed === null && 'If it does not arrive, send them this link. '}
        It is shown this once; an older one to the same address is void.
      </p>
      <p>
        <code className="key">{made.link}</code>
      </p>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(made.link)}>
          Copy
        </button>
        <button type="button" className="primary" onClick={done}>
          Done
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
  if (invitations.data.items.length === 0) return <Empty>Nobody is invited.</Empty>;
  return (
    <ul className="cards">
      {invitations.data.items.map((invitation) => (
        <Line key={invitation.id} invitation={invitation} onMade={onMade} />
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<Invitation['state'], readonly [Tone, string]>> = {
  open: ['news', 'open'],
  accepted: ['good', 'accepted'],
  expired: ['warn', 'expired'],
  takenBack: ['calm', 'taken back'],
  declined: ['warn', 'declined'],
};

interface LineProps {
  readonly invitation: Invitation;
  readonly onMade: (made: Made) => void;
}

function Line({ invitation, onMade }: LineProps) {
  const { id, address, role, inviterName, createdAt, state } = invitation;
  const [tone, word] = STATES[state];
  return (
    <li>
      <div className="title">
        <span>{address}</span>
        <Badge tone={tone}>{word}</Badge>
        <span className="muted">
          as {role}
          {inviterName === null ? '' : `, by ${inviterName}`}, <Time at={createdAt} />
        </span>
        {state === 'open' && <MailFate of={invitation} />}
        <span className="grow" />
        {(state === 'open' || state === 'expired') && (
          <Renew invitation={invitation} onMade={onMade} />
        )}
        {state === 'open' && (
          <Action method="DELETE" path={`/invitations/${id}`}>
            Take back
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
        Send again
      </button>
      {renew.error && <Failure error={renew.error} />}
    </>
  );
}
