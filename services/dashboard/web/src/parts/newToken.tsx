/** Makes an API token, and shows its secret this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';
import { useRole } from './workspaces.tsx';

export interface MadeToken {
  readonly name: string;
  readonly secret: string;
}

/** The scopes that a role may give away, the narrowest first. */
const SCOPES = {
  viewer: ['read'],
  editor: ['read', 'write'],
  owner: ['read', 'write', 'admin'],
} as const;

export function NewToken({ onMade }: { readonly onMade: (made: MadeToken) => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const role = useRole();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => call<MadeToken>('POST', '/tokens', { name, scope }),
    onSuccess: (made) => {
      setName('');
      onMade(made);
      return queries.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <label htmlFor="token-name">What it is for</label>
      <input
        id="token-name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        maxLength={100}
        required
      />
      <label htmlFor="token-scope">What it may do</label>
      <select id="token-scope" value={scope} onChange={(event) => setScope(event.target.value)}>
        {SCOPES[role].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <button type="submit" className="primary" disabled={make.isPending}>
        Make
      </button>
      <p className="muted">It ends after 90 days.</p>
      {make.error && <Failure error={make.error} />}
    </form>
  );
}

interface ShownProps {
  readonly made: MadeToken;
  readonly done: () => void;
}

export function ShownSecret({ made: { name, secret }, done }: ShownProps) {
  const section = useRef<HTMLElement>(null);
  // What made it stands below.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'center' });
  }, [secret]);
  return (
    <section ref={section} className="caution" aria-label="New token">
      <h2>Keep the token {name}</h2>
      <p>It is shown this once.</p>
      <p>
        <code className="key">{secret}</code>
      </p>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(secret)}>
          Copy
        </button>
        <button type="button" className="primary" onClick={done}>
          I have kept it
        </button>
      </div>
    </section>
  );
}
