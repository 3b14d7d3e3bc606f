/** The words for kinds, where each lives in the API, and how each is shown. */
import type { MonitorJob, StatusCondition } from '../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../crds/types/notificationchannel.ts';
import { CliError, EXIT } from './exit.ts';
import type { Alert, Check, Delivery, Finding, StoredSecret } from './model.ts';
import type { View } from './output.ts';
import { age } from './terminal.ts';

/** Something that `get` can show. */
export interface Kind<T = unknown> {
  /** The word in output, such as `monitorjob`. */
  readonly word: string;
  readonly plural: string;
  readonly aliases: readonly string[];
  /** Below `/api/v1`. */
  readonly path: string;
  /** Whether `/path/{name}` answers with one object. */
  readonly hasItems: boolean;
  /** How many are shown when nothing is said. */
  readonly limit: number;
  readonly view: View<T>;
}

const conditionOf = (conditions: readonly StatusCondition[] | undefined, type: string): string =>
  conditions?.find((it) => it.type === type)?.status ?? '-';

export const monitorKind: Kind<MonitorJob> = {
  word: 'monitorjob',
  plural: 'monitorjobs',
  aliases: ['mj', 'monitor', 'monitors'],
  path: '/api/v1/monitors',
  hasItems: true,
  limit: 10_000,
  view: {
    heads: ['NAME', 'SCHEDULE', 'READY', 'HEALTHY', 'LAST', 'OUTCOME', 'NEXT', 'AGE'],
    name: (job) => `monitorjob/${job.metadata.name}`,
    row: ({ metadata, spec, status }, now) => [
      metadata.name,
      spec.schedule.interval ?? spec.schedule.cron ?? '-',
      conditionOf(status?.conditions, 'Ready'),
      conditionOf(status?.conditions, 'Healthy'),
      age(status?.lastCheck?.time, now),
      status?.lastCheck?.outcome ?? '-',
      spec.suspend ? 'paused' : age(status?.nextCheck, now),
      age(metadata.creationTimestamp, now),
    ],
  },
};

export const channelKind: Kind<NotificationChannel> = {
  word: 'notificationchannel',
  plural: 'notificationchannels',
  aliases: ['nch', 'channel', 'channels'],
  path: '/api/v1/channels',
  hasItems: true,
  limit: 10_000,
  view: {
    heads: ['NAME', 'TYPE', 'READY', 'LAST', 'RESULT', 'AGE'],
    name: (channel) => `notificationchannel/${channel.metadata.name}`,
    row: ({ metadata, spec, status }, now) => [
      metadata.name,
      spec.type,
      spec.suspend ? 'suspended' : conditionOf(status?.conditions, 'Ready'),
      age(status?.lastDelivery?.time, now),
      status?.lastDelivery?.result ?? '-',
      age(metadata.creationTimestamp, now),
    ],
  },
};

export const secretKind: Kind<StoredSecret> = {
  word: 'secret',
  plural: 'secrets',
  aliases: [],
  path: '/api/v1/secrets',
  hasItems: false,
  limit: 10_000,
  view: {
    heads: ['NAME', 'KIND', 'KEYS'],
    name: ({ kind, name }) => `${kind.toLowerCase()}/${name}`,
    row: ({ kind, name, keys }) => [name, kind, keys.join(', ')],
  },
};

/** ConfigMaps are kept beside the Secrets. */
export const configMapKind: Kind<StoredSecret> = {
  ...secretKind,
  word: 'configmap',
  plural: 'configmaps',
  aliases: ['cm'],
};

export const checkKind: Kind<Check> = {
  word: 'check',
  plural: 'checks',
  aliases: [],
  path: '/api/v1/checks',
  hasItems: true,
  limit: 20,
  view: {
    heads: ['ID', 'AGE', 'MONITOR', 'OUTCOME', 'STAGE', 'REASON', 'VERDICT', 'MESSAGE'],
    name: ({ id }) => `check/${id}`,
    row: (check, now) => [
      check.id,
      age(check.at, now),
      check.monitor,
      check.outcome,
      check.stage,
      check.reason ?? '-',
      verdictText(check),
      check.message ?? '-',
    ],
  },
};

export const findingKind: Kind<Finding> = {
  word: 'finding',
  plural: 'findings',
  aliases: [],
  path: '/api/v1/findings',
  hasItems: true,
  limit: 50,
  view: {
    heads: ['ID', 'AGE', 'MONITOR', 'STATE', 'SEVERITY', 'SEEN', 'TITLE'],
    name: ({ id }) => `finding/${id}`,
    row: (finding, now) => [
      finding.id,
      age(finding.lastSeenAt, now),
      finding.monitor,
      finding.state,
      finding.severity,
      String(finding.seenCount),
      finding.title,
    ],
  },
};

export const alertKind: Kind<Alert> = {
  word: 'alert',
  plural: 'alerts',
  aliases: [],
  path: '/api/v1/alerts',
  hasItems: false,
  limit: 50,
  view: {
    heads: ['ID', 'AGE', 'MONITOR', 'KIND', 'SEVERITY', 'TITLE'],
    name: ({ id }) => `alert/${id}`,
    row: ({ id, createdAt, monitor, kind, severity, message }, now) => [
      id,
      age(createdAt, now),
      monitor,
      kind,
      severity,
      message.title ?? '-',
    ],
  },
};

export const deliveryKind: Kind<Delivery> = {
  word: 'delivery',
  plural: 'deliveries',
  aliases: [],
  path: '/api/v1/deliveries',
  hasItems: false,
  limit: 50,
  view: {
    heads: ['ID', 'AGE', 'MONITOR', 'CHANNEL', 'STATE', 'TRIES', 'LAST ERROR'],
    name: ({ id }) => `delivery/${id}`,
    row: ({ id, createdAt, monitor, channel, state, attempts, lastError }, now) => [
      id,
      age(createdAt, now),
      monitor,
      channel,
      state,
      String(attempts),
      lastError ?? '-',
    ],
  },
};

/** `match 88`, `undetermined`, or `-` when nothing was judged. */
export const verdictText = ({ verdict, relevance }: Pick<Check, 'verdict' | 'relevance'>): string =>
  [verdict ?? '-', verdict === null ? '' : (relevance ?? '')].join(' ').trim();

const KINDS = [
  monitorKind,
  channelKind,
  secretKind,
  configMapKind,
  checkKind,
  findingKind,
  alertKind,
  deliveryKind,
] as readonly Kind[];

/** The kind of a word such as `mj`. @throws CliError that lists the known words. */
export function findKind(text: string): Kind {
  const word = text.toLowerCase().split('.')[0] ?? '';
  const kind = KINDS.find((it) => [it.word, it.plural, ...it.aliases].includes(word));
  if (kind) return kind;
  const known = KINDS.map(({ word: name, aliases }) =>
    aliases[0] === undefined ? name : `${name} (${aliases[0]})`,
  ).join(', ');
  throw new CliError(EXIT.usage, `unknown kind ${JSON.stringify(text)}; known are ${known}`);
}

/** Kind and names of `mj a b`, `mj/a`, or `mj`. */
export function kindAndNames(words: readonly string[]): { kind: Kind; names: string[] } {
  const [first = '', ...rest] = words;
  if (!first.includes('/')) return { kind: findKind(first), names: rest };
  const pairs = words.map((word) => word.split('/', 2) as [string, string | undefined]);
  const kind = findKind(pairs[0]?.[0] ?? '');
  const isMixed = pairs.some(([word, name]) => !name || findKind(word) !== kind);
  if (isMixed) throw new CliError(EXIT.usage, 'write KIND NAME ..., or KIND/NAME of one kind');
  return { kind, names: pairs.map(([, name]) => name ?? '') };
}
