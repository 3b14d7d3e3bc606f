/** When a job is checked next, by what the scheduler told last. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { Feed } from '../../scheduler/feed.ts';
import type { Workspaces } from '../../workspaces.ts';

/** The feed says it first; the job's status is what it said before this process began. */
export const nextCheckOf =
  (feed: Pick<Feed, 'state'>, workspaces: Workspaces) =>
  (job: MonitorJob): Date | undefined => {
    const { workspace, name } = workspaces(job);
    const state = feed.state(workspace, name, job.metadata.uid ?? '');
    const time = state ? state.nextCheck : job.status?.nextCheck;
    return typeof time === 'string' ? new Date(time) : undefined;
  };
