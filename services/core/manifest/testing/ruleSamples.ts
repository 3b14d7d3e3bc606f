/** Samples of the CEL rules of MonitorJob and NotificationChannel, for tests here and on a server. */
import type { ManifestValue } from '../documents.ts';
import { channel, type Changes, job, mailChannel } from './samples.ts';

/** One CEL rule with a change of a valid manifest that passes and one that fails. */
export interface RuleSample {
  /** The rule's message, which names it. */
  readonly rule: string;
  readonly make: (changes: Changes) => ManifestValue;
  readonly passes: Changes;
  readonly fails: Changes;
  /** Where the failing sample is reported. */
  readonly at: string;
  /** What is said when it is not the rule's message. */
  readonly says?: string;
}

const LABEL =
  "must be a DNS label: lower case letters, digits and '-', with a letter or digit at both ends";
/** What a rule about a duration says. */
export const durationMessage = (from: string, to: string): string =>
  `must be a duration such as 90s, 15m or 1h30m, from ${from} to ${to}`;
const percent = { name: 'p', then: 'Alert', percentChange: { select: 'b', op: 'Lt', value: '1' } };
const POOL_OF_SHARED = 'must be absent when level is Shared, whose pool is that of the platform';
const login = {
  'spec.isolation': { level: 'Namespace' },
  'spec.session': { credentialsSecretRef: { name: 'duckmon-login-shop' } },
};
const typed = {
  'spec.sources[0].steps': [{ type: { selector: '#password', fromSecretKey: 'password' } }],
};
const smtp = { 'spec.email.provider': 'Smtp', 'spec.email.smtp': { host: 'mail.example.org' } };

export const jobSamples: RuleSample[] = [
  {
    rule: 'metadata.name must be a DNS label of at most 63 characters',
    make: job,
    passes: { 'metadata.name': 'a'.repeat(63) },
    fails: { 'metadata.name': '-a' },
    at: 'metadata.name',
    says: LABEL,
  },
  {
    rule: 'exactly one of interval and cron must be set',
    make: job,
    passes: { 'spec.schedule': { cron: '0 9 * * *' } },
    fails: { 'spec.schedule': { cron: '0 9 * * *', interval: '1h' } },
    at: 'spec.schedule',
  },
  {
    rule: 'exactly one of interval and cron must be set',
    make: job,
    passes: { 'spec.schedule': { interval: '1h' } },
    fails: { 'spec.schedule': {} },
    at: 'spec.schedule',
  },
  {
    rule: 'must be below schedule.interval',
    make: job,
    passes: { 'spec.schedule.interval': '90s', 'spec.timeouts': { page: '89s' } },
    fails: { 'spec.schedule.interval': '90s', 'spec.timeouts': { page: '90s' } },
    at: 'spec.timeouts.page',
  },
  {
    rule: 'must be below schedule.interval',
    make: job,
    passes: { 'spec.schedule': { cron: '0 9 * * *' }, 'spec.timeouts': { total: '10m' } },
    fails: { 'spec.schedule.interval': '2m', 'spec.timeouts': { total: '3m' } },
    at: 'spec.timeouts.total',
  },
  {
    rule: 'every waitFor.timeout must be below schedule.interval',
    make: job,
    passes: {
      'spec.schedule.interval': '61s',
      'spec.sources[0].waitFor': { selector: 'a', timeout: '1m' },
    },
    fails: {
      'spec.schedule.interval': '60s',
      'spec.sources[0].waitFor': { selector: 'a', timeout: '1m' },
    },
    at: 'spec.sources',
  },
  {
    rule: 'must be an absolute http or https URL with a host',
    make: job,
    passes: { 'spec.sources[0].url': 'http://127.0.0.1:9180/?q=1#x' },
    fails: { 'spec.sources[0].url': 'ftp://example.org/x' },
    at: 'spec.sources[0].url',
  },
  {
    rule: 'must not contain user info (user:password@)',
    make: job,
    passes: { 'spec.sources[0].url': 'https://example.org/@someone?mail=a@b' },
    fails: { 'spec.sources[0].url': 'https://user:password@example.org/' },
    at: 'spec.sources[0].url',
  },
  {
    rule: 'only one of prompt and promptFrom may be set',
    make: job,
    passes: { 'spec.goal': { promptFrom: { configMapKeyRef: { name: 'goals', key: 'terms' } } } },
    fails: { 'spec.goal.promptFrom': { configMapKeyRef: { name: 'goals', key: 'terms' } } },
    at: 'spec.goal',
  },
  {
    rule: 'goal needs prompt or promptFrom, unless a condition has then: Alert',
    make: job,
    passes: { 'spec.goal': undefined, 'spec.conditions': [percent] },
    fails: { 'spec.goal': undefined, 'spec.conditions': [{ ...percent, then: 'Require' }] },
    at: 'spec.goal',
  },
  {
    rule: 'repeat needs requireAcknowledgment: true',
    make: job,
    passes: { 'spec.alerting': { repeat: { max: 0 } } },
    fails: { 'spec.alerting': { repeat: { max: 0 }, requireAcknowledgment: false } },
    at: 'spec.alerting.repeat',
  },
  {
    rule: 'body needs method POST',
    make: job,
    passes: { 'spec.sources[0].http': { method: 'POST', body: 'x' } },
    fails: { 'spec.sources[0].http': { body: 'x' } },
    at: 'spec.sources[0].http.body',
  },
  {
    rule: 'is a header of the connection and is set by duckmon',
    make: job,
    passes: { 'spec.sources[0].http.headers': [{ name: 'Hostess', value: 'x' }] },
    fails: { 'spec.sources[0].http.headers': [{ name: 'hOST', value: 'x' }] },
    at: 'spec.sources[0].http.headers[0].name',
  },
  {
    rule: 'waitFor needs a browser: fetch must be Auto or Browser',
    make: job,
    passes: { 'spec.sources[0].fetch': 'Browser', 'spec.sources[0].waitFor': { selector: 'a' } },
    fails: { 'spec.sources[0].fetch': 'Http', 'spec.sources[0].waitFor': { selector: 'a' } },
    at: 'spec.sources[0].waitFor',
  },
  {
    rule: 'viewport needs a browser: fetch must be Auto or Browser',
    make: job,
    passes: { 'spec.sources[0].viewport': { width: 400 } },
    fails: { 'spec.sources[0].fetch': 'Http', 'spec.sources[0].viewport': { width: 400 } },
    at: 'spec.sources[0].viewport',
  },
  {
    rule: 'steps need a browser: fetch must be Auto or Browser',
    make: job,
    passes: { 'spec.sources[0].steps': [{ press: 'Enter' }] },
    fails: { 'spec.sources[0].fetch': 'Http', 'spec.sources[0].steps': [{ press: 'Enter' }] },
    at: 'spec.sources[0].steps',
  },
  {
    rule: 'steps need a web page, format Auto or Html and method GET',
    make: job,
    passes: { 'spec.sources[0].format': 'Html', 'spec.sources[0].steps': [{ press: 'Tab' }] },
    fails: { 'spec.sources[0].format': 'Json', 'spec.sources[0].steps': [{ press: 'Tab' }] },
    at: 'spec.sources[0].steps',
  },
  {
    rule: 'exactly one of click, type, press, select, wait and goto must be set',
    make: job,
    passes: { 'spec.sources[0].steps': [{ goto: 'https://example.org/login' }] },
    fails: { 'spec.sources[0].steps': [{ press: 'Tab', goto: 'https://example.org/' }] },
    at: 'spec.sources[0].steps[0]',
  },
  {
    rule: 'exactly one of selector, text and role must be set',
    make: job,
    passes: { 'spec.sources[0].steps': [{ click: { text: 'More' } }] },
    fails: { 'spec.sources[0].steps': [{ click: { text: 'More', selector: 'a' } }] },
    at: 'spec.sources[0].steps[0].click',
  },
  {
    rule: 'name needs role',
    make: job,
    passes: { 'spec.sources[0].steps': [{ click: { role: 'Button', name: 'Go' } }] },
    fails: { 'spec.sources[0].steps': [{ click: { selector: 'a', name: 'Go' } }] },
    at: 'spec.sources[0].steps[0].click.name',
  },
  {
    rule: 'exactly one of value, fromSecretKey and totpFromSecretKey must be set',
    make: job,
    passes: { 'spec.sources[0].steps': [{ type: { selector: '#q', value: 'lamps' } }] },
    fails: { 'spec.sources[0].steps': [{ type: { selector: '#q' } }] },
    at: 'spec.sources[0].steps[0].type',
  },
  {
    rule: 'exactly one of selector, text and duration must be set',
    make: job,
    passes: { 'spec.sources[0].steps': [{ wait: { duration: '5s' } }] },
    fails: { 'spec.sources[0].steps': [{ wait: { duration: '5s', text: 'Ready' } }] },
    at: 'spec.sources[0].steps[0].wait',
  },
  {
    rule: 'must begin with duckmon-login-, so that pods of browsers may mount it',
    make: job,
    passes: login,
    fails: { ...login, 'spec.session.credentialsSecretRef.name': 'shop' },
    at: 'spec.session.credentialsSecretRef.name',
  },
  {
    rule: 'a login needs browsers of its own: isolation.level must be Namespace, Dedicated or Ephemeral',
    make: job,
    passes: login,
    fails: { ...login, 'spec.isolation.level': 'Shared' },
    at: 'spec.session.credentialsSecretRef',
  },
  {
    rule: 'steps that type from a Secret need session.credentialsSecretRef',
    make: job,
    passes: { ...login, ...typed },
    fails: typed,
    at: 'spec.sources',
  },
  {
    rule: 'checks must not be greater than of',
    make: job,
    passes: { 'spec.goal.confirm': { checks: 2, of: 3 } },
    fails: { 'spec.goal.confirm': { checks: 2 } },
    at: 'spec.goal.confirm.checks',
  },
  {
    rule: 'exactly one of text, regex, number, percentChange and size must be set',
    make: job,
    passes: { 'spec.conditions': [percent] },
    fails: { 'spec.conditions': [{ ...percent, size: { op: 'Gt', percent: 5 } }] },
    at: 'spec.conditions[0]',
  },
  {
    rule: 'exactly one of select and regex must be set',
    make: job,
    passes: { 'spec.values': [{ name: 'price', select: '.price', unit: '€' }] },
    fails: { 'spec.values': [{ name: 'price', select: '.price', regex: 'Price: (.*)' }] },
    at: 'spec.values[0]',
  },
  {
    rule: 'exactly one of select and regex must be set',
    make: job,
    passes: { 'spec.values': [{ name: 'price', regex: 'Price: (.*)' }] },
    fails: { 'spec.values': [{ name: 'price', unit: '€' }] },
    at: 'spec.values[0]',
  },
  {
    rule: 'a regular expression stands in the field regex, without the prefix',
    make: job,
    passes: { 'spec.values': [{ name: 'price', select: 'jsonpath:$.price' }] },
    fails: { 'spec.values': [{ name: 'price', select: 'regex:Price' }] },
    at: 'spec.values[0].select',
  },
  {
    rule: POOL_OF_SHARED,
    make: job,
    passes: { 'spec.isolation': { level: 'Dedicated', poolRef: { name: 'p'.repeat(63) } } },
    fails: { 'spec.isolation': { level: 'Shared', poolRef: { name: 'mine' } } },
    at: 'spec.isolation.poolRef',
  },
  {
    rule: POOL_OF_SHARED,
    make: job,
    passes: { 'spec.isolation': {} },
    fails: { 'spec.isolation': { poolRef: { name: 'mine' } } },
    at: 'spec.isolation.poolRef',
  },
];

/** Every duration with the shortest and the longest that passes, and one beyond each end. */
export const jobDurations: [
  path: string,
  from: string,
  to: string,
  below: string,
  above: string,
][] = [
  ['spec.schedule.interval', '60s', '744h', '59s', '744h1s'],
  ['spec.schedule.startingDeadline', '1s', '744h', '0s', '745h'],
  ['spec.timeouts.page', '1s', '2m', '0s', '121s'],
  ['spec.timeouts.total', '1s', '10m', '0s', '601s'],
  ['spec.goal.confirm.delay', '1s', '1h', '0s', '1h1s'],
  ['spec.alerting.cooldown', '0s', '168h', '-1s', '168h1s'],
  ['spec.alerting.repeat.every', '60s', '168h', '59s', '169h'],
];

export const channelSamples: RuleSample[] = [
  {
    rule: 'metadata.name must be a DNS label of at most 63 characters',
    make: channel,
    passes: { 'metadata.name': 'ops-2' },
    fails: { 'metadata.name': 'Ops' },
    at: 'metadata.name',
    says: LABEL,
  },
  {
    rule: 'exactly the block named by type must be set, and no other',
    make: channel,
    passes: {},
    fails: { 'spec.type': 'Slack' },
    at: 'spec.type',
    says: 'exactly the block of type Slack must be set, and no other',
  },
  {
    rule: 'smtp must be set when provider is Smtp, and only then',
    make: mailChannel,
    passes: smtp,
    fails: { 'spec.email.smtp': { host: 'mail.example.org' } },
    at: 'spec.email.smtp',
  },
  {
    rule: 'must be an absolute http or https URL with a host',
    make: channel,
    passes: { 'spec.webhook.url': 'http://127.0.0.1:9100/hook' },
    fails: { 'spec.webhook.url': 'javascript:alert(1)' },
    at: 'spec.webhook.url',
  },
  {
    rule: 'must not contain user info (user:password@)',
    make: channel,
    passes: { 'spec.webhook.url': 'https://example.org/hook' },
    fails: { 'spec.webhook.url': 'https://me@example.org/hook' },
    at: 'spec.webhook.url',
  },
  {
    rule: 'is a header of the connection and is set by duckmon',
    make: channel,
    passes: { 'spec.webhook.headers': [{ name: 'Authorization', value: 'x' }] },
    fails: { 'spec.webhook.headers': [{ name: 'Content-Length', value: '1' }] },
    at: 'spec.webhook.headers[0].name',
  },
];
