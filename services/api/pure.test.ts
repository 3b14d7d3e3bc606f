import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { validateManifest } from '../core/manifest/index.ts';
import type { Monitor } from '../store/monitors.ts';
import { conditionsOf, firstViolation, type References } from './conditions.ts';
import { readConfig } from './config.ts';
import { csrfToken, isCsrfToken, readSessionId } from './cookie.ts';
import { monitorObject } from './objects.ts';
import { allows } from './principal.ts';
import { drained } from './routes/adminAudit.ts';
import { changeBySource } from './routes/verdicts.ts';
import { funnelStages } from './routes/funnel.ts';
import { job, webhook } from './testing/api.ts';

const specOf = (spec: Record<string, unknown> = {}): MonitorJobSpec => {
  const result = validateManifest(job('x', spec));
  assert.ok(result.ok && result.object.kind === 'MonitorJob');
  return result.object.spec;
};
const channelSpec = webhook('ops')['spec'] as NotificationChannelSpec;

const monitor = (changes: Partial<Monitor> = {}): Monitor => ({
  name: 'shop',
  uid: 'u',
  generation: 3,
  resourceVersion: 7,
  spec: specOf(),
  labels: {},
  annotations: {},
  managedBy: null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-02T00:00:00Z'),
  goalVersion: 1,
  conditions: [],
  active: true,
  nextDueAt: new Date('2026-01-03T00:00:00Z'),
  leaseUntil: null,
  runRequestId: null,
  lastHandledRunRequest: null,
  missedSlots: 0,
  lastCheckId: null,
  lastCheckAt: null,
  lastOutcome: null,
  lastVerdict: null,
  lastRelevance: null,
  lastMessage: null,
  lastChangeAt: null,
  consecutiveFailures: 0,
  openFindings: 0,
  ...changes,
});

const references = (parts: Partial<References> = {}): References => ({
  channels: new Map(),
  secrets: new Map(),
  configMaps: new Map(),
  ...parts,
});
const withChannel = specOf({ alerting: { channelRefs: [{ name: 'ops' }] } });

describe('the conditions of a job', () => {
  it('hold when it refers to nothing', () => {
    assert.equal(firstViolation(monitor(), references()), undefined);
  });

  it('name a channel that does not exist', () => {
    assert.equal(
      firstViolation(monitor({ spec: withChannel }), references())?.reason,
      'ChannelNotFound',
    );
  });

  it('name a Secret key that a channel needs and that does not exist', () => {
    const found = references({
      channels: new Map([['ops', channelSpec]]),
      secrets: new Map([['hook', ['other']]]),
    });
    const violation = firstViolation(monitor({ spec: withChannel }), found);
    assert.equal(violation?.reason, 'SecretNotFound');
    assert.match(violation?.message ?? '', /key key of the Secret hook/);
  });

  it('hold when channel and Secret are there', () => {
    const found = references({
      channels: new Map([['ops', channelSpec]]),
      secrets: new Map([['hook', ['key']]]),
    });
    assert.equal(firstViolation(monitor({ spec: withChannel }), found), undefined);
  });

  it('name a ConfigMap key that the goal is read from', () => {
    const spec = specOf({
      goal: { promptFrom: { configMapKeyRef: { name: 'goals', key: 'shop' } } },
    });
    assert.equal(firstViolation(monitor({ spec }), references())?.reason, 'ConfigMapNotFound');
    const found = references({ configMaps: new Map([['goals', ['shop']]]) });
    assert.equal(firstViolation(monitor({ spec }), found), undefined);
  });

  it('do not judge what a job of a cluster refers to', () => {
    const job = monitor({ spec: withChannel, managedBy: 'kubernetes' });
    assert.equal(firstViolation(job, references()), undefined);
  });

  it('keep what the scheduler stored, after those that follow from the references', () => {
    const healthy = {
      type: 'Healthy',
      status: 'False' as const,
      reason: 'FetchFailed',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const types = conditionsOf(monitor({ conditions: [healthy] }), references()).map(
      ({ type }) => type,
    );
    assert.deepEqual(types, ['Accepted', 'Scheduled', 'Ready', 'Paused', 'Healthy']);
  });

  it('tell the owner of an isolated job that it has a browser process of its own here', () => {
    const spec = specOf({ isolation: { level: 'Dedicated' } });
    const told = (patch: Parameters<typeof monitor>[0]) =>
      conditionsOf(monitor(patch), references()).find(({ type }) => type === 'Scheduled')?.message;
    assert.match(told({ spec }) ?? '', /browser process of its own on this machine/);
    assert.equal(told({}), undefined);
    assert.equal(told({ spec, managedBy: 'kubernetes' }), undefined);
  });

  it('stay ready while suspended, with the reason in Scheduled', () => {
    const conditions = conditionsOf(monitor({ spec: specOf({ suspend: true }) }), references());
    const of = (type: string) => conditions.find((condition) => condition.type === type);
    assert.deepEqual(
      [of('Ready')?.status, of('Scheduled')?.reason, of('Paused')?.status],
      ['True', 'Suspended', 'True'],
    );
  });
});

describe('a monitor as an object', () => {
  const now = new Date('2026-01-02T12:00:00Z');

  it('shows no next check while one is in flight: the stored time is the end of its lease', () => {
    const inFlight = monitor({ leaseUntil: new Date('2026-01-02T12:01:00Z') });
    assert.equal(monitorObject(inFlight, 'w', references(), now).status?.nextCheck, undefined);
    assert.equal(
      monitorObject(monitor(), 'w', references(), now).status?.nextCheck,
      '2026-01-03T00:00:00.000Z',
    );
  });

  it('says which file manages it', () => {
    const { metadata } = monitorObject(monitor({ managedBy: 'shop.yaml' }), 'w', references(), now);
    assert.deepEqual(metadata.annotations, { 'mon.duckerhub.com/managed-by': 'shop.yaml' });
  });

  it('cuts the message of the last check to what a status may hold', () => {
    const checked = monitor({
      lastCheckAt: now,
      lastOutcome: 'Failed',
      lastMessage: 'x'.repeat(400),
    });
    assert.equal(
      monitorObject(checked, 'w', references(), now).status?.lastCheck?.message?.length,
      256,
    );
  });
});

describe('scopes', () => {
  const holder = (scope: 'read' | 'write' | 'admin') => ({
    userId: 'u',
    workspace: 'w',
    scope,
    via: 'token' as const,
    platformAdmin: false,
    actor: 'a',
  });

  it('say nothing about the whole installation', () => {
    assert.ok(!allows('platform', holder('admin')));
    assert.ok(allows('platform', { ...holder('read'), platformAdmin: true }));
  });

  it('include the lesser ones', () => {
    const table = (['read', 'write', 'admin'] as const).map((scope) =>
      (['public', 'read', 'write', 'admin'] as const).map((policy) =>
        allows(policy, holder(scope)),
      ),
    );
    assert.deepEqual(table, [
      [true, true, false, false],
      [true, true, true, false],
      [true, true, true, true],
    ]);
  });

  it('let nobody into a guarded route without a principal', () => {
    assert.equal(allows('read', undefined), false);
    assert.equal(allows('public', undefined), true);
  });
});

describe('the token against cross-site requests', () => {
  const id = 's'.repeat(43);

  it('belongs to its session alone', () => {
    assert.equal(isCsrfToken(id, csrfToken(id)), true);
    assert.equal(isCsrfToken('t'.repeat(43), csrfToken(id)), false);
    assert.equal(isCsrfToken(id, undefined), false);
    assert.equal(isCsrfToken(id, ''), false);
  });

  it('does not give the session id away', () => {
    assert.ok(!csrfToken(id).includes(id.slice(0, 8)));
  });
});

describe('the session cookie', () => {
  const id = 'A1_-'.repeat(10) + 'xyz';

  it('is read among others', () => {
    assert.equal(readSessionId('http://127.0.0.1:3000', `a=1; mon_sid=${id}; b=2`), id);
  });

  for (const [what, header] of [
    ['a shorter value', 'mon_sid=abc'],
    ['a value with other characters', `mon_sid=${'%'.repeat(43)}`],
    ['the plain name where https is in use', `mon_sid=${id}`],
  ] as const)
    it(`is not taken from ${what}`, () => {
      assert.equal(readSessionId('https://mon.example.org', header), undefined);
    });
});

describe('the funnel', () => {
  it('counts a check at its last stage and all before it', () => {
    const counted = {
      checks: 6,
      outcomes: {},
      steps: [
        { stage: 'changed', stopped: 4, reasons: [{ reason: 'sameText', count: 4 }] },
        { stage: 'alerted', stopped: 2, reasons: [{ reason: null, count: 2 }] },
      ],
    };
    const stages = funnelStages(counted, 1);
    const reached = Object.fromEntries(stages.map((stage) => [stage.stage, stage.reached]));
    assert.deepEqual(
      ['fetched', 'changed', 'conditions', 'alerted', 'delivered'].map((stage) => reached[stage]),
      [6, 6, 2, 2, 1],
    );
    const reasons = stages.flatMap(({ stage, stopped }) => stopped.map((stop) => [stage, stop]));
    assert.deepEqual(reasons, [['changed', { reason: 'sameText', count: 4 }]]);
  });

  it('shows a stage that it does not know at its end', () => {
    const steps = [{ stage: 'new', stopped: 1, reasons: [] }];
    const stages = funnelStages({ checks: 1, outcomes: {}, steps }, 0);
    assert.equal(stages.at(-1)?.stage, 'new');
    assert.equal(stages[0]?.reached, 1);
  });
});

describe('a judged change', () => {
  const hunks = [{ id: 'h1' }];

  it('is shown by source, however it was stored', () => {
    assert.deepEqual(changeBySource({ page: hunks }), [{ source: 'page', hunks }]);
    assert.deepEqual(changeBySource({ page: { hunks } }), [{ source: 'page', hunks }]);
    assert.deepEqual(changeBySource([{ source: 'page', hunks }]), [{ source: 'page', hunks }]);
  });

  it('is nothing when nothing was stored', () => {
    assert.deepEqual(changeBySource(null), []);
  });
});

describe('the settings', () => {
  it('name a namespace that can be none', () => {
    const env = { KEYS_FILE: '/k', DATABASE_URL: 'postgresql://x' };
    assert.equal(readConfig({ ...env, USERS_NAMESPACE: 'people' }).USERS_NAMESPACE, 'people');
    for (const name of ['USERS_NAMESPACE', 'WORKSPACE_NAMESPACES'])
      assert.throws(() => readConfig({ ...env, [name]: 'Team A' }), new RegExp(`${name} must be`));
  });
});

describe('a slow reader', () => {
  for (const event of ['drain', 'close'])
    it(`is waited for until ${event}, page after page, and leaves no listener`, async () => {
      const response = new EventEmitter();
      for (let page = 0; page < 2; page += 1) {
        const waiting = drained(response);
        response.emit(event);
        await waiting;
      }
      assert.deepEqual(response.eventNames(), []);
    });
});
