import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { ReconcileContext, ReconcileResult } from '../../kube/controller.ts';
import { createStore } from '../../kube/store.ts';
import { workspacesIn } from '../../workspaces.ts';
import { reconcileJob, type JobDeps } from './index.ts';
import { answered, inputOf, jobOf } from './testing.ts';
import type { ProjectionAnswer } from './types.ts';

describe('MonitorJob: a pass', () => {
  /** One pass over a job to which the scheduler says so much. */
  const pass = async (answer: ProjectionAnswer): Promise<ReconcileResult | void> => {
    const jobs = createStore<MonitorJob>();
    jobs.put(jobOf());
    const deps: JobDeps = {
      jobs,
      channels: { get: () => undefined },
      platform: () => undefined,
      isolation: () => inputOf(),
      feed: { state: () => undefined },
      transport: {} as Pick<Transport, 'get'>,
      workspaces: workspacesIn(undefined),
      projector: {
        project: () => Promise.resolve(answer),
        retire: () => Promise.resolve(),
        forget: () => {},
        release: () => [],
      },
      status: { write: () => Promise.resolve({ kind: 'unchanged' }), forget: () => {} },
      events: { record: () => {}, flush: () => Promise.resolve() },
      clock: { now: () => new Date(0) },
    };
    const context = { key: 'team/shop', signal: new AbortController().signal };
    return reconcileJob(deps)(context as ReconcileContext);
  };
  const failed = { kind: 'failed', message: 'no route', conflict: false } as const;

  it('comes again when the scheduler did not take the job', async () => {
    assert.deepEqual(await pass(failed), { requeueAfterMs: 5_000 });
    assert.deepEqual(await pass(answered()), {});
  });

  it('defect: does not come again by time while the scheduler is away', async () => {
    assert.deepEqual(await pass({ ...failed, waits: true }), {});
  });
});
