import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import { LEVELS, type Level } from '../../pools/binding.ts';
import { firstViolation, limitsFor } from './policies.ts';
import { inputOf, jobOf, jobSpec } from './testing.ts';

const alerting = jobSpec().alerting;
const fromConfigMap = {
  goal: {
    ...jobSpec().goal,
    promptFrom: { configMapKeyRef: { name: 'prompts', key: 'shop' } },
  },
};

describe('operator: policies of a MonitorJob', () => {
  it('accepts a plain job', () => {
    assert.equal(firstViolation(inputOf()), undefined);
  });

  it('names the channel that is missing and stops no check for it', () => {
    const job = jobOf({
      alerting: { ...alerting, channelRefs: [{ name: 'ops' }, { name: 'sms' }] },
    });
    const violation = firstViolation(inputOf({ job, channels: new Set(['ops']) }));
    assert.equal(violation?.reason, 'ChannelNotFound');
    assert.match(violation.message, /sms/);
    assert.equal(violation.effect, 'tell');
    assert.equal(firstViolation(inputOf({ job, channels: new Set(['ops', 'sms']) })), undefined);
  });

  it('looks at the channels of failures too', () => {
    const job = jobOf({
      alerting: { ...alerting, onFailure: { after: 5, channelRefs: [{ name: 'ops' }] } },
    });
    assert.equal(firstViolation(inputOf({ job }))?.reason, 'ChannelNotFound');
  });

  it('keeps what is there while the ConfigMap of the prompt is missing', () => {
    const violation = firstViolation(inputOf({ job: jobOf(fromConfigMap) }));
    assert.equal(violation?.reason, 'ConfigMapNotFound');
    assert.match(violation.message, /key shop of the ConfigMap prompts/);
    assert.equal(violation.effect, 'keep');
  });

  for (const [what, prompt] of [
    ['is blank', '  \n'],
    ['is too long', 'x'.repeat(2001)],
  ] as const)
    it(`refuses a prompt of a ConfigMap that ${what}`, () => {
      const violation = firstViolation(inputOf({ job: jobOf(fromConfigMap), prompt }));
      assert.equal(violation?.reason, 'Invalid');
      assert.equal(violation.effect, 'keep');
    });

  it('takes a prompt of 2000 characters', () => {
    const prompt = '€'.repeat(2000);
    assert.equal(firstViolation(inputOf({ job: jobOf(fromConfigMap), prompt })), undefined);
  });

  it('holds a job that would be checked more often than allowed, by the time and not the text', () => {
    const limits = { minInterval: '900s' };
    assert.equal(firstViolation(inputOf({ limits })), undefined);
    const violation = firstViolation(inputOf({ limits: { minInterval: '16m' } }));
    assert.equal(violation?.reason, 'IntervalTooShort');
    assert.equal(violation.effect, 'hold');
    assert.match(violation.message, /15m.*16m/);
  });

  it('holds a job with more pages than allowed', () => {
    const [source] = jobSpec().sources;
    assert.ok(source);
    const job = jobOf({ sources: [source, { ...source, name: 'second' }] });
    assert.equal(firstViolation(inputOf({ job, limits: { maxSourcesPerJob: 2 } })), undefined);
    const violation = firstViolation(inputOf({ job, limits: { maxSourcesPerJob: 1 } }));
    assert.equal(violation?.reason, 'TooManySources');
  });

  it('holds a job that is isolated less than the floor of its namespace', () => {
    const violation = firstViolation(inputOf({ limits: { minIsolation: 'Namespace' } }));
    assert.equal(violation?.reason, 'IsolationNotAllowed');
    assert.equal(firstViolation(inputOf({ limits: { minIsolation: 'Shared' } })), undefined);
  });

  const isolated = (level: Level, poolRef?: string) =>
    jobOf({ isolation: { level, ...(poolRef && { poolRef: { name: poolRef } }) } });

  it('takes every level that is at or above the floor', () => {
    const limits = { minIsolation: 'Dedicated' } as const;
    const reasonOf = (level: Level) =>
      firstViolation(inputOf({ job: isolated(level), limits }))?.reason;
    assert.deepEqual(
      LEVELS.map((level) => [level, reasonOf(level)]),
      [
        ['Shared', 'IsolationNotAllowed'],
        ['Namespace', 'IsolationNotAllowed'],
        ['Dedicated', undefined],
        ['Ephemeral', undefined],
      ],
    );
  });

  it('E10 holds a job that would share the pool of a namespace with other persons', () => {
    const violation = firstViolation(inputOf({ job: isolated('Namespace'), isAmongPersons: true }));
    assert.equal(violation?.reason, 'IsolationNotAllowed');
    assert.equal(violation.effect, 'hold');
    assert.match(violation.message, /use Dedicated or Ephemeral/);
    for (const level of ['Shared', 'Dedicated', 'Ephemeral'] as const)
      assert.equal(
        firstViolation(inputOf({ job: isolated(level), isAmongPersons: true })),
        undefined,
        level,
      );
  });

  const signsIn = (level: Level, name = 'duckmon-login-shop') =>
    jobOf({
      isolation: { level },
      session: { credentialsSecretRef: { name }, persist: false },
    });

  it('E10 holds a job with a login at the level Shared, and says which levels it needs', () => {
    const violation = firstViolation(inputOf({ job: signsIn('Shared') }));
    assert.equal(violation?.reason, 'IsolationNotAllowed');
    assert.equal(violation.effect, 'hold');
    assert.match(violation.message, /level Namespace, Dedicated or Ephemeral/);
    for (const level of ['Namespace', 'Dedicated', 'Ephemeral'] as const)
      assert.equal(firstViolation(inputOf({ job: signsIn(level) })), undefined, level);
    const named = firstViolation(inputOf({ job: signsIn('Namespace'), sharesBrowsers: true }));
    assert.equal(named?.reason, 'IsolationNotAllowed');
    assert.match(named.message, /poolRef names the shared ones/);
  });

  it('E10 holds a login among persons at every level but Dedicated', () => {
    for (const level of LEVELS) {
      const violation = firstViolation(inputOf({ job: signsIn(level), isAmongPersons: true }));
      assert.equal(violation?.reason, level === 'Dedicated' ? undefined : 'IsolationNotAllowed');
      if (violation) assert.match(violation.message, /needs spec\.isolation\.level Dedicated/);
    }
  });

  it("E10 holds a job that names a Secret of another kind, or another person's", () => {
    const of = (name: string, isPersonal: boolean) => {
      const job = signsIn('Dedicated', name);
      const violation = firstViolation(inputOf({ job, isPersonal, workspace: 'anna' }));
      if (violation) assert.equal(violation.reason, 'LoginSecretNotNamed');
      return violation?.message;
    };
    assert.equal(of('duckmon-login-anna-shop', true), undefined);
    assert.match(
      of('duckmon-login-bob-shop', true) ?? '',
      /begin with duckmon-login-anna-, .*your/,
    );
    assert.equal(of('duckmon-login-bob-shop', false), undefined);
    assert.match(of('duckmon-keys-browser', false) ?? '', /must begin with duckmon-login-, /);
  });

  it('holds a Dedicated job whose pool another uses, and names that one', () => {
    const violation = firstViolation(
      inputOf({ job: isolated('Dedicated'), rival: 'the MonitorJob stocks' }),
    );
    assert.equal(violation?.reason, 'IsolationNotAllowed');
    assert.equal(violation.effect, 'hold');
    assert.match(violation.message, /the MonitorJob stocks uses the same WorkerPool/);
  });

  it('holds a job from a pool that may not be used, and only tells of one that is not there', () => {
    const of = (kind: 'none' | 'unfit', level: Level, poolRef?: string) =>
      firstViolation(inputOf({ job: isolated(level, poolRef), pool: { kind, message: 'why' } }));
    const held = { reason: 'PoolNotFound', message: 'why', effect: 'hold' };
    assert.deepEqual(of('unfit', 'Namespace'), held);
    assert.deepEqual(of('unfit', 'Ephemeral', 'mine'), held);
    assert.deepEqual(of('none', 'Ephemeral', 'mine'), { ...held, effect: 'tell' });
    assert.equal(of('none', 'Namespace'), undefined, 'the operator makes it');
    assert.equal(of('unfit', 'Shared'), undefined, 'no fault of the job');
  });

  it('never lets what is only told of hide what forbids sending the job', () => {
    const violation = firstViolation(
      inputOf({
        job: jobOf({ ...isolated('Ephemeral', 'mine').spec, ...fromConfigMap }),
        pool: { kind: 'none', message: 'why' },
      }),
    );
    assert.equal(violation?.reason, 'ConfigMapNotFound');
  });

  it('says what forbids checking before what only misses a channel', () => {
    const job = jobOf({ alerting: { ...alerting, channelRefs: [{ name: 'ops' }] } });
    const violation = firstViolation(inputOf({ job, limits: { minInterval: '1h' } }));
    assert.equal(violation?.reason, 'IntervalTooShort');
  });
});

describe('operator: limits of a namespace', () => {
  const platform = {
    spec: {
      limits: {
        minInterval: '5m',
        maxSourcesPerJob: 10,
        overrides: [{ namespace: 'fast', minInterval: '60s' }],
      },
    },
  } as unknown as MonitorPlatform;

  it('are those of the platform', () => {
    assert.deepEqual(limitsFor(platform, 'team'), { minInterval: '5m', maxSourcesPerJob: 10 });
  });

  it('are overridden one by one', () => {
    assert.deepEqual(limitsFor(platform, 'fast'), { minInterval: '60s', maxSourcesPerJob: 10 });
  });

  it('are none without a platform', () => {
    assert.deepEqual(limitsFor(undefined, 'team'), {});
  });
});
