/** One finding: what is known, the proof, and what may be done about it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api.ts';
import type { CheckDetail, Finding } from '../objects.ts';
import { Action } from '../parts/action.tsx';
import { FindingState } from '../parts/badge.tsx';
import { Claims } from '../parts/claims.tsx';
import { Diff } from '../parts/diff.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { Thumbs } from '../parts/thumbs.tsx';
import { Time } from '../parts/time.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { verdictWord } from '../parts/words.ts';

export function FindingPage({ id }: { readonly id: string }) {
  const path = `/findings/${encodeURIComponent(id)}`;
  const finding = useQuery({ queryKey: ['finding', id], queryFn: () => get<Finding>(path) });
  const mayEdit = useMayEdit();
  if (finding.isPending) return <Loading />;
  if (finding.error) return <Failure error={finding.error} />;
  const { data } = finding;
  return (
    <>
      <p className="crumbs">
        <Link href="/findings">Findings</Link> /{' '}
        <Link href={`/monitors/${data.monitor}`}>{data.monitor}</Link>
      </p>
      <div className="title">
        <h1>{data.title}</h1>
        <FindingState of={data.state} />
      </div>
      <p>{data.summary}</p>
      {mayEdit && <Actions path={path} state={data.state} />}
      <Thumbs kind="finding" id={id} mayEdit={mayEdit} />
      <dl className="facts">
        <dt>Verdict</dt>
        <dd>
          {data.verdict === null ? 'by a condition, no model asked' : verdictWord(data.verdict)}
          {data.why !== null && ` (${data.why.replaceAll('_', ' ')})`}
        </dd>
        <dt>First seen</dt>
        <dd>
          <Time at={data.firstSeenAt} />
        </dd>
        <dt>Last seen</dt>
        <dd>
          <Time at={data.lastSeenAt} />, {data.seenCount} {data.seenCount === 1 ? 'time' : 'times'}
        </dd>
      </dl>
      <h2>Proof</h2>
      <Claims claims={data.claims} />
      {data.checkId !== null && <Change checkId={data.checkId} finding={data} />}
    </>
  );
}

function Actions({ path, state }: { readonly path: string; readonly state: Finding['state'] }) {
  return (
    <div className="actions">
      {state === 'open' && (
        <Action path={`${path}/acknowledge`} kind="primary">
          Acknowledge
        </Action>
      )}
      {state !== 'resolved' && (
        <>
          <Action path={`${path}/snooze`} body={{ for: '24h' }}>
            Snooze for a day
          </Action>
          <Action path={`${path}/resolve`}>Resolve</Action>
        </>
      )}
      {state === 'resolved' && <Action path={`${path}/reopen`}>Reopen</Action>}
    </div>
  );
}

function Change({ checkId, finding }: { readonly checkId: string; readonly finding: Finding }) {
  const check = useQuery({
    queryKey: ['check', checkId],
    queryFn: () => get<CheckDetail>(`/checks/${checkId}`),
  });
  if (check.isPending) return <Loading />;
  if (check.error) return <Failure error={check.error} />;
  return (
    <>
      {check.data.judgement?.change.map((part) => (
        <Diff key={part.source} hunks={part.hunks} claims={finding.claims} />
      ))}
      <p>
        <Link href={`/checks/${checkId}`}>The check that found it</Link>
      </p>
    </>
  );
}
