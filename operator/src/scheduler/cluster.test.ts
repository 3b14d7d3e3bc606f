/** What the scheduler is told of objects that come and go on a real API server, also while nobody looks. */
import assert from 'node:assert/strict';
import { job } from '../../../services/core/manifest/testing/samples.ts';
import { ANNOTATIONS } from '../names.ts';
import { recordJobs } from '../testing/recorder.ts';
import { until } from '../testing/until.ts';
import { conditionOf, JOB, useWorld } from '../testing/world.ts';

describe('what the scheduler is told, on a real API server', function () {
  this.timeout(60_000);
  const world = useWorld();

  const at = (): string => `${world().namespace}/${JOB}`;
  const wait = (what: string): Promise<string> =>
    world().kubectl('wait', `--for=${what}`, '--timeout=30s', `monitorjob/${JOB}`);
  const sent = () => world().scheduler.monitors.get(at());

  it('retires a job that is deleted', async () => {
    await world().start();
    await world().apply(job());
    await wait('condition=Ready');
    const { metadata } = await world().job();
    await world().kubectl('delete', 'monitorjob', JOB);
    await until('retired', () => (sent() ? undefined : true));
    const retired = world().scheduler.writes.filter(({ action }) => action === 'retire');
    assert.deepEqual(
      retired.map(({ uid }) => uid),
      [metadata.uid],
    );
  });

  it('hands the uid of the new object on when a job was made again while nobody looked', async () => {
    const operator = await world().start();
    await world().apply(job());
    await wait('condition=Ready');
    const { uid } = sent() ?? assert.fail();
    await operator.stop();
    await world().kubectl('delete', 'monitorjob', JOB);
    await world().apply(job());
    await world().start();
    await wait('condition=Ready');
    assert.equal(sent()?.uid, (await world().job()).metadata.uid);
    assert.notEqual(sent()?.uid, uid);
  });

  it('retires what was deleted while nobody looked', async () => {
    const operator = await world().start();
    await world().apply(job());
    await wait('condition=Ready');
    await operator.stop();
    await world().kubectl('delete', 'monitorjob', JOB);
    await world().start();
    await until('retired', () => (sent() ? undefined : true));
  });

  it('sends again what the scheduler lost', async () => {
    const operator = await world().start();
    await world().apply(job());
    await wait('condition=Ready');
    await operator.stop();
    world().scheduler.lose('monitors', at());
    await world().start();
    await until('sent again', sent);
  });

  it('sends what waited as soon as the scheduler is back', async () => {
    await world().start();
    await world().apply(job({ 'metadata.name': 'before' }));
    await until('the first', () => world().scheduler.monitors.get(`${world().namespace}/before`));
    world().scheduler.behave({ kind: 'down' });
    await world().apply(job());
    await world().condition('Scheduled', 'SchedulerUnreachable');
    world().scheduler.behave({ kind: 'well' });
    await until('sent', sent, 15_000);
    await wait('condition=Ready');
  });

  it('keeps what the checks said through a restart of the operator', async () => {
    const operator = await world().start();
    await world().apply(job());
    await wait('condition=Ready');
    world().scheduler.tell(at(), {
      openFindings: 2,
      lastCheck: {
        time: '2026-03-10T12:00:00.000Z',
        outcome: 'Failed',
        verdict: null,
        relevance: null,
        message: 'refused',
      },
      conditions: [
        {
          type: 'Healthy',
          status: 'False',
          reason: 'Blocked',
          message: 'a wall',
          lastTransitionTime: '2026-03-10T12:00:00.000Z',
        },
      ],
    });
    await world().condition('Healthy', 'Blocked');
    await operator.stop();
    const { transport, namespace } = world();
    const recorder = await recordJobs(transport, namespace);
    world().scheduler.behave({ kind: 'slow', ms: 500 });
    const writes = world().scheduler.writes.length;
    await world().start();
    await until('everything sent', () =>
      world().scheduler.writes.length >= writes + 2 ? true : undefined,
    );
    world().scheduler.behave({ kind: 'well' });
    await world().kubectl('annotate', 'monitorjob', JOB, `${ANNOTATIONS.runRequestedAt}=again`);
    await wait('jsonpath={.status.lastHandledRunRequest}=again');
    await recorder.stop();
    for (const version of recorder.all())
      assert.equal(conditionOf(version, 'Healthy')?.reason, 'Blocked');
  });
});
