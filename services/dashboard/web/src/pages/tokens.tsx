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
        <Link href="/account">Account</Link>
      </p>
      <h1>Tokens</h1>
      <p className="muted">Programs use them in your name, in this workspace alone.</p>
      {made && <ShownSecret made={made} done={() => setMade(undefined)} />}
      <Tokens />
      <h2>Make a token</h2>
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
  if (tokens.data.items.length === 0) return <Empty>You have no tokens here.</Empty>;
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
        <Badge tone="calm">{scope}</Badge>
        <span className="muted">
          made <Time at={createdAt} />,{' '}
          {lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              used <Time at={lastUsedAt} />
            </>
          )}
          , {expiresAt === null ? 'never ends' : <>ends {expiresAt.slice(0, 10)}</>}
        </span>
        <span className="grow" />
        <Action method="DELETE" path={`/tokens/${id}`}>
          End
        </Action>
      </div>
      {refreshReusedAt !== null && (
        <p role="alert" className="alert">
          Somebody else had a copy of what this token gave out: a refresh token of it was used a
          second time <Time at={refreshReusedAt} />. What came of that was ended. Find out where the
          copy comes from, end this token, and give the program another.
        </p>
      )}
    </li>
  );
}
