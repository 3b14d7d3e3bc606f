/** One monitor: how it goes, all that happened, what was kept silent and why, and its manifest. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Finding, Funnel, MonitorJob } from '../objects.ts';
import { Action } from '../parts/action.tsx';
import { FindingState, MonitorState } from '../parts/badge.tsx';
import { CheckTable } from '../parts/checkTable.tsx';
import { MakeFeed } from '../parts/feeds.tsx';
import { FunnelView } from '../parts/funnel.tsx';
import { loaded } from '../parts/loaded.ts';
import { Facts, Problems } from '../parts/monitorFacts.tsx';
import { PrecisionLine } from '../parts/precision.tsx';
import { OwnerBadge } from '../parts/owner.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { nextLookMs } from '../parts/progress.ts';
import { Silence } from '../parts/silence.tsx';
import { Time } from '../parts/time.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

// It brings the writer of YAML along.
const ManifestView = lazy(async () => ({
  default: (await loaded(() => import('../parts/manifestView.tsx'))).ManifestView,
}));

const ValuesView = lazy(async () => ({
  default: (await loaded(() => import('../parts/valuesView.tsx'))).ValuesView,
}));

const PARTS = ['overview', 'values', 'history', 'silence', 'manifest'] as const;
type Part = (typeof PARTS)[number];

/** Values only where the monitor reads some. */
const partsOf = ({ spec }: MonitorJob): Part[] =>
  PARTS.filter((part) => part !== 'values' || (spec.values ?? []).length > 0);

export function MonitorPage({ name }: { readonly name: string }) {
  const path = `/monitors/${encodeURIComponent(name)}`;
  const [parameters] = useSearchParams();
  const part = PARTS.find((each) => each === parameters.get('part')) ?? 'overview';
  const job = useQuery({
    queryKey: ['monitor', name],
    queryFn: () => get<MonitorJob>(path),
    refetchInterval: ({ state: { data } }) => nextLookMs(data ? [data] : [], Date.now()),
  });
  const mayEdit = useMayEdit();
  if (job.isPending) return <Loading />;
  if (job.error) return <Failure error={job.error} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/">{t('frame.monitors')}</Link>
      </p>
      <div className="title">
        <h1>{name}</h1>
        <MonitorState job={job.data} />
        <OwnerBadge job={job.data} />
        <span className="grow" />
        {mayEdit && <Actions path={path} job={job.data} />}
      </div>
      <nav className="parts" aria-label={t('monitor.partsLabel')}>
        {partsOf(job.data).map((each) => (
          <Link
            key={each}
            href={each === 'overview' ? path : `${path}?part=${each}`}
            aria-current={each === part ? 'page' : undefined}
          >
            {t(`monitor.parts.${each}`)}
          </Link>
        ))}
      </nav>
      <Suspense fallback={<Loading />}>
        <MonitorPart part={part} name={name} job={job.data} path={path} />
      </Suspense>
    </>
  );
}

interface MonitorPartProps {
  readonly part: Part;
  readonly name: string;
  readonly path: string;
  readonly job: MonitorJob;
}

function MonitorPart({ part, name, path, job }: MonitorPartProps) {
  switch (part) {
    case 'overview':
      return (
        <>
          <Facts job={job} />
          <PrecisionLine path={path} />
          <Problems job={job} />
          <h2>{t('frame.findings')}</h2>
          <Findings name={name} />
          <MakeFeed monitor={name} />
          <h2>{t('monitor.checks')}</h2>
          <CheckTable monitor={name} pageSize={10} />
          <h2>{t('monitor.why')}</h2>
          <MonitorFunnel path={path} />
        </>
      );
    case 'values':
      return <ValuesView name={name} />;
    case 'history':
      return <History name={name} />;
    case 'silence':
      return <Silence monitor={name} />;
    case 'manifest':
      return <ManifestView job={job} />;
    default:
      return part satisfies never;
  }
}

function History({ name }: { readonly name: string }) {
  const [isEventful, setEventful] = useState(false);
  return (
    <>
      <div className="tabs" role="group" aria-label={t('monitor.whichChecks')}>
        {[false, true].map((value) => (
          <button
            key={String(value)}
            type="button"
            aria-pressed={value === isEventful}
            onClick={() => setEventful(value)}
          >
            {value ? t('monitor.eventful') : t('monitor.allChecks')}
          </button>
        ))}
      </div>
      <CheckTable monitor={name} pageSize={50} isEventful={isEventful} />
    </>
  );
}

function Actions({ path, job }: { readonly path: string; readonly job: MonitorJob }) {
  const { suspend } = job.spec;
  return (
    <>
      <Link href={`${path}/edit`}>{t('monitor.edit')}</Link>
      <Action path={`${path}/run`} kind="primary">
        {t('monitors.run.button')}
      </Action>
      <Action path={`${path}/${suspend ? 'resume' : 'pause'}`}>
        {suspend ? t('monitors.resume.button') : t('monitors.pause.button')}
      </Action>
    </>
  );
}

function Findings({ name }: { readonly name: string }) {
  const findings = useQuery({
    queryKey: ['findings', name],
    queryFn: () => get<Page<Finding>>(`/findings?monitor=${encodeURIComponent(name)}&limit=10`),
  });
  if (findings.isPending) return <Loading />;
  if (findings.error) return <Failure error={findings.error} />;
  if (findings.data.items.length === 0) return <Empty>{t('monitor.nothingFound')}</Empty>;
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

function MonitorFunnel({ path }: { readonly path: string }) {
  const funnel = useQuery({
    queryKey: ['funnel', path],
    queryFn: () => get<Funnel>(`${path}/funnel`),
  });
  if (funnel.isPending) return <Loading />;
  if (funnel.error) return <Failure error={funnel.error} />;
  return <FunnelView funnel={funnel.data} />;
}
