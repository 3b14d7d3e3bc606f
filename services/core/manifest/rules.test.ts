/** Each CEL rule of the CRDs with a sample that passes and one that fails. */
import assert from 'node:assert/strict';
import { brokenRules } from './cel.ts';
import type { ManifestValue } from './documents.ts';
import { loadCrd, type StructuralSchema } from './schema.ts';
import { channel, type Changes, job, mailChannel, problemsOf } from './testing/samples.ts';

interface Sample {
  /** The rule's message, which names it. */
  rule: string;
  make: (changes: Changes) => ManifestValue;
  passes: Changes;
  fails: Changes;
  /** Where the failing sample is reported. */
  at: string;
  /** What is said when it is not the rule's message. */
  says?: string;
}

const LABEL =
  "must be a DNS label: lower case letters, digits and '-', with a letter or digit at both ends";
const range = (from: string, to: string): string =>
  `must be a duration such as 90s, 15m or 1h30m, from ${from} to ${to}`;
const percent = { name: 'p', then: 'Alert', percentChange: { select: 'b', op: 'Lt', value: '1' } };
const smtp = { 'spec.email.provider': 'Smtp', 'spec.email.smtp': { host: 'mail.example.org' } };

const jobSamples: Sample[] = [
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
];

/** Every duration with the shortest and the longest that passes, and one beyond each end. */
const durations: [path: string, from: string, to: string, below: string, above: string][] = [
  ['spec.schedule.interval', '60s', '744h', '59s', '744h1s'],
  ['spec.schedule.startingDeadline', '1s', '744h', '0s', '745h'],
  ['spec.timeouts.page', '1s', '2m', '0s', '121s'],
  ['spec.timeouts.total', '1s', '10m', '0s', '601s'],
  ['spec.goal.confirm.delay', '1s', '1h', '0s', '1h1s'],
  ['spec.alerting.cooldown', '0s', '168h', '-1s', '168h1s'],
  ['spec.alerting.repeat.every', '60s', '168h', '59s', '169h'],
];

const channelSamples: Sample[] = [
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

function* rulesIn(schema: StructuralSchema): Generator<string> {
  for (const rule of schema['x-kubernetes-validations'] ?? []) yield rule.message ?? rule.rule;
  for (const child of Object.values(schema.properties ?? {})) yield* rulesIn(child);
  if (schema.items) yield* rulesIn(schema.items);
}

function describeSample(
  schema: StructuralSchema,
  { rule, make, passes, fails, at, says }: Sample,
): void {
  it(`'${rule}' passes ${JSON.stringify(passes)}`, () => {
    assert.deepEqual(problemsOf(make(passes)), []);
  });
  it(`'${rule}' refuses ${JSON.stringify(fails)} at ${at}`, () => {
    assert.ok(problemsOf(make(fails)).includes(`${at}: ${says ?? rule}`));
    assert.equal([...rulesIn(schema)].includes(rule), true, 'the CRD has no such rule');
  });
}

describe('CEL rules of the MonitorJob', () => {
  const schema = loadCrd('monitorjobs.yaml');
  for (const sample of jobSamples) describeSample(schema, sample);
  for (const [path, from, to, below, above] of durations) {
    const withCron = path.startsWith('spec.timeouts')
      ? { 'spec.schedule': { cron: '0 9 * * *' } }
      : {};
    for (const value of [from, to])
      it(`${path} takes ${value}`, () => {
        assert.deepEqual(problemsOf(job({ ...withCron, [path]: value })), []);
      });
    for (const value of [below, above, '1 h', '1.5h', '5', '1m1h', ''])
      it(`${path} refuses '${value}' with one message`, () => {
        const problems = problemsOf(job({ ...withCron, [path]: value }));
        assert.deepEqual(problems, [`${path}: ${range(from, to)}`]);
      });
  }
  it('bounds the wait for a selector to one minute', () => {
    const at = 'spec.sources[0].waitFor';
    assert.deepEqual(problemsOf(job({ [at]: { selector: 'a', timeout: '60s' } })), []);
    assert.deepEqual(problemsOf(job({ [at]: { selector: 'a', timeout: '61s' } })), [
      `${at}.timeout: ${range('1s', '60s')}`,
    ]);
  });
  it('bounds the time of a percent change', () => {
    const at = 'spec.conditions';
    const within = (time: string) => [
      { ...percent, percentChange: { ...percent.percentChange, within: time } },
    ];
    assert.deepEqual(problemsOf(job({ [at]: within('24h') })), []);
    assert.deepEqual(problemsOf(job({ [at]: within('59s') })), [
      `${at}[0].percentChange.within: ${range('60s', '744h')}`,
    ]);
  });
  it('has a sample for each of its rules', () => {
    const sampled = new Set(jobSamples.map(({ rule }) => rule));
    const missing = [...rulesIn(schema)].filter(
      (rule) => !sampled.has(rule) && !rule.startsWith('must be a duration'),
    );
    assert.deepEqual(missing, []);
  });
});

describe('CEL rules of the NotificationChannel', () => {
  const schema = loadCrd('notificationchannels.yaml');
  for (const sample of channelSamples) describeSample(schema, sample);
  it('names the wanted block by its messageExpression', () => {
    assert.deepEqual(problemsOf(channel({ 'spec.type': 'Teams' })), [
      'spec.type: exactly the block of type Teams must be set, and no other',
    ]);
  });
  for (const [type, block, value] of [
    ['Email', 'email', { to: ['a@example.org'] }],
    ['Slack', 'slack', { secretRef: { name: 's', key: 'url' } }],
    ['Teams', 'teams', { secretRef: { name: 's', key: 'url' } }],
  ] as const)
    it(`takes type ${type} with the block ${block} alone`, () => {
      const change = { 'spec.type': type, 'spec.webhook': undefined, [`spec.${block}`]: value };
      assert.deepEqual(problemsOf(channel(change)), []);
      assert.notDeepEqual(problemsOf(channel({ [`spec.${block}`]: value })), []);
    });
  it('refuses to change the type of a stored channel', () => {
    const problems = problemsOf(channel(), mailChannel() as { kind: string } & object);
    assert.deepEqual(problems, ['spec.type: cannot be changed; create another channel instead']);
  });
  it('takes the same type again', () => {
    assert.deepEqual(problemsOf(channel(), channel() as { kind: string } & object), []);
  });
  it('has a sample for each of its rules', () => {
    const sampled = new Set(channelSamples.map(({ rule }) => rule));
    const missing = [...rulesIn(schema)].filter((rule) => !sampled.has(rule));
    assert.deepEqual(missing, ['cannot be changed; create another channel instead']);
  });
});

describe('the CEL evaluator', () => {
  const rule = (text: string, more: object = {}): StructuralSchema => ({
    type: 'object',
    properties: {
      count: { type: 'integer' },
      items: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            size: {
              type: 'integer',
              'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'may not shrink' }],
            },
          },
        },
      },
    },
    'x-kubernetes-validations': [{ rule: text, ...more }],
  });

  it('compares integers as integers', () => {
    assert.deepEqual(brokenRules(rule('self.count / 2 == 2'), { count: 5 }), []);
  });
  it('uses the rule itself when it has no message', () => {
    assert.equal(brokenRules(rule('false'), {})[0]?.message, 'failed rule: false');
  });
  it('falls back to the message when the messageExpression fails', () => {
    const schema = rule('false', { message: 'plain', messageExpression: 'self.absent' });
    assert.equal(brokenRules(schema, {})[0]?.message, 'plain');
  });
  it('puts the fieldPath behind the place of the rule', () => {
    assert.equal(brokenRules(rule('false', { fieldPath: '.count' }), {})[0]?.path, 'count');
  });
  it('marks a rule that cannot be evaluated', () => {
    assert.equal(brokenRules(rule('self.absent > 1'), {})[0]?.unsure, true);
  });
  it('follows the items of a keyed list when their order changes', () => {
    const old = {
      items: [
        { name: 'a', size: 5 },
        { name: 'b', size: 1 },
      ],
    };
    const now = {
      items: [
        { name: 'b', size: 1 },
        { name: 'a', size: 4 },
      ],
    };
    const found = brokenRules(rule('true'), now, old).map(({ path }) => path);
    assert.deepEqual(found, ['items[1].size']);
  });
  it('asks no transition rule of an item that is new', () => {
    assert.deepEqual(
      brokenRules(rule('true'), { items: [{ name: 'a', size: 0 }] }, { items: [] }),
      [],
    );
  });
});
