/** From whom the browsers of a job are kept apart. */
import type { Isolation, MonitorJobSpec } from '../../crds/types/monitorjob.ts';

/** The level of a job; one that was stored before the field was there counts as Shared. */
export const isolationOf = ({ isolation }: Partial<MonitorJobSpec>): Isolation['level'] =>
  isolation?.level ?? 'Shared';

/** Whether nobody else's pages may be in the browser, so that without a pool it needs a process of its own. */
export const isIsolated = (spec: Partial<MonitorJobSpec>): boolean =>
  isolationOf(spec) !== 'Shared';

/** What the owner of an isolated job is told where there are no pods. */
export const OWN_BROWSER_NOTE =
  'Each check has a browser process of its own on this machine; pods of its own are for a cluster.';
