/** What the runtime is given, for tests. */
import { createMetrics } from '../../../../services/core/metrics.ts';
import { captureLog, type CapturedLog } from '../../../../services/core/testing/log.ts';
import { createKubeMetrics, type KubeMetrics } from '../metrics.ts';
import { virtualClock, type VirtualClock } from './virtualClock.ts';

export interface TestDeps {
  readonly clock: VirtualClock;
  /** Half, so that jitter is its mean. */
  random: () => number;
  readonly log: CapturedLog['log'];
  readonly metrics: KubeMetrics;
  /** `id-1`, `id-2`, … */
  readonly newId: () => string;
  readonly captured: CapturedLog;
  /** The value of a metric; 0 when it was never counted. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

export function testDeps(): TestDeps {
  const captured = captureLog();
  const { registry, ...metrics } = createMetrics('test');
  let ids = 0;
  return {
    clock: virtualClock(),
    random: () => 0.5,
    log: captured.log,
    metrics: createKubeMetrics({ registry, ...metrics }),
    newId: () => `id-${(ids += 1)}`,
    captured,
    metric: async (name, labels = {}) => {
      const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
      const found = values.find((value) =>
        Object.entries(labels).every(([label, text]) => value.labels[label] === text),
      );
      return found?.value ?? 0;
    },
  };
}
