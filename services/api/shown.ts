/** Rows with all that their objects are shown with: references, deliveries. */
import { countFailed, type Channel } from '../store/channels.ts';
import type { Monitor } from '../store/monitors.ts';
import { listRecipients } from '../store/recipients.ts';
import type { Tx } from '../store/workspace.ts';
import type { MonitorJob } from '../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../crds/types/notificationchannel.ts';
import type { ChannelMail } from './channelStatus.ts';
import type { ApiDeps } from './deps.ts';
import { channelObject, monitorObject } from './objects.ts';
import { readReferences } from './references.ts';

type Deps = Pick<ApiDeps, 'clock'>;

/** Monitors as MonitorJobs. */
export async function showMonitors(
  tx: Tx,
  deps: Deps,
  workspace: string,
  monitors: readonly Monitor[],
): Promise<MonitorJob[]> {
  const references = await readReferences(tx, workspace);
  const now = deps.clock.now();
  return monitors.map((monitor) => monitorObject(monitor, workspace, references, now));
}

/** Channels as NotificationChannels. */
export async function showChannels(
  tx: Tx,
  deps: Deps,
  workspace: string,
  channels: readonly Channel[],
): Promise<NotificationChannel[]> {
  const references = await readReferences(tx, workspace);
  const only = channels.length === 1 ? channels[0]?.name : undefined;
  const mailOf = await readMail(tx, deps, workspace, only);
  return channels.map((channel) =>
    channelObject(channel, workspace, references, mailOf(channel.name)),
  );
}

const DAY_MS = 86_400_000;

/** How the deliveries of each channel go, by its name. */
async function readMail(
  tx: Tx,
  deps: Deps,
  workspace: string,
  channel?: string,
): Promise<(name: string) => ChannelMail> {
  const recipients = await listRecipients(tx, workspace, channel);
  const since = new Date(deps.clock.now().getTime() - DAY_MS);
  const failed = await countFailed(tx, workspace, since);
  return (name) => ({
    recipients: recipients.filter((each) => each.channel === name),
    failed24h: failed.get(name) ?? 0,
  });
}
