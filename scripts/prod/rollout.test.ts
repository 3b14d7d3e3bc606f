import assert from 'node:assert/strict';
import type { ContainerStatus, Pod, Warning, Workload } from './objects.ts';
import { holdUp, podTrouble, rolloutOf } from './rollout.ts';

const matchLabels = { 'app.kubernetes.io/name': 'duckmon-api' };
const deployment = (status: Workload['status'], replicas?: number): Workload => ({
  kind: 'Deployment',
  metadata: { name: 'duckmon-api', generation: 2 },
  spec: { selector: { matchLabels }, ...(replicas === undefined ? {} : { replicas }) },
  status: { observedGeneration: 2, ...status },
});
const all = (count: number) => ({
  replicas: count,
  updatedReplicas: count,
  availableReplicas: count,
  readyReplicas: count,
});
const pod = (status: Pod['status'], name = 'duckmon-api-1'): Pod => ({
  kind: 'Pod',
  metadata: { name, labels: matchLabels },
  ...(status === undefined ? {} : { status }),
});
const container = (state: ContainerStatus['state'], rest: object = {}): Pod =>
  pod({ containerStatuses: [{ name: 'api', state: state ?? {}, ...rest }] });

describe('prod: how far a part is', () => {
  it('is done when all pods are of the newest revision and none is left of another', () => {
    assert.deepEqual(rolloutOf(deployment(all(2), 2)), { ready: 2, wanted: 2, isDone: true });
    for (const status of [
      { ...all(2), replicas: 3 },
      { ...all(2), updatedReplicas: 1 },
      { ...all(2), availableReplicas: 1 },
      { ...all(2), observedGeneration: 1 },
      undefined,
    ])
      assert.equal(rolloutOf(deployment(status, 2)).isDone, false);
  });

  it('counts one where nobody said how many', () => {
    assert.equal(rolloutOf(deployment(all(1))).isDone, true);
  });

  it('of a StatefulSet waits for the new revision, of a DaemonSet for every node', () => {
    const set = (status: object): Workload => ({
      ...deployment({}, 1),
      kind: 'StatefulSet',
      status: { observedGeneration: 2, readyReplicas: 1, currentRevision: 'a', ...status },
    });
    assert.equal(rolloutOf(set({ updateRevision: 'a' })).isDone, true);
    assert.equal(rolloutOf(set({ updateRevision: 'b' })).isDone, false);
    const daemon = (numberReady: number): Workload => ({
      ...deployment({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady }),
      kind: 'DaemonSet',
    });
    assert.deepEqual(rolloutOf(daemon(2)), { ready: 2, wanted: 3, isDone: false });
    assert.equal(rolloutOf(daemon(3)).isDone, true);
  });
});

describe('prod: what holds a part up', () => {
  const why = (
    status: Workload['status'],
    pods: readonly Pod[],
    warnings: readonly Warning[] = [],
  ) => holdUp(deployment(status, 2), { pods, warnings });

  it('is nothing when it is rolled out', () => {
    assert.equal(why(all(2), [container({ running: {} }, { ready: false })]), undefined);
  });

  it('is told once by all of its pods, and by no pod of others', () => {
    const slow = container({ running: {} }, { ready: false });
    const other = {
      ...container({ waiting: { reason: 'ErrImagePull' } }),
      metadata: { name: 'x' },
    };
    assert.equal(
      why({ replicas: 2 }, [slow, slow, other]),
      '0 of 2 ready: api has started and is not ready yet',
    );
  });

  it('is what refuses its pods before anything that pods tell', () => {
    const conditions = [
      { type: 'ReplicaFailure', status: 'True', message: 'pods "x" is forbidden: exceeded quota' },
    ];
    assert.match(why({ conditions }, []) ?? '', /^0 of 2 ready: pods "x" is forbidden: exceeded/);
    const involvedObject = { kind: 'Deployment', name: 'duckmon-api' };
    assert.match(why({}, [], [{ involvedObject, message: 'refused' }]) ?? '', /refused$/);
    assert.equal(why({}, []), '0 of 2 ready: no pod yet');
  });

  it('is the revision before while its pods end', () => {
    assert.match(why({ ...all(2), replicas: 3 }, []) ?? '', /^2 of 2 ready: pods of the revision/);
  });
});

describe('prod: what keeps a pod from being ready', () => {
  const trouble = (one: Pod, warnings: readonly Warning[] = []) => podTrouble(one, warnings);

  it('is nothing when it is ready, or ending', () => {
    assert.equal(trouble(container({ running: {} }, { ready: true })), undefined);
    const ending = container({ waiting: { reason: 'ErrImagePull' } });
    const metadata = { ...ending.metadata, deletionTimestamp: '2026-11-26T12:00:00Z' };
    assert.equal(trouble({ ...ending, metadata }), undefined);
  });

  it('is that no node takes it', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: no memory' }];
    assert.equal(trouble(pod({ conditions })), 'no node takes it: 0/1 nodes: no memory');
  });

  it('is an image that cannot be pulled, or a program that ends again and again', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
    assert.equal(
      trouble(container({ waiting })),
      'api ImagePullBackOff: Back-off pulling image "x"',
    );
    const crash = container(
      { waiting: { reason: 'CrashLoopBackOff' } },
      { lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
    );
    assert.equal(trouble(crash), 'api CrashLoopBackOff: ended with 1 (Error)');
  });

  it('is a container that runs before the others', () => {
    const initContainerStatuses = [{ name: 'migrate', state: { running: {} } }];
    const containerStatuses = [{ name: 'api', state: { waiting: { reason: 'PodInitializing' } } }];
    assert.equal(trouble(pod({ initContainerStatuses, containerStatuses })), 'migrate runs first');
  });

  it('is the newest warning about it while it is being made', () => {
    const one = container({ waiting: { reason: 'ContainerCreating' } });
    assert.equal(trouble(one), 'image, volumes and Secrets are fetched');
    const about = (name: string, message: string): Warning => ({
      involvedObject: { kind: 'Pod', name },
      message,
    });
    const warnings = [
      about('duckmon-api-1', 'old'),
      about('duckmon-api-1', 'secret "duckmon-keys-api" not found'),
      about('other', 'of another'),
    ];
    assert.equal(trouble(one, warnings), 'secret "duckmon-keys-api" not found');
  });
});
