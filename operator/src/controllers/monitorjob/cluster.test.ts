/** MonitorJobs on a real API server, as a person with kubectl meets them. */
import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { ObjectMeta } from '../../../../services/core/kube/types.ts';
import { KubectlError } from '../../../../scripts/testing/cluster/kubectl.ts';
import { channel, job } from '../../../../services/core/manifest/testing/samples.ts';
import { ANNOTATIONS } from '../../names.ts';
import { until } from '../../testing/until.ts';
import { conditionOf, JOB, useWorld } from '../../testing/world.ts';

const SECOND_MS = 1_000;

describe('MonitorJobs on a real API server', function () {
  this.timeout(60_000);
  const world = useWorld();

  const at = (name = JOB): string => `${world().namespace}/${name}`;
  const wait = (what: string, name = JOB): Promise<string> =>
    world().kubectl('wait', `--for=${what}`, '--timeout=30s', `monitorjob/${name}`);
  const annotate = (annotation: string): Promise<string> =>
    world().kubectl('annotate', '--overwrite', 'monitorjob', JOB, annotation);
  const sent = (name = JOB) => world().scheduler.monitors.get(at(name));
  /** A job that is Ready, under an operator that runs. */
  const ready = async (changes = {}): Promise<MonitorJob> => {
    await world().start();
    await world().apply(job(changes));
    await wait('condition=Ready');
    return world().job();
  };
  const refreshed = (before: MonitorJob): Promise<MonitorJob> =>
    until('a status of the new generation', async () => {
      const after = await world().job();
      const { observedGeneration = 0 } = after.status ?? {};
      return observedGeneration > (before.metadata.generation ?? 0) ? after : undefined;
    });

  it('makes kubectl wait for Ready return, and tells the scheduler the whole spec', async () => {
    const { metadata, spec } = await ready({ 'metadata.labels': { team: 'growth' } });
    const projected = sent();
    assert.equal(projected?.uid, metadata.uid);
    assert.deepEqual(projected?.spec, spec);
    assert.deepEqual(projected?.labels, { team: 'growth' });
    assert.deepEqual(projected?.annotations, {});
  });

  it('shows schedule, Ready, Healthy and the last outcome in kubectl get monitors', async () => {
    await ready();
    world().scheduler.tell(at(), {
      lastCheck: {
        time: '2026-03-10T12:00:00.000Z',
        outcome: 'Alerted',
        verdict: 'match',
        relevance: 90,
        message: null,
      },
    });
    await wait('jsonpath={.status.lastCheck.outcome}=Alerted');
    const [head = '', row = ''] = (await world().kubectl('get', 'monitors')).split('\n');
    assert.match(head, /^NAME +SCHEDULE +READY +HEALTHY +LAST +OUTCOME +NEXT +AGE/);
    assert.match(row, /plan-prices +15m +True +True +\S+ +Alerted +2030-01-01T00:00:00/);
  });

  it('raises observedGeneration of every condition at once when the spec is edited', async () => {
    const before = await ready();
    await world().apply(job({ 'spec.schedule.interval': '30m' }));
    const after = await refreshed(before);
    const seen = after.status?.conditions?.map(({ observedGeneration }) => observedGeneration);
    assert.equal(seen?.length, 6);
    assert.deepEqual([...new Set(seen)], [after.metadata.generation]);
    assert.equal(sent()?.generation, after.metadata.generation);
  });

  it('answers the wish for a run in the status, within seconds and not with the next figures', async () => {
    await ready();
    await annotate(`${ANNOTATIONS.runRequestedAt}=2026-03-10T12:00:00Z`);
    await wait('jsonpath={.status.lastHandledRunRequest}=2026-03-10T12:00:00Z');
    assert.equal(sent()?.runRequest, '2026-03-10T12:00:00Z');
  });

  it('keeps a suspended job Ready, with the reason Suspended', async () => {
    const { status } = await ready({ 'spec.suspend': true });
    const scheduled = status?.conditions?.find(({ type }) => type === 'Scheduled');
    assert.deepEqual([scheduled?.status, scheduled?.reason], ['True', 'Suspended']);
    assert.equal(sent()?.spec['suspend'], true);
  });

  it('says ChannelNotFound until the channel is applied, and mends it within two seconds', async () => {
    await world().start();
    await world().apply(job({ 'spec.alerting.channelRefs': [{ name: 'ops' }] }));
    const missing = await world().condition('Accepted', 'ChannelNotFound');
    assert.match(missing.message, /names the channel ops.*apply it/);
    assert.ok(sent(), 'findings still reach the Inbox');
    await world().apply(channel());
    const applied = performance.now();
    await world().condition('Accepted', 'Accepted');
    assert.ok(performance.now() - applied < 2 * SECOND_MS);
  });

  it('takes the prompt from a ConfigMap, and says what is missing without it', async () => {
    await world().start();
    const promptFrom = { configMapKeyRef: { name: 'goals', key: 'terms' } };
    await world().apply(job({ 'spec.goal': { promptFrom } }));
    const missing = await world().condition('Accepted', 'ConfigMapNotFound');
    assert.match(missing.message, /the key terms of the ConfigMap goals/);
    assert.equal(sent(), undefined);
    await world().kubectl(
      'create',
      'configmap',
      'goals',
      '--from-literal=terms=Tell me of prices.',
    );
    // Nobody watches ConfigMaps of tenants: a touch of the job has it read at once.
    await annotate('touched=yes');
    await wait('condition=Ready');
    const { promptFrom: _, ...goal } = (await world().job()).spec.goal;
    assert.deepEqual(sent()?.spec['goal'], { ...goal, prompt: 'Tell me of prices.' });
  });

  it('names the field when the scheduler refuses the spec', async () => {
    await world().start();
    world().scheduler.refuse(at(), { path: 'spec.schedule.cron', message: 'never comes' });
    await world().apply(job({ 'spec.schedule': { cron: '0 0 30 2 *' } }));
    const refused = await world().condition('Accepted', 'Invalid');
    assert.equal(refused.status, 'False');
    assert.equal(refused.message, 'spec.schedule.cron: never comes');
    assert.equal(conditionOf(await world().job(), 'Ready')?.status, 'False');
  });

  it('says SchedulerUnreachable while the scheduler is down, and mends it when it is back', async () => {
    world().scheduler.behave({ kind: 'down' });
    await world().start();
    await world().apply(job());
    const away = await world().condition('Scheduled', 'SchedulerUnreachable');
    assert.match(away.message, /not responding: scheduler/);
    world().scheduler.behave({ kind: 'well' });
    await wait('condition=Ready');
    assert.ok(sent());
  });

  it('says NameConflict when another owner has the name', async () => {
    world().scheduler.behave({ kind: 'conflict', message: 'Made in the dashboard.' });
    await world().start();
    await world().apply(job());
    const { message } = await world().condition('Accepted', 'NameConflict');
    assert.match(message, /Made in the dashboard/);
  });

  it('leaves a job alone under reconcile: disabled, and shows it as Paused', async () => {
    await ready();
    await annotate(`${ANNOTATIONS.reconcile}=disabled`);
    await wait('condition=Paused');
    const { generation } = sent() ?? assert.fail();
    const before = await world().job();
    await world().apply(job({ 'spec.schedule.interval': '30m' }));
    await refreshed(before);
    assert.equal(sent()?.generation, generation);
  });

  it('shows the plan under dry-run, and sends nothing', async () => {
    await world().start();
    await world().apply(job({ 'metadata.annotations': { [ANNOTATIONS.dryRun]: 'true' } }));
    await world().condition('Scheduled', 'DryRun');
    const { status } = await world().job();
    assert.match(status?.plan?.[0] ?? '', /^watch https:\/\/example.org\/pricing in the workspace/);
    assert.equal(sent(), undefined);
  });

  it('tells by an Event in kubectl describe why a job is not accepted', async () => {
    await world().start();
    await world().apply(job({ 'spec.alerting.channelRefs': [{ name: 'ops' }] }));
    await world().condition('Accepted', 'ChannelNotFound');
    const line = await until('an Event', async () =>
      (await world().kubectl('describe', 'monitorjob', JOB))
        .split('\n')
        .find((text) => /Warning +ChannelNotFound/.test(text)),
    );
    assert.match(line, /operator.*names the channel ops/);
  });

  it('never writes the spec or metadata of a person, and hangs no finalizer on the object', async () => {
    const { metadata }: { metadata: ObjectMeta } = await ready();
    type Entry = { manager: string; subresource?: string; fieldsV1: Record<string, unknown> };
    const entries = metadata.managedFields as readonly Entry[];
    const ours = entries.filter(({ manager }) => manager.startsWith('duckmon-operator'));
    assert.deepEqual(
      ours.map(({ subresource, fieldsV1 }) => [subresource, Object.keys(fieldsV1)]),
      [['status', ['f:status']]],
    );
    assert.equal(metadata.finalizers, undefined);
  });

  it('refuses a spec that kubectl applies with a wrong field, naming the field', async () => {
    await assert.rejects(
      world().apply(job({ 'spec.sources': [] })),
      (error) => error instanceof KubectlError && /spec\.sources/.test(error.message),
    );
  });
});
