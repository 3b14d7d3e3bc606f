/** One check: its change, its verdict, and the evidence in the text. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api.ts';
import type { CheckDetail } from '../objects.ts';
import { Badge, Outcome, verdictWord } from '../parts/badge.tsx';
import { Claims } from '../parts/claims.tsx';
import { Diff } from '../parts/diff.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { reasonWords } from '../parts/words.ts';
import { inWorkspace } from '../workspace.ts';

export function CheckPage({ id }: { readonly id: string }) {
  const check = useQuery({
    queryKey: ['check', id],
    queryFn: () => get<CheckDetail>(`/checks/${encodeURIComponent(id)}`),
  });
  if (check.isPending) return <Loading />;
  if (check.error) return <Failure error={check.error} />;
  const { data } = check;
  return (
    <>
      <p className="crumbs">
        <Link href="/">Monitors</Link> /{' '}
        <Link href={`/monitors/${data.monitor}`}>{data.monitor}</Link>
      </p>
      <div className="title">
        <h1>
          Check <Time at={data.at} />
        </h1>
        <Outcome of={data.outcome} />
      </div>
      <dl className="facts">
        <dt>Came as far as</dt>
        <dd>
          {data.stage}
          {data.reason !== null && `: ${reasonWords(data.reason)}`}
        </dd>
        {data.message !== null && (
          <>
            <dt>In words</dt>
            <dd>{data.message}</dd>
          </>
        )}
        <dt>Took</dt>
        <dd>{(data.durationMs / 1000).toFixed(1)} s</dd>
        {data.tokensIn > 0 && (
          <>
            <dt>Model</dt>
            <dd>
              {data.judgement?.provenance?.model ?? ''}, {data.tokensIn} + {data.tokensOut} tokens
              {data.costUsd === null ? ', price unknown' : `, $${data.costUsd}`}
            </dd>
          </>
        )}
      </dl>
      <Judgement check={data} />
      <Screenshots check={data} />
    </>
  );
}

function Judgement({ check }: { readonly check: CheckDetail }) {
  const { judgement } = check;
  if (judgement === null) return <Empty>Nothing was judged in this check.</Empty>;
  const { verdict, change } = judgement;
  return (
    <>
      <h2>Verdict</h2>
      <p>
        <Badge tone={verdict.verdict === 'match' ? 'news' : 'calm'}>
          {verdictWord(verdict.verdict)}
        </Badge>{' '}
        {verdict.why === undefined
          ? verdict.summary
          : `${verdict.why.replaceAll('_', ' ')}. ${verdict.summary}`}
      </p>
      {verdict.reason !== '' && <p className="muted">{verdict.reason}</p>}
      <Claims claims={verdict.claims} />
      {verdict.droppedClaims.length > 0 && (
        <p className="muted">
          {verdict.droppedClaims.length} claims were dropped: their quotes are not in the page.
        </p>
      )}
      <h2>What changed</h2>
      {change.map((part) => (
        <div key={part.source}>
          {change.length > 1 && <h3>{part.source}</h3>}
          <Diff hunks={part.hunks} claims={verdict.claims} />
        </div>
      ))}
    </>
  );
}

function Screenshots({ check }: { readonly check: CheckDetail }) {
  const shown = check.snapshots.filter(({ hasScreenshot }) => hasScreenshot);
  if (shown.length === 0) return null;
  return (
    <>
      <h2>Screenshot</h2>
      {shown.map((snapshot) => (
        <img
          key={snapshot.id}
          className="shot"
          src={inWorkspace(`/api/v1/snapshots/${snapshot.id}/screenshot`)}
          alt={`The page ${snapshot.title}`}
          loading="lazy"
        />
      ))}
    </>
  );
}
