/** The last numbers of values as a metric: bounded, and gone when nobody reads them any more. */
import { Gauge, type Counter, type Registry } from 'prom-client';
import type { ValuePoint } from '../store/commit.ts';

/** Numbers that are shown at a time; the one that was read longest ago goes first. */
export const MAX_SHOWN = 5_000;
/** A number stays for two intervals, so that a check that is late does not take it away. */
const INTERVALS = 2;
const LEAST_MS = 10 * 60_000;
const TIDY_MS = 60_000;

export interface ValueGauge {
  /** Shows what a check read; `next` is when the monitor is due again. */
  note(read: {
    readonly workspace: string;
    readonly monitor: string;
    readonly points: readonly ValuePoint[];
    readonly now: Date;
    readonly next: Date | null;
  }): void;
}

interface Shown {
  readonly labels: Record<'workspace' | 'monitor' | 'source' | 'name', string>;
  readonly until: number;
}

/** Makes the gauge in the service's registry; `unread` counts what had no number. */
export function createValueGauge(registry: Registry, unread: Counter<'why'>): ValueGauge {
  const gauge = new Gauge({
    name: 'mon_value',
    help: 'The last number of a value of a monitor',
    labelNames: ['workspace', 'monitor', 'source', 'name'],
    registers: [registry],
  });
  const shown = new Map<string, Shown>();
  let tidiedAt = 0;
  const drop = (key: string): void => {
    const old = shown.get(key);
    if (!old) return;
    shown.delete(key);
    gauge.remove(old.labels);
  };
  const tidy = (now: number): void => {
    if (now - tidiedAt >= TIDY_MS) {
      tidiedAt = now;
      for (const [key, { until }] of shown) if (until <= now) drop(key);
    }
    for (const key of shown.keys()) {
      if (shown.size <= MAX_SHOWN) break;
      drop(key);
    }
  };
  return {
    note: ({ workspace, monitor, points, now, next }) => {
      const at = now.getTime();
      const stays = Math.max(LEAST_MS, INTERVALS * ((next?.getTime() ?? at) - at));
      for (const { source, name, number, why } of points) {
        const labels = { workspace, monitor, source, name };
        const key = JSON.stringify(Object.values(labels));
        drop(key);
        if (why !== null) unread.inc({ why });
        if (number === null) continue;
        shown.set(key, { labels, until: at + stays });
        gauge.set(labels, Number(number));
      }
      tidy(at);
    },
  };
}
