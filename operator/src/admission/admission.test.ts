/** The admission policies of `manifests/base/admission`: each rule with what it lets through and refuses. */
import assert from 'node:assert/strict';
import { channel, job, mailChannel } from '../../../services/core/manifest/testing/samples.ts';
import { ANNOTATIONS, GROUP, SECRETS, SERVICE_ACCOUNTS, keysSecretName } from '../names.ts';
import {
  admissionObjects,
  refusals,
  type AdmissionRequest,
  type Binding,
  type Policy,
} from './testing/evaluate.ts';
import { escalation, podOf, workloads, wrongPods } from './testing/workloads.ts';

const objects = admissionObjects();
const policies = objects.filter((it): it is Policy => it.kind === 'ValidatingAdmissionPolicy');
const bindings = objects.filter((it): it is Binding => it.kind !== 'ValidatingAdmissionPolicy');
const policy = (name: string): Policy =>
  policies.find(({ metadata }) => metadata.name === `duckmon-${name}`) ?? assert.fail(name);

const account = (name: string): string => `system:serviceaccount:duckmon:${name}`;
const operator = account(SERVICE_ACCOUNTS.operator);
const api = account(SERVICE_ACCOUNTS.api);
const anna = 'anna@example.org';
const inTeam = (object: object): object => {
  const { metadata, ...rest } = object as { metadata: object };
  return { ...rest, metadata: { ...metadata, namespace: 'team-a' } };
};

describe('admission policies', () => {
  it('are bound one to one, and refuse', () => {
    assert.deepEqual(
      bindings.map(({ spec }) => spec.policyName).sort(),
      policies.map(({ metadata }) => metadata.name).sort(),
    );
    for (const { spec } of bindings) assert.deepEqual(spec.validationActions, ['Deny']);
    for (const { spec } of policies) assert.equal(spec.failurePolicy, 'Fail');
  });
  it('stay below the number of authorizer checks that the API server affords', () => {
    for (const { metadata, spec } of policies) {
      const checks = spec.validations.filter(({ expression }) => expression.includes('authorizer'));
      assert.ok(checks.length <= 28, metadata.name);
    }
  });
  it('have a one-line message for each rule, also where it is computed', () => {
    for (const { metadata, spec } of policies)
      for (const { message } of spec.validations)
        assert.ok(message.length > 10 && !message.includes('\n'), metadata.name);
  });
  it('know the accounts by the names that the operator uses', () => {
    const conditions = policies.flatMap(({ spec }) => spec.matchConditions);
    const named = conditions.flatMap(({ expression }) => expression.match(/'system:[^']+'/g) ?? []);
    assert.deepEqual([...new Set(named)].sort(), [`'${api}'`, `'${operator}'`]);
  });
});

describe('admission: Secrets that a MonitorJob or NotificationChannel names', () => {
  const withSession = inTeam(
    job({ 'spec.session': { credentialsSecretRef: { name: 'duckmon-login-a' } } }),
  );
  const ask = (object: object, more: Partial<AdmissionRequest> = {}): string[] => {
    const resource =
      (object as { kind: string }).kind === 'MonitorJob' ? 'monitorjobs' : 'notificationchannels';
    const which = resource === 'monitorjobs' ? 'monitorjob-secrets' : 'channel-secrets';
    return refusals(policy(which), {
      user: anna,
      operation: 'CREATE',
      group: GROUP,
      resource,
      object,
      oldObject: null,
      ...more,
    });
  };
  const slack = inTeam(
    channel({
      'spec.type': 'Slack',
      'spec.webhook': undefined,
      'spec.slack': { secretRef: { name: 's', key: 'k' } },
    }),
  );
  const signed = inTeam(
    channel({
      'spec.webhook.signing': {
        secretRef: { name: 'new', key: 'k' },
        previousSecretRef: { name: 'old', key: 'k' },
      },
    }),
  );

  it('E10 refuses an author who may not read the login Secret', () => {
    assert.deepEqual(ask(withSession), ['you may not get secret duckmon-login-a']);
    assert.deepEqual(ask(withSession, { readable: ['team-b/duckmon-login-a'] }), [
      'you may not get secret duckmon-login-a',
    ]);
  });
  it('lets an author through who may', () => {
    assert.deepEqual(ask(withSession, { readable: ['team-a/duckmon-login-a'] }), []);
    assert.deepEqual(ask(inTeam(job())), []);
  });
  for (const [type, object] of [
    ['Slack', slack],
    [
      'Teams',
      inTeam(
        channel({
          'spec.type': 'Teams',
          'spec.webhook': undefined,
          'spec.teams': { secretRef: { name: 's', key: 'k' } },
        }),
      ),
    ],
    ['Email', inTeam(mailChannel({ 'spec.email.secretRef': { name: 's', key: 'k' } }))],
    [
      'Webhook',
      inTeam(channel({ 'spec.webhook.signing': { secretRef: { name: 's', key: 'k' } } })),
    ],
  ] as const)
    it(`E10 asks for the Secret of a ${type} channel`, () => {
      assert.deepEqual(ask(object), ['you may not get secret s']);
      assert.deepEqual(ask(object, { readable: ['team-a/s'] }), []);
    });
  it('E10 asks for each of two Secrets', () => {
    assert.deepEqual(ask(signed, { readable: ['team-a/new'] }), ['you may not get secret old']);
    assert.deepEqual(ask(signed, { readable: ['team-a/old'] }), ['you may not get secret new']);
    assert.deepEqual(ask(signed, { readable: ['team-a/old', 'team-a/new'] }), []);
  });
  it('does not ask again when the spec stays, so that anybody may annotate', () => {
    const annotated = { ...slack, metadata: { annotations: { [ANNOTATIONS.dryRun]: 'true' } } };
    assert.deepEqual(ask(annotated, { operation: 'UPDATE', oldObject: slack }), []);
    assert.deepEqual(ask(slack, { operation: 'UPDATE', oldObject: signed }), [
      'you may not get secret s',
    ]);
  });
  it('lets the api through, which has asked for its user', () => {
    assert.deepEqual(ask(slack, { user: api }), []);
    assert.deepEqual(ask(withSession, { user: api }), []);
    assert.notDeepEqual(ask(slack, { user: 'system:serviceaccount:team-a:duckmon-api' }), []);
  });
});

describe('admission: limits of the MonitorPlatform', () => {
  const limits = (spec: object | undefined) => ({
    spec: spec === undefined ? {} : { limits: spec },
  });
  const ask = (params: object | null, object: object, oldObject: object | null = null): string[] =>
    refusals(policy('limits'), {
      user: anna,
      operation: oldObject ? 'UPDATE' : 'CREATE',
      group: GROUP,
      resource: 'monitorjobs',
      object: inTeam(object),
      oldObject: oldObject && inTeam(oldObject),
      params,
    });
  const sources = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `s${index}`,
      url: 'https://example.org/',
    }));
  const slow = job({ 'spec.schedule.interval': '1h' });

  it('refuse a shorter interval and let the shortest through', () => {
    const params = limits({ minInterval: '15m' });
    assert.deepEqual(ask(params, job({ 'spec.schedule.interval': '899s' })), [
      'spec.schedule.interval must be at least 15m in this namespace (MonitorPlatform)',
    ]);
    assert.deepEqual(ask(params, job({ 'spec.schedule.interval': '900s' })), []);
    assert.deepEqual(ask(params, job({ 'spec.schedule': { cron: '* * * * *' } })), []);
  });
  it('refuse more sources', () => {
    const params = limits({ maxSourcesPerJob: 2 });
    assert.deepEqual(ask(params, job({ 'spec.sources': sources(3) })), [
      'spec.sources: at most 2 in this namespace (MonitorPlatform)',
    ]);
    assert.deepEqual(ask(params, job({ 'spec.sources': sources(2) })), []);
  });
  it('refuse less isolation, and take a job without the field for Shared', () => {
    const params = limits({ minIsolation: 'Dedicated' });
    const message =
      'spec.isolation.level must be at least Dedicated in this namespace (MonitorPlatform)';
    assert.deepEqual(ask(params, job()), [message]);
    assert.deepEqual(ask(params, job({ 'spec.isolation': { level: 'Namespace' } })), [message]);
    for (const level of ['Dedicated', 'Ephemeral'])
      assert.deepEqual(ask(params, job({ 'spec.isolation': { level } })), [], level);
  });
  it('of a namespace win over those of all, field by field', () => {
    const overrides = [
      { namespace: 'team-a', minInterval: '2h' },
      { namespace: 'team-b', minInterval: '1m' },
    ];
    const params = limits({ minInterval: '15m', maxSourcesPerJob: 1, overrides });
    assert.equal(ask(params, slow).length, 1);
    assert.deepEqual(
      ask(
        limits({ minInterval: '2h', overrides: [{ namespace: 'team-a', minInterval: '1h' }] }),
        slow,
      ),
      [],
    );
    const many = job({ 'spec.schedule.interval': '3h', 'spec.sources': sources(2) });
    assert.deepEqual(ask(params, many), [
      'spec.sources: at most 1 in this namespace (MonitorPlatform)',
    ]);
  });
  it('do not lock jobs that are older than they', () => {
    const params = limits({ minInterval: '2h', maxSourcesPerJob: 1, minIsolation: 'Ephemeral' });
    const old = job({ 'spec.schedule.interval': '1h', 'spec.sources': sources(3) });
    const edited = job({
      'spec.schedule.interval': '1h',
      'spec.sources': sources(3),
      'spec.goal.threshold': 50,
    });
    assert.deepEqual(ask(params, edited, old), []);
    assert.equal(
      ask(params, job({ 'spec.schedule.interval': '59m', 'spec.sources': sources(2) }), old).length,
      2,
    );
  });
  it('allow everything when there are none, or no MonitorPlatform', () => {
    const greedy = job({ 'spec.sources': sources(20), 'spec.schedule.interval': '60s' });
    for (const params of [limits(undefined), limits({}), null])
      assert.deepEqual(ask(params, greedy), []);
    const { paramRef } =
      bindings.find(({ spec }) => spec.policyName === 'duckmon-limits')?.spec ?? {};
    assert.deepEqual(paramRef, {
      name: 'default',
      namespace: 'duckmon',
      parameterNotFoundAction: 'Allow',
    });
  });
});

describe('admission: Secrets of the operator', () => {
  const secret = (name: string, type: string | undefined = 'Opaque', namespace = 'duckmon') => ({
    metadata: { name, namespace },
    type,
  });
  const ask = (
    object: object,
    operation: AdmissionRequest['operation'] = 'CREATE',
    user = operator,
  ): string[] =>
    refusals(policy('operator-secrets'), {
      user,
      operation,
      group: '',
      resource: 'secrets',
      object: operation === 'DELETE' ? null : object,
      oldObject: operation === 'CREATE' ? null : object,
    });

  it('lets it write its roots and derived keys', () => {
    for (const name of [
      SECRETS.internalKey,
      SECRETS.jwtSecret,
      SECRETS.dataKey,
      keysSecretName('browser'),
    ])
      for (const operation of ['CREATE', 'UPDATE'] as const)
        assert.deepEqual(ask(secret(name), operation), [], name);
    assert.deepEqual(ask(secret(keysSecretName('browser'), 'Opaque', 'team-a'), 'DELETE'), []);
  });
  it('G10 refuses every other name', () => {
    for (const name of [
      'duckmon-keys',
      'openai',
      'duckmon-login-a',
      'duckmon-keys-model-openai',
      'x-duckmon-keys-api',
    ])
      for (const operation of ['CREATE', 'UPDATE', 'DELETE'] as const)
        assert.deepEqual(
          ask(secret(name), operation),
          [`the operator may not write secret ${name}`],
          name,
        );
  });
  it('G10 refuses a Secret that the API server would fill with a token', () => {
    for (const type of [
      'kubernetes.io/service-account-token',
      'bootstrap.kubernetes.io/token',
      'kubernetes.io/tls',
    ])
      assert.deepEqual(ask(secret(keysSecretName('api'), type)), [
        'the operator writes Secrets of type Opaque only',
      ]);
  });
  it('G10 refuses root keys outside of its own namespace', () => {
    assert.deepEqual(ask(secret(SECRETS.internalKey, 'Opaque', 'team-a')), [
      'root keys lie in the namespace of the operator only',
    ]);
  });
  it('refuses to delete the data key', () => {
    assert.equal(ask(secret(SECRETS.dataKey), 'DELETE').length, 1);
    assert.deepEqual(ask(secret(SECRETS.internalKey), 'DELETE'), []);
  });
  it('says nothing about the Secrets of others', () => {
    assert.deepEqual(ask(secret('mine', 'kubernetes.io/tls'), 'CREATE', anna), []);
  });
});

describe('admission: service accounts of the operator', () => {
  const ask = (
    name: string,
    automount: boolean | undefined,
    operation: AdmissionRequest['operation'] = 'CREATE',
  ): string[] => {
    const object = {
      metadata: { name, namespace: 'team-a' },
      ...(automount === undefined ? {} : { automountServiceAccountToken: automount }),
    };
    return refusals(policy('operator-accounts'), {
      user: operator,
      operation,
      group: '',
      resource: 'serviceaccounts',
      object: operation === 'DELETE' ? null : object,
      oldObject: operation === 'CREATE' ? null : object,
    });
  };
  it('lets it make accounts of pools and of the canary, without tokens', () => {
    for (const name of [`${SERVICE_ACCOUNTS.poolPrefix}shared-1a2b3c4d`, SERVICE_ACCOUNTS.canary])
      assert.deepEqual(ask(name, false), [], name);
  });
  it('G10 refuses other accounts, also to delete them', () => {
    for (const operation of ['CREATE', 'UPDATE', 'DELETE'] as const)
      assert.deepEqual(ask('default', false, operation), [
        'the operator may not write service account default',
      ]);
  });
  it('G10 refuses an account whose token is mounted', () => {
    for (const automount of [true, undefined])
      assert.deepEqual(ask(SERVICE_ACCOUNTS.canary, automount), [
        'automountServiceAccountToken must be false',
      ]);
  });
});

describe('admission: workloads of the operator', () => {
  const ask = (object: object, resource = 'deployments', user = operator): string[] =>
    refusals(policy('operator-workloads'), {
      user,
      operation: 'CREATE',
      group: resource === 'pods' ? '' : resource.endsWith('jobs') ? 'batch' : 'apps',
      resource,
      object,
      oldObject: null,
    });

  for (const [resource, make] of Object.entries(workloads))
    it(`lets it run pools as ${resource}`, () => {
      assert.deepEqual(ask(make(podOf()), resource), []);
    });
  it('G10 refuses kinds that it has no use for', () => {
    const template = { spec: { template: { spec: podOf() } } };
    for (const resource of ['statefulsets', 'daemonsets', 'replicasets', 'cronjobs'])
      assert.deepEqual(ask(template, resource), [
        'the operator makes Deployments, Jobs and Pods only',
      ]);
  });

  for (const [what, changes, message] of wrongPods)
    it(`G10 G11 refuses ${what}, in each kind`, () => {
      for (const [resource, make] of Object.entries(workloads))
        assert.deepEqual(ask(make(podOf(changes)), resource), [message], resource);
    });
  it('G10 refuses a privileged container, which a server may also refuse by itself', () => {
    const securityContext = { allowPrivilegeEscalation: false, privileged: true };
    const pod = podOf({ container: { securityContext } });
    assert.deepEqual(ask(workloads.deployments(pod)), [escalation]);
  });
  it('G10 looks at init containers as well', () => {
    const [container] = podOf({ container: { image: 'x:1' } }).containers;
    const pod = podOf({ initContainers: [container] });
    assert.deepEqual(ask(workloads.deployments(pod)), ['images are named by digest']);
  });
  it('says nothing about the workloads of others', () => {
    assert.deepEqual(
      ask(workloads.deployments(podOf({ hostNetwork: true })), 'deployments', anna),
      [],
    );
  });
});

describe('admission: Secrets of the api', () => {
  const ask = (name: string, type: string, operation: AdmissionRequest['operation']): string[] => {
    const object = { metadata: { name, namespace: 'team-a' }, type };
    return refusals(policy('api-secrets'), {
      user: api,
      operation,
      group: '',
      resource: 'secrets',
      object: operation === 'DELETE' ? null : object,
      oldObject: operation === 'CREATE' ? null : object,
    });
  };
  it('lets it make and delete those of people', () => {
    for (const name of ['duckmon-user-hook', 'duckmon-login-shop'])
      for (const operation of ['CREATE', 'DELETE'] as const)
        assert.deepEqual(ask(name, 'Opaque', operation), []);
  });
  it('G11 refuses other names, other types and every change', () => {
    assert.deepEqual(ask('database', 'Opaque', 'DELETE'), [
      'the api may not write secret database',
    ]);
    assert.deepEqual(ask('duckmon-user-x', 'kubernetes.io/service-account-token', 'CREATE'), [
      'the api writes Secrets of type Opaque only',
    ]);
    assert.deepEqual(ask('duckmon-user-x', 'Opaque', 'UPDATE'), [
      'the api makes and deletes Secrets, and never changes one',
    ]);
  });
});
