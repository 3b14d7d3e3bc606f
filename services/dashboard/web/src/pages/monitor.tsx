/** One monitor: what it watches, its last checks, its funnel, its findings. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Check, Finding, Funnel, MonitorJob } from '../objects.ts';
import { Action } from '../parts/action.tsx';
import { FindingState, MonitorState, Outcome, verdictWord } from '../parts/badge.tsx';
import { FunnelView } from '../parts/funnel.tsx';
import { OwnerBadge } from '../parts/owner.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { reasonWords } from '../parts/words.ts';
import { useMayEdit } from '../parts/workspaces.tsx';

export function MonitorPage({ name }: { readonly name: string }) {
  const path = `/monitors/${encodeURIComponent(name)}`;
  const job = useQuery({ queryKey: ['monitor', name], queryFn: () => get<MonitorJob>(path) });
  const mayEdit = useMayEdit();
  if (job.isPending) return <Loading />;
  if (job.error) return <Failure error={job.error} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/">Monitors</Link>
      </p>
      <div className="title">
        <h1>{name}</h1>
        <MonitorState job={job.data} />
        <OwnerBadge job={job.data} />
        <span className="grow" />
        {mayEdit && <Actions path={path} job={job.data} />}
      </div>
      <Facts job={job.data} />
      <Problems job={job.data} />
      <h2>Findings</h2>
      <Findings name={name} />
      <h2>Checks</h2>
      <Checks name={name} />
      <h2>Why (not) told</h2>
      <MonitorFunnel path={path} />
    </>
  );
}

function Actions({ path, job }: { readonly path: string; readonly job: MonitorJob }) {
  const { suspend } = job.spec;
  return (
    <>
      <Link href={`${path}/edit`}>Edit</Link>
      <Action path={`${path}/run`} kind="primary">
        Check now
      </Action>
      <Action path={`${path}/${suspend ? 'resume' : 'pause'}`}>
        {suspend ? 'Resume' : 'Pause'}
      </Action>
    </>
  );
}

function Facts({ job }: { readonly job: MonitorJob }) {
  const { schedule, sources, goal } = job.spec;
  return (
    <dl className="facts">
      <dt>What matters</dt>
      <dd>{goal.prompt ?? 'conditions only'}</dd>
      <dt>{sources.length === 1 ? 'Page' : 'Pages'}</dt>
      <dd>
        {sources.map((source) => (
          <div key={source.name} className="wrap">
            {sources.length > 1 && `${source.name}: `}
            {source.url}
          </div>
        ))}
      </dd>
      <dt>Schedule</dt>
      <dd>
        {schedule.interval
          ? `every ${schedule.interval}`
          : `${schedule.cron} (${schedule.timeZone})`}
      </dd>
      <dt>Next check</dt>
      <dd>
        <Time at={job.status?.nextCheck} />
      </dd>
      <dt>Last change</dt>
      <dd>
        <Time at={job.status?.lastChange} />
      </dd>
    </dl>
  );
}

function Problems({ job }: { readonly job: MonitorJob }) {
  const problems = (job.status?.conditions ?? []).filter(
    ({ status, message }) => status === 'False' && message,
  );
  return problems.map((problem) => (
    <p key={problem.type} role="alert" className="alert">
      {problem.message}
    </p>
  ));
}

function Findings({ name }: { readonly name: string }) {
  const findings = useQuery({
    queryKey: ['findings', name],
    queryFn: () => get<Page<Finding>>(`/findings?monitor=${encodeURIComponent(name)}&limit=10`),
  });
  if (findings.isPending) return <Loading />;
  if (findings.error) return <Failure error={findings.error} />;
  if (findings.data.items.length === 0) return <Empty>Nothing was found yet.</Empty>;
  return (
    <ul className="cards">
      {findings.data.items.map((finding) => (
        <li key={finding.id}>
          <Link href={`/findings/${finding.id}`}>{finding.title}</Link>{' '}
          <FindingState of={finding.state} /> <Time at={finding.lastSeenAt} />
        </li>
      ))}
    </ul>
  );
}

function Checks({ name }: { readonly name: string }) {
  const checks = useQuery({
    queryKey: ['checks', name],
    queryFn: () => get<Page<Check>>(`/checks?monitor=${encodeURIComponent(name)}&limit=20`),
  });
  if (checks.isPending) return <Loading />;
  if (checks.error) return <Failure error={checks.error} />;
  if (checks.data.items.length === 0) return <Empty>The first check is on its way.</Empty>;
  return (
    <table className="list">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Outcome</th>
          <th scope="col">Verdict</th>
          <th scope="col">What happened</th>
        </tr>
      </thead>
      <tbody>
        {checks.data.items.map((check) => (
          <tr key={check.id}>
            <th scope="row">
              <Link href={`/checks/${check.id}`}>
                <Time at={check.at} />
              </Link>
            </th>
            <td data-label="Outcome">
              <Outcome of={check.outcome} />
            </td>
            <td data-label="Verdict">
              {check.verdict === null ? (
                <span className="muted">–</span>
              ) : (
                verdictWord(check.verdict)
              )}
            </td>
            <td data-label="What happened">{whatHappened(check)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function whatHappened({ message, reason, outcome }: Check): string {
  if (message !== null) return message;
  if (reason !== null) return reasonWords(reason);
  return outcome === 'Alerted' ? 'told' : '';
}

function MonitorFunnel({ path }: { readonly path: string }) {
  const funnel = useQuery({
    queryKey: ['funnel', path],
    queryFn: () => get<Funnel>(`${path}/funnel`),
  });
  if (funnel.isPending) return <Loading />;
  if (funnel.error) return <Failure error={funnel.error} />;
  return <FunnelView funnel={funnel.data} />;
}
