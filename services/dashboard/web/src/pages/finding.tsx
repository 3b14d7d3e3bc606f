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
import { ProofPicture } from '../parts/proofPicture.tsx';
import { Thumbs } from '../parts/thumbs.tsx';
import { Time } from '../parts/time.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { undeterminedWords, verdictWord } from '../parts/words.ts';
import { t } from '../texts/texts.ts';

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
        <Link href="/findings">{t('frame.findings')}</Link> /{' '}
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
        <dt>{t('findings.verdict')}</dt>
        <dd>
          {data.verdict === null ? t('findings.byCondition') : verdictWord(data.verdict)}
          {data.why !== null && ` (${undeterminedWords(data.why)})`}
        </dd>
        <dt>{t('findings.firstSeen')}</dt>
        <dd>
          <Time at={data.firstSeenAt} />
        </dd>
        <dt>{t('findings.lastSeen')}</dt>
        <dd>
          {t.rich('findings.lastSeenAt', {
            count: data.seenCount,
            time: () => <Time at={data.lastSeenAt} />,
          })}
        </dd>
      </dl>
      <h2>{t('findings.proof')}</h2>
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
          {t('findings.acknowledge.button')}
        </Action>
      )}
      {state !== 'resolved' && (
        <>
          <Action path={`${path}/snooze`} body={{ for: '24h' }}>
            {t('findings.snooze.button')}
          </Action>
          <Action path={`${path}/resolve`}>{t('findings.resolve.button')}</Action>
        </>
      )}
      {state === 'resolved' && (
        <Action path={`${path}/reopen`}>{t('findings.reopen.button')}</Action>
      )}
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
  const pictures = check.data.snapshots.filter(
    ({ hasScreenshot, source }) => hasScreenshot && source === finding.source,
  );
  return (
    <>
      {check.data.judgement?.change.map((part) => (
        <Diff key={part.source} hunks={part.hunks} claims={finding.claims} />
      ))}
      {pictures.length > 0 && <h2>{t('check.screenshot')}</h2>}
      {pictures.map((snapshot) => (
        <ProofPicture key={snapshot.id} snapshot={snapshot} claims={finding.claims} />
      ))}
      <p>
        <Link href={`/checks/${checkId}`}>{t('findings.foundBy')}</Link>
      </p>
    </>
  );
}
