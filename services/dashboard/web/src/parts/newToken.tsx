/** Makes an API token, and shows its secret this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';
import { useRole } from './workspaces.tsx';
import { t } from '../texts/texts.ts';

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
      <label htmlFor="token-name">{t('tokens.make.name')}</label>
      <input
        id="token-name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        maxLength={100}
        required
      />
      <label htmlFor="token-scope">{t('tokens.make.scope')}</label>
      <select id="token-scope" value={scope} onChange={(event) => setScope(event.target.value)}>
        {SCOPES[role].map((one) => (
          <option key={one} value={one}>
            {t(`tokens.scopes.${one}`)}
          </option>
        ))}
      </select>
      <button type="submit" className="primary" disabled={make.isPending}>
        {t('tokens.make.button')}
      </button>
      <p className="muted">{t('tokens.make.ends')}</p>
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
    <section ref={section} className="caution" aria-label={t('tokens.shown.title')}>
      <h2>{t('tokens.shown.keep', { name })}</h2>
      <p>{t('tokens.shown.once')}</p>
      <p>
        <code className="key">{secret}</code>
      </p>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(secret)}>
          {t('tokens.shown.copy')}
        </button>
        <button type="button" className="primary" onClick={done}>
          {t('tokens.shown.kept')}
        </button>
      </div>
    </section>
  );
}
