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
import { Thumbs } from '../parts/thumbs.tsx';
import { Time } from '../parts/time.tsx';
import { reasonWords } from '../parts/words.ts';
import { useMayEdit } from '../parts/workspaces.tsx';
import { inWorkspace } from '../workspace.ts';

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
        <Link href="/">Monitors</Link> /{' '}
        <Link href={`/monitors/${data.monitor}`}>{data.monitor}</Link>
      </p>
      <div className="title">
        <h1>
          Check <Time at={data.at} />
        </h1>
        <Outcome of={data.outcome} />
      </div>
      <Facts check={data} />
      {mayEdit && canBeJudged(data) && (
        <div className="actions">
          <Action path={`${path}/rejudge`}>Judge again</Action>
          <span className="muted">by the goal and the models of now; that alone tells nobody</span>
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

function Facts({ check }: { readonly check: CheckDetail }) {
  return (
    <dl className="facts">
      <dt>Came as far as</dt>
      <dd>
        {check.stage}
        {check.reason !== null && `: ${reasonWords(check.reason)}`}
      </dd>
      {check.message !== null && (
        <>
          <dt>In words</dt>
          <dd>{check.message}</dd>
        </>
      )}
      <dt>Took</dt>
      <dd>{(check.durationMs / 1000).toFixed(1)} s</dd>
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
          <h2>Verdict</h2>
          <JudgementView judgement={judgement} />
          <Thumbs kind="verdict" id={verdictId} mayEdit={mayEdit} />
          {mayEdit && <TellAnyway id={verdictId} judgement={judgement} />}
        </>
      )}
      {rejudged.map((again) => (
        <section key={again.id} aria-label="Judged again">
          <h2>
            Judged again <Time at={again.at} />
          </h2>
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
      <Action path={`/verdicts/${id}/tell`}>Tell us anyway</Action>
      <span className="muted">makes the finding and sends the alert, once</span>
    </div>
  );
}

/** What a gate kept from the judge. */
function NotJudged({ check }: { readonly check: CheckDetail }) {
  const changed = check.sources.filter(({ hunks }) => hunks !== undefined);
  return (
    <>
      <Empty>Nothing was judged in this check.</Empty>
      {changed.length > 0 && <h2>What changed</h2>}
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
      {snapshots.length > 0 && <h2>The page as it was seen</h2>}
      {snapshots.map((snapshot) => (
        <PageText key={snapshot.id} snapshot={snapshot} claims={claims} />
      ))}
      {pictures.length > 0 && <h2>Screenshot</h2>}
      {pictures.map((snapshot) => (
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
