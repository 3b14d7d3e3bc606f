import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { Found, Workload } from './objects.ts';
import { news, waitingFor } from './progress.ts';

const platform = (status: MonitorPlatform['status'], generation = 1): MonitorPlatform =>
  ({
    kind: 'MonitorPlatform',
    metadata: { name: 'default', namespace: 'duckmon', generation },
    ...(status === undefined ? {} : { status }),
  }) as MonitorPlatform;
const condition = (status: 'True' | 'False', message = '') => ({
  type: 'Ready',
  status,
  reason: 'NotReady',
  message,
  lastTransitionTime: '2026-11-26T12:00:00Z',
});
const READY = platform({ observedGeneration: 1, conditions: [condition('True')] });
const found = (given: Partial<Found>): Found => ({
  workloads: [],
  pods: [],
  warnings: [],
  pools: [],
  platform: READY,
  ...given,
});
const part = (name: string): Workload => ({ kind: 'Deployment', metadata: { name }, spec: {} });

describe('prod: what is not ready yet', () => {
  it('is nothing when all parts are rolled out and the platform is Ready', () => {
    assert.deepEqual(waitingFor(found({})), []);
  });

  it('is told part by part, and the platform last', () => {
    const workloads = [part('b'), part('a')];
    const names = waitingFor(found({ workloads, platform: undefined })).map((one) => one.part);
    assert.deepEqual(names, ['a', 'b', 'MonitorPlatform']);
  });

  for (const [title, given, why] of [
    ['is not there', undefined, 'the operator has not made it yet'],
    ['was not looked at', platform(undefined), 'the operator has not looked at it yet'],
    [
      'was Ready before the last change',
      platform({ observedGeneration: 1, conditions: [condition('True')] }, 2),
      'the operator has not looked at it yet',
    ],
    [
      'is not Ready',
      platform({ observedGeneration: 1, conditions: [condition('False', 'No sandbox.')] }),
      'Ready is False: No sandbox.',
    ],
  ] as const)
    it(`is the platform that ${title}`, () => {
      assert.deepEqual(waitingFor(found({ platform: given })), [{ part: 'MonitorPlatform', why }]);
    });
});

describe('prod: news of the wait', () => {
  it('are what changed, and what is ready now', () => {
    const before = [
      { part: 'api', why: 'slow' },
      { part: 'egress', why: 'slow' },
      { part: 'llm', why: 'slow' },
    ];
    const now = [
      { part: 'egress', why: 'stuck' },
      { part: 'llm', why: 'slow' },
      { part: 'operator', why: 'new' },
    ];
    assert.deepEqual(news(before, now), ['api: ready', 'egress: stuck', 'operator: new']);
  });
});
