/** The list of monitors. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { MonitorJob } from '../objects.ts';
import { Badge, MonitorState, Outcome } from '../parts/badge.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';

export function MonitorsPage() {
  const monitors = useQuery({
    queryKey: ['monitors'],
    queryFn: () => get<Page<MonitorJob>>('/monitors?limit=200'),
  });
  const mayEdit = useMayEdit();
  if (monitors.isPending) return <Loading />;
  if (monitors.error) return <Failure error={monitors.error} />;
  return (
    <>
      <h1>Monitors</h1>
      {monitors.data.items.length === 0 ? (
        <Empty>
          Nothing is watched yet.
          {mayEdit && (
            <>
              {' '}
              Write a manifest and run <code>npx duckmon apply -f FILE</code>.
            </>
          )}
        </Empty>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Last check</th>
              <th scope="col">Next check</th>
              <th scope="col">Open findings</th>
            </tr>
          </thead>
          <tbody>
            {monitors.data.items.map((job) => (
              <Row key={job.metadata.name} job={job} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Row({ job }: { readonly job: MonitorJob }) {
  const { name } = job.metadata;
  const open = job.status?.openFindings ?? 0;
  return (
    <tr>
      <th scope="row">
        <Link href={`/monitors/${name}`}>{name}</Link>
        <small>{job.spec.description ?? job.spec.goal.prompt ?? job.spec.sources[0]?.url}</small>
      </th>
      <td data-label="State">
        <MonitorState job={job} />
      </td>
      <td data-label="Last check">
        {job.status?.lastCheck ? (
          <>
            <Outcome of={job.status.lastCheck.outcome} /> <Time at={job.status.lastCheck.time} />
          </>
        ) : (
          <span className="muted">not yet</span>
        )}
      </td>
      <td data-label="Next check">
        {job.spec.suspend ? (
          <span className="muted">paused</span>
        ) : (
          <Time at={job.status?.nextCheck} />
        )}
      </td>
      <td data-label="Open findings">
        {open > 0 ? <Badge tone="news">{open}</Badge> : <span className="muted">none</span>}
      </td>
    </tr>
  );
}
