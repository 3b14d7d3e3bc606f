/** Each CEL rule of the CRDs with a sample that passes and one that fails. */
import assert from 'node:assert/strict';
import { brokenRules } from './cel.ts';
import { loadCrd, type StructuralSchema } from './schema.ts';
import {
  channelSamples,
  durationMessage,
  jobDurations,
  jobSamples,
  type RuleSample,
} from './testing/ruleSamples.ts';
import { channel, job, mailChannel, problemsOf } from './testing/samples.ts';

const percent = { name: 'p', then: 'Alert', percentChange: { select: 'b', op: 'Lt', value: '1' } };

function* rulesIn(schema: StructuralSchema): Generator<string> {
  for (const rule of schema['x-kubernetes-validations'] ?? []) yield rule.message ?? rule.rule;
  for (const child of Object.values(schema.properties ?? {})) yield* rulesIn(child);
  if (schema.items) yield* rulesIn(schema.items);
}

function describeSample(
  schema: StructuralSchema,
  { rule, make, passes, fails, at, says }: RuleSample,
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
  for (const [path, from, to, below, above] of jobDurations) {
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
        assert.deepEqual(problems, [`${path}: ${durationMessage(from, to)}`]);
      });
  }
  it('bounds the wait for a selector to one minute', () => {
    const at = 'spec.sources[0].waitFor';
    assert.deepEqual(problemsOf(job({ [at]: { selector: 'a', timeout: '60s' } })), []);
    assert.deepEqual(problemsOf(job({ [at]: { selector: 'a', timeout: '61s' } })), [
      `${at}.timeout: ${durationMessage('1s', '60s')}`,
    ]);
  });
  it('bounds the time of a percent change', () => {
    const at = 'spec.conditions';
    const within = (time: string) => [
      { ...percent, percentChange: { ...percent.percentChange, within: time } },
    ];
    assert.deepEqual(problemsOf(job({ [at]: within('24h') })), []);
    assert.deepEqual(problemsOf(job({ [at]: within('59s') })), [
      `${at}[0].percentChange.within: ${durationMessage('60s', '744h')}`,
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
