/** One check: its change, its verdicts, and the evidence in the text. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api.ts';
import type { CheckDetail, Judgement } from '../objects.ts';
import { Action } from '../parts/action.tsx';
import { Outcome } from '../parts/badge.tsx';
import { CheckValues } from '../parts/checkValues.tsx';
import { Diff } from '../parts/diff.tsx';
import { JudgementView } from '../parts/judgementView.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { PageText } from '../parts/pageText.tsx';
import { ProofPicture } from '../parts/proofPicture.tsx';
import { Thumbs } from '../parts/thumbs.tsx';
import { Time } from '../parts/time.tsx';
import { reasonWords, stageWord } from '../parts/words.ts';
import { useMayEdit } from '../parts/workspaces.tsx';
import { locale, t } from '../texts/texts.ts';

export function CheckPage({ id }: { readonly id: string }) {
  const path = `/checks/${encodeURIComponent(id)}`;
  const check = useQuery({ queryKey: ['check', id], queryFn: () => get<CheckDetail>(path) });
  const mayEdit = useMayEdit();
  if (check.isPending) return <Loading />;
  if (check.error) return <Failure error={check.error} />;
  const { data } = check;
  return (
    <>
      <p className="crumbs">
        <Link href="/">{t('frame.monitors')}</Link> /{' '}
        <Link href={`/monitors/${data.monitor}`}>{data.monitor}</Link>
      </p>
      <div className="title">
        <h1>{t.rich('check.title', { time: () => <Time at={data.at} /> })}</h1>
        <Outcome of={data.outcome} />
      </div>
      <Facts check={data} />
      {mayEdit && canBeJudged(data) && (
        <div className="actions">
          <Action path={`${path}/rejudge`}>{t('check.judgeAgain')}</Action>
          <span className="muted">{t('check.judgeAgainNote')}</span>
        </div>
      )}
      <Verdicts check={data} mayEdit={mayEdit} />
      <CheckValues sources={data.sources} />
      <Evidence check={data} />
    </>
  );
}

/** Those whose change is kept; one that waited for a model does not name its texts. */
const canBeJudged = ({ trigger, judgement, sources }: CheckDetail): boolean =>
  trigger !== 'rejudge' && (judgement !== null || sources.some(({ hunks }) => hunks !== undefined));

const seconds = (ms: number): string =>
  `${new Intl.NumberFormat(locale(), {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(ms / 1000)} s`;

function Facts({ check }: { readonly check: CheckDetail }) {
  return (
    <dl className="facts">
      <dt>{t('check.cameAsFarAs')}</dt>
      <dd>
        {stageWord(check.stage)}
        {check.reason !== null && `: ${reasonWords(check.reason)}`}
      </dd>
      {check.message !== null && (
        <>
          <dt>{t('check.inWords')}</dt>
          <dd>{check.message}</dd>
        </>
      )}
      <dt>{t('check.took')}</dt>
      <dd>{seconds(check.durationMs)}</dd>
    </dl>
  );
}

interface VerdictsProps {
  readonly check: CheckDetail;
  readonly mayEdit: boolean;
}

function Verdicts({ check, mayEdit }: VerdictsProps) {
  const { judgement, verdictId, rejudged } = check;
  return (
    <>
      {judgement === null || verdictId === null ? (
        <NotJudged check={check} />
      ) : (
        <>
          <h2>{t('check.columns.verdict')}</h2>
          <JudgementView judgement={judgement} />
          <Thumbs kind="verdict" id={verdictId} mayEdit={mayEdit} />
          {mayEdit && <TellAnyway id={verdictId} judgement={judgement} />}
        </>
      )}
      {rejudged.map((again) => (
        <section key={again.id} aria-label={t('check.judgedAgain')}>
          <h2>{t.rich('check.judgedAgainAt', { time: () => <Time at={again.at} /> })}</h2>
          <JudgementView judgement={again.judgement} />
          {mayEdit && <TellAnyway id={again.id} judgement={again.judgement} />}
        </section>
      ))}
    </>
  );
}

function TellAnyway({ id, judgement }: { readonly id: string; readonly judgement: Judgement }) {
  if (judgement.suppressed === null) return null;
  return (
    <div className="actions">
      <Action path={`/verdicts/${id}/tell`}>{t('check.tellAnyway')}</Action>
      <span className="muted">{t('check.tellAnywayNote')}</span>
    </div>
  );
}

/** What a gate kept from the judge. */
function NotJudged({ check }: { readonly check: CheckDetail }) {
  const changed = check.sources.filter(({ hunks }) => hunks !== undefined);
  return (
    <>
      <Empty>{t('check.notJudged')}</Empty>
      {changed.length > 0 && <h2>{t('check.whatChanged')}</h2>}
      {changed.map(({ source, hunks = [] }) => (
        <Diff key={source} hunks={hunks} claims={[]} />
      ))}
    </>
  );
}

function Evidence({ check }: { readonly check: CheckDetail }) {
  const { snapshots, judgement, rejudged } = check;
  const pictures = snapshots.filter(({ hasScreenshot }) => hasScreenshot);
  const claims = [judgement, ...rejudged.map((again) => again.judgement)].flatMap(
    (each) => each?.verdict.claims ?? [],
  );
  return (
    <>
      {snapshots.length > 0 && <h2>{t('check.page')}</h2>}
      {snapshots.map((snapshot) => (
        <PageText key={snapshot.id} snapshot={snapshot} claims={claims} />
      ))}
      {pictures.length > 0 && <h2>{t('check.screenshot')}</h2>}
      {pictures.map((snapshot) => (
        <ProofPicture key={snapshot.id} snapshot={snapshot} claims={claims} />
      ))}
    </>
  );
}
