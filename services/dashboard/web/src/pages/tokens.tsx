/** The API tokens of the person in this workspace: which there are, making one, ending one. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { get } from '../api.ts';
import { Action } from '../parts/action.tsx';
import { Badge } from '../parts/badge.tsx';
import { NewToken, ShownSecret, type MadeToken } from '../parts/newToken.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { t } from '../texts/texts.ts';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: 'read' | 'write' | 'admin';
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly refreshReusedAt: string | null;
}

export function TokensPage() {
  const [made, setMade] = useState<MadeToken>();
  return (
    <>
      <p className="crumbs">
        <Link href="/account">{t('tokens.account')}</Link>
      </p>
      <h1>{t('tokens.title')}</h1>
      <p className="muted">{t('tokens.about')}</p>
      {made && <ShownSecret made={made} done={() => setMade(undefined)} />}
      <Tokens />
      <h2>{t('tokens.make.title')}</h2>
      <NewToken onMade={setMade} />
    </>
  );
}

function Tokens() {
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: () => get<{ items: readonly Token[] }>('/tokens'),
  });
  if (tokens.isPending) return <Loading />;
  if (tokens.error) return <Failure error={tokens.error} />;
  if (tokens.data.items.length === 0) return <Empty>{t('tokens.none')}</Empty>;
  return (
    <ul className="cards">
      {tokens.data.items.map((token) => (
        <Line key={token.id} token={token} />
      ))}
    </ul>
  );
}

function Line({ token }: { readonly token: Token }) {
  const { id, name, scope, createdAt, expiresAt, lastUsedAt, refreshReusedAt } = token;
  return (
    <li>
      <div className="title">
        <span>{name}</span>
        <Badge tone="calm">{t(`tokens.scopes.${scope}`)}</Badge>
        <span className="muted">
          {t.rich('tokens.made', { made: () => <Time at={createdAt} /> })}
          {', '}
          {lastUsedAt === null
            ? t('tokens.neverUsed')
            : t.rich('tokens.used', { used: () => <Time at={lastUsedAt} /> })}
          {', '}
          {expiresAt === null
            ? t('tokens.neverEnds')
            : t('tokens.ends', { day: expiresAt.slice(0, 10) })}
        </span>
        <span className="grow" />
        <Action method="DELETE" path={`/tokens/${id}`}>
          {t('tokens.end')}
        </Action>
      </div>
      {refreshReusedAt !== null && (
        <p role="alert" className="alert">
          {t.rich('tokens.copied', { at: () => <Time at={refreshReusedAt} /> })}
        </p>
      )}
    </li>
  );
}
