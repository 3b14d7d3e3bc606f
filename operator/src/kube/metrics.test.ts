import assert from 'node:assert/strict';
import { createMetrics } from '../../../services/core/metrics.ts';
import { createKubeMetrics } from './metrics.ts';

describe('kube: metrics', () => {
  it("are named like controller-runtime's", async () => {
    const metrics = createMetrics('test');
    const kube = createKubeMetrics(metrics);
    let depth = 1;
    kube.observeQueue('widget', () => depth);
    kube.observeWatch('widgets', () => 2.5);
    kube.reconciled('widget', 'error', 0.3);
    kube.waited('widget', 0.01);
    kube.watchRestarted('widgets', 'expired');
    kube.listenerFailed('widgets');
    kube.statusWritten('widget');
    kube.applied('widget', 'Child');
    kube.pruned('widget', 'Child');
    kube.eventDropped();
    depth = 7;
    const text = await metrics.registry.metrics();
    for (const [name, labels, value] of [
      ['reconcile_total', ['controller="widget"', 'result="error"'], 1],
      ['reconcile_seconds_bucket', ['controller="widget"', 'le="0.5"'], 1],
      ['reconcile_seconds_bucket', ['controller="widget"', 'le="0.1"'], 0],
      ['workqueue_depth', ['controller="widget"'], 7],
      ['workqueue_wait_seconds_count', ['controller="widget"'], 1],
      ['watch_restarts_total', ['watch="widgets"', 'reason="expired"'], 1],
      ['watch_listener_errors_total', ['watch="widgets"'], 1],
      ['last_event_age_seconds', ['watch="widgets"'], 2.5],
      ['status_writes_total', ['controller="widget"'], 1],
      ['apply_total', ['controller="widget"', 'kind="Child"'], 1],
      ['prune_total', ['controller="widget"', 'kind="Child"'], 1],
      ['events_dropped_total', [], 1],
    ] as const) {
      const line = text
        .split('\n')
        .find((one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)));
      assert.equal(line?.split(' ').at(-1), String(value), name);
    }
  });
});
