/** Gathers what the plan of one MonitorJob depends on. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import { orAbsent } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { keyFor } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { CONFIG_MAPS } from '../../resources.ts';
import type { Feed } from '../../scheduler/feed.ts';
import { referencesOf, type References, type Workspaces } from '../../workspaces.ts';
import { channelNames, limitsFor } from './policies.ts';
import type { Isolated, JobInput } from './types.ts';

export interface Observed {
  readonly channels: Pick<Store<NotificationChannel>, 'get'>;
  /** The platform that counts, when it is there. */
  readonly platform: () => MonitorPlatform | undefined;
  readonly isolation: (job: MonitorJob) => Isolated;
  readonly feed: Pick<Feed, 'state'>;
  readonly transport: Pick<Transport, 'get'>;
  readonly workspaces: Workspaces;
}

/** The key that `promptFrom` names; read afresh, since nobody watches ConfigMaps of tenants. */
async function promptOf(
  { spec }: MonitorJob,
  { placeOf, isMeant }: References,
  transport: Observed['transport'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const ref = spec.goal.promptFrom?.configMapKeyRef;
  if (!ref) return undefined;
  const found = await orAbsent(transport.get(CONFIG_MAPS, placeOf(ref.name), { signal }));
  return found && isMeant(found, ref.name) ? found.data?.[ref.key] : undefined;
}

/** The input of `planJob`, from the caches and, for a prompt of a ConfigMap, one request. */
export async function observe(
  job: MonitorJob,
  from: Observed,
  signal: AbortSignal,
): Promise<JobInput> {
  const { namespace = '' } = job.metadata;
  const { workspace, name } = from.workspaces(job);
  const references = referencesOf(job, from.workspaces);
  const channels = channelNames(job).filter((channel) => {
    const found = from.channels.get(keyFor(references.placeOf(channel)));
    return found !== undefined && references.isMeant(found, channel);
  });
  const platform = from.platform();
  return {
    job,
    workspace,
    isPersonal: references.isPersonal,
    channels: new Set(channels),
    prompt: await promptOf(job, references, from.transport, signal),
    limits: limitsFor(platform, namespace),
    ...from.isolation(job),
    frozen: platform?.spec.suspend ?? false,
    state: from.feed.state(workspace, name, job.metadata.uid ?? ''),
  };
}
