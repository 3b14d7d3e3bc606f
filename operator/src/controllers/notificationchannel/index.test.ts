import assert from 'node:assert/strict';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import type { ReconcileContext, ReconcileResult } from '../../kube/controller.ts';
import { createStore } from '../../kube/store.ts';
import { workspacesIn } from '../../workspaces.ts';
import { reconcileChannel } from './index.ts';
import type { ProjectionAnswer } from './types.ts';

describe('NotificationChannel: a pass', () => {
  /** One pass over a channel to which the scheduler says so much. */
  const pass = async (answer: ProjectionAnswer): Promise<ReconcileResult | void> => {
    const channels = createStore<NotificationChannel>();
    channels.put({
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'NotificationChannel',
      metadata: { namespace: 'team', name: 'ops', uid: 'u', generation: 1 },
      spec: { type: 'Email', suspend: false },
    });
    const reconcile = reconcileChannel({
      channels,
      projector: {
        project: () => Promise.resolve(answer),
        retire: () => Promise.resolve(),
        forget: () => {},
        release: () => [],
      },
      reports: { state: () => undefined },
      status: { write: () => Promise.resolve({ kind: 'unchanged' }), forget: () => {} },
      workspaces: workspacesIn(undefined),
      clock: { now: () => new Date(0) },
    });
    const context = { key: 'team/ops', signal: new AbortController().signal };
    return reconcile(context as ReconcileContext);
  };
  const failed = { kind: 'failed', message: 'no route', conflict: false } as const;

  it('comes again when the scheduler did not take the channel', async () => {
    assert.deepEqual(await pass(failed), { requeueAfterMs: 5_000 });
    assert.deepEqual(
      await pass({ kind: 'answered', result: { outcome: 'created', problems: [] } }),
      {},
    );
  });

  it('defect: does not come again by time while the scheduler is away', async () => {
    assert.deepEqual(await pass({ ...failed, waits: true }), {});
  });
});
