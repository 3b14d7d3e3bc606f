/** Has imported monitors tell a channel of ours, in place of the notifications that stay behind. */
import { DNS_LABEL } from '../dnsLabel.ts';
import { isRecord, type ManifestValue } from '../manifest/index.ts';
import { CHANNEL_TODO, type ImportedObject, type ImportNote, type ImportReport } from './report.ts';

const FIELD = 'alerting.channelRefs';
/** A watch of changedetection.io that is checked and tells nobody. */
const MUTED = 'notification_muted';

/** Whether a channel can be called so. */
export const isChannelName = (text: string): boolean => DNS_LABEL.test(text);

/** What the channel does is not left to be done by hand. */
const isDone = ({ todo }: ImportNote): boolean => todo === CHANNEL_TODO;
const settled = (notes: readonly ImportNote[]): ImportNote[] =>
  notes.map((note) => (isDone(note) ? { ...note, todo: '' } : note));

/** A monitor that was muted, or names channels itself, stays as it is; its notes say so. */
export const tellChannel = (report: ImportReport, channel: string): ImportReport => ({
  ...report,
  notes: settled(report.notes),
  objects: report.objects.map((one) => (one.kind === 'MonitorJob' ? told(one, channel) : one)),
});

function told(one: ImportedObject, channel: string): ImportedObject {
  const noted = (what: ImportNote['what'], why: string): ImportNote[] => [
    ...settled(one.notes),
    { field: FIELD, what, why, todo: '' },
  ];
  if (one.notes.some(({ field }) => field === MUTED))
    return { ...one, notes: noted('leftOut', `it was muted, so it does not tell ${channel}`) };
  const spec = recordOf(one.manifest['spec']);
  const alerting = recordOf(spec['alerting']);
  const own = alerting['channelRefs'];
  if (Array.isArray(own) && own.length > 0)
    return { ...one, notes: noted('leftOut', `it names channels itself, ${channel} is not added`) };
  const manifest: ManifestValue = {
    ...one.manifest,
    spec: { ...spec, alerting: { ...alerting, channelRefs: [{ name: channel }] } },
  };
  return { ...one, manifest, notes: noted('changed', `it tells the channel ${channel}`) };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {};
