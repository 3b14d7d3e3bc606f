/** How old the keys are that are in use, for alerts on keys that nobody replaces. */
import { Gauge } from 'prom-client';
import type { StatusKey } from '../../../../crds/types/monitorplatform.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import type { Metrics } from '../../../../services/core/metrics.ts';

/** Read from the status when somebody asks, so that those that do not lead tell the same. */
export function observeKeyAge(
  { registry }: Metrics,
  clock: Pick<Clock, 'now'>,
  keys: () => readonly StatusKey[],
): void {
  const gauge = new Gauge({
    name: 'key_age_seconds',
    help: 'Age of the key in use',
    labelNames: ['ring'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const { ring, state, created } of keys())
        if (state === 'Current')
          gauge.set(
            { ring: ring.toLowerCase() },
            (Number(clock.now()) - Date.parse(created)) / 1000,
          );
    },
  });
}
