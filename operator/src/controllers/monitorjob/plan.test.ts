import assert from 'node:assert/strict';
import { ANNOTATIONS, LABELS } from '../../names.ts';
import { workersOf } from '../../pools/address.ts';
import { planJob } from './plan.ts';
import { inputOf, jobOf, jobSpec, UID } from './testing.ts';
import type { JobInput, Projection } from './types.ts';

const projectionOf = (patch: Partial<JobInput> = {}): Projection => {
  const { step } = planJob(inputOf(patch));
  assert.ok(step.kind === 'project');
  return step.projection;
};
const leaves = (patch: Partial<JobInput>): boolean => planJob(inputOf(patch)).step.kind === 'leave';
const annotated = (name: string, value: string) => jobOf({}, { annotations: { [name]: value } });

describe('operator: plan of a MonitorJob', () => {
  it('sends uid, generation and spec as the cluster has them', () => {
    const { uid, generation, spec, runRequest } = projectionOf();
    assert.deepEqual([uid, generation, runRequest], [UID, 3, null]);
    assert.deepEqual(spec, jobSpec());
  });

  it('sends labels and annotations, without what is kubectl’s or an order', () => {
    const job = jobOf(
      {},
      {
        labels: { team: 'a' },
        annotations: {
          owner: 'me',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          [ANNOTATIONS.runRequestedAt]: 'now',
        },
      },
    );
    const { labels, annotations, runRequest } = projectionOf({ job });
    assert.deepEqual([labels, annotations, runRequest], [{ team: 'a' }, { owner: 'me' }, 'now']);
  });

  it('sends the labels of a personal workspace as its person set them', () => {
    const labels = { team: 'a', [LABELS.workspace]: 'u-1' };
    const job = jobOf({}, { labels });
    assert.deepEqual(projectionOf({ job, isPersonal: true }).labels, { team: 'a' });
    assert.deepEqual(projectionOf({ job }).labels, labels);
  });

  it('cuts the wish for a run to what the status can answer', () => {
    const job = annotated(ANNOTATIONS.runRequestedAt, 'x'.repeat(100));
    assert.equal(projectionOf({ job }).runRequest?.length, 64);
  });

  it('puts the prompt of the ConfigMap in the place of the reference', () => {
    const { prompt: _none, ...goal } = jobSpec().goal;
    const promptFrom = { configMapKeyRef: { name: 'prompts', key: 'shop' } };
    const job = jobOf({ goal: { ...goal, promptFrom } });
    const { spec } = projectionOf({ job, prompt: ' Tell me \n' });
    assert.deepEqual(spec['goal'], { ...goal, prompt: 'Tell me' });
  });

  it('suspends a job that a policy holds, and leaves its spec alone otherwise', () => {
    const held = projectionOf({ limits: { minInterval: '1h' } });
    assert.deepEqual(held.spec, { ...jobSpec(), suspend: true });
  });

  it('keeps a job running whose channel is missing', () => {
    const job = jobOf({ alerting: { ...jobSpec().alerting, channelRefs: [{ name: 'ops' }] } });
    assert.equal(projectionOf({ job }).spec['suspend'], false);
    assert.equal(planJob(inputOf({ job })).violation?.reason, 'ChannelNotFound');
  });

  it('leaves the scheduler with what it has while the prompt is missing', () => {
    const promptFrom = { configMapKeyRef: { name: 'prompts', key: 'shop' } };
    assert.ok(leaves({ job: jobOf({ goal: { ...jobSpec().goal, promptFrom } }) }));
  });

  it('keeps its hands off a job with the annotation reconcile: disabled', () => {
    assert.ok(leaves({ job: annotated(ANNOTATIONS.reconcile, 'disabled') }));
    assert.ok(!leaves({ job: annotated(ANNOTATIONS.reconcile, 'enabled') }));
  });

  it('sends where its pages are fetched and judged, also while a policy holds it', () => {
    assert.equal(projectionOf().workers, null);
    const workers = workersOf(jobOf(), undefined, [], 'duckmon');
    assert.deepEqual(projectionOf({ workers }).workers, workers);
    assert.deepEqual(projectionOf({ workers, limits: { minInterval: '1h' } }).workers, workers);
  });

  it('suspends a Dedicated job that would share its pool', () => {
    const job = jobOf({ isolation: { level: 'Dedicated' } });
    assert.equal(projectionOf({ job }).spec['suspend'], false);
    assert.equal(projectionOf({ job, rival: 'stocks' }).spec['suspend'], true);
  });

  it('sends nothing of a dry run', () => {
    assert.ok(leaves({ job: annotated(ANNOTATIONS.dryRun, 'true') }));
    assert.ok(!leaves({ job: annotated(ANNOTATIONS.dryRun, 'false') }));
  });

  it('does not change the cached object', () => {
    const input = inputOf({ limits: { minInterval: '1h' } });
    const before = structuredClone(input.job);
    planJob(input);
    assert.deepEqual(input.job, before);
  });
});
