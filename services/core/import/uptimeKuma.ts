/** Uptime Kuma's JSON backup: its keyword monitors. All others watch servers, not pages. */
import { isRecord } from '../manifest/index.ts';
import { buildAll, type Built, type Convert } from './build.ts';
import { filled } from './filled.ts';
import { noteRest, words, type Fields, type Unsupported } from './fields.ts';
import { intervalOf, pageUrl, requestOf, SkipEntry, tagsOf } from './parts.ts';
import { CHANNEL_TODO, labelOf, type ImportNote, type Notes } from './report.ts';
import { recordsOf } from './read.ts';

/** Identities, states, and settings of other types that every monitor of a backup has. */
const BOOKKEEPING = words(`
  id weight dns_resolve_type dns_resolve_server dns_last_result forceInactive
  childrenIDs pathName path maintenance screenshot includeSensitiveData packetSize
  hostname port gamedig gameDig authMethod httpBodyEncoding kafkaProducerSaslOptions
  mqttCheckType dns_resolve_server cacheBust conditions jsonPathOperator snmpVersion
  rabbitmqNodes ipFamily remote_browser
`);

const LOGIN = 'put the login into a Secret duckmon-login-… and sign in by steps';
const UNSUPPORTED: Unsupported = {
  basic_auth_user: ['logins are not copied into manifests', LOGIN],
  basic_auth_pass: ['passwords are not copied into manifests', LOGIN],
  oauth_client_id: ['logins are not copied into manifests', LOGIN],
  oauth_client_secret: ['secrets are not copied into manifests', LOGIN],
  tlsCert: ['client certificates are not supported', ''],
  tlsKey: ['client certificates are not supported', ''],
  ignoreTls: ['certificates are always checked', 'mend the certificate of the page'],
  expiryNotification: ['duckmon does not look at the age of certificates', ''],
  maxredirects: ['redirects are followed as browsers do', ''],
  proxyId: ['a monitor has no proxy of its own', ''],
  maxretries: ['the page is fetched once', 'set goal.confirm to look again before telling'],
  retryInterval: ['it belongs to maxretries', 'set goal.confirm.delay'],
  resendInterval: ['reminders are by time, not by checks', 'set alerting.repeat'],
  timeout: ['duckmon has limits of its own', 'set timeouts.page'],
  notificationIDList: ['notifications hold secrets and are not carried over', CHANNEL_TODO],
};

/** `monitorList` of a backup. */
export const isUptimeKuma = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && Array.isArray(value['monitorList']);

/** Names of groups by the id of the monitor that is the group. */
function groupsOf(list: readonly unknown[]): ReadonlyMap<string, string> {
  const groups = list.filter(isRecord).filter(({ type }) => type === 'group');
  return new Map(groups.map(({ id, name }) => [String(id), labelOf(name)]));
}

export function convertUptimeKuma(
  backup: Readonly<Record<string, unknown>>,
): Built & { notes: ImportNote[] } {
  const list = backup['monitorList'] as readonly unknown[];
  const groups = groupsOf(list);
  const entries = recordsOf(list, 'monitorList')
    // A group is not lost: its name becomes a tag of what is in it.
    .filter(({ entry }) => !(isRecord(entry) && entry['type'] === 'group'))
    .map(({ place, entry }) => ({ place, value: entry }));
  const notes: ImportNote[] = [];
  if (Array.isArray(backup['notificationList']) && backup['notificationList'].length > 0)
    notes.push({
      field: 'notificationList',
      what: 'leftOut',
      why: 'notifications hold secrets and are not carried over',
      todo: CHANNEL_TODO,
    });
  return { ...buildAll(entries, converter(groups)), notes };
}

const converter =
  (groups: ReadonlyMap<string, string>): Convert =>
  (fields, notes) => {
    const type = fields.text('type') ?? '';
    if (type !== 'keyword')
      throw new SkipEntry(
        `type: ${labelOf(type) || 'none'} watches whether a server answers, not what a page says`,
        'leave it where it is; duckmon takes keyword monitors',
      );
    const title = fields.text('name') ?? '';
    const url = pageUrl(fields.text('url'), 'url', notes);
    const spec = filled({
      description: fields.text('description')?.slice(0, 500),
      suspend: fields.isOff('active') ? true : undefined,
      tags: tagsOf([...groupOf(fields, groups), ...tagNames(fields)]),
      sources: [
        {
          name: 'page',
          url,
          fetch: 'Http',
          ...requestOf(
            {
              method: fields.text('method'),
              body: fields.text('body'),
              headers: parsed(fields.text('headers')),
            },
            notes,
          ),
        },
      ],
      schedule: {
        interval: intervalOf((fields.number('interval') ?? 60) * 1000, 'interval', notes),
      },
      conditions: [conditionOf(fields, notes)],
    });
    noteStatus(fields, notes);
    for (const name of BOOKKEEPING) fields.take(name);
    noteRest(fields, notes, UNSUPPORTED);
    return { title: title || url, spec };
  };

function groupOf(fields: Fields, groups: ReadonlyMap<string, string>): string[] {
  const parent = fields.text('parent');
  const name = parent === undefined ? undefined : groups.get(parent);
  return name === undefined ? [] : [name];
}

/** Tags have a name, and some a value. */
function tagNames(fields: Fields): string[] {
  const tags = fields.take('tags');
  return (Array.isArray(tags) ? tags : [])
    .filter(isRecord)
    .map(({ name, value }) =>
      [name, value].filter((it) => typeof it === 'string' && it !== '').join('-'),
    );
}

/** Headers are JSON in a text. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return { [String(text)]: '' };
  }
}

function conditionOf(fields: Fields, notes: Notes): Readonly<Record<string, unknown>> {
  const keyword = fields.text('keyword');
  if (keyword === undefined || keyword.length > 512)
    throw new SkipEntry('keyword: must have 1 to 512 characters', 'write the condition by hand');
  // "Upside down" calls well what else is down; with an inverted keyword that is the keyword again.
  const isBad = fields.isOn('invertKeyword') !== fields.isOn('upsideDown');
  notes.changed(
    'keyword',
    'it is looked for in the text that people see, not in the source of the page; case and white space do not matter',
  );
  const side = isBad ? 'Present' : 'Absent';
  return { name: 'keyword', then: 'Alert', text: { contains: keyword, side } };
}

function noteStatus(fields: Fields, notes: Notes): void {
  const accepted = fields.texts('accepted_statuscodes');
  if (accepted.length > 0 && accepted.join(',') !== '200-299')
    notes.leftOut(
      'accepted_statuscodes',
      `${labelOf(accepted.join(', '))}: an error page is not judged, whatever its status`,
    );
}
