/** Numbers of the runtime, named like controller-runtime's. */
import { Gauge, Histogram } from 'prom-client';
import type { Metrics } from '../../../services/core/metrics.ts';
import type { WatchEnd } from './restart.ts';

/** `aborted`: the process stops or no longer leads. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error' | 'terminal' | 'aborted';

export interface KubeMetrics {
  reconciled(controller: string, result: ReconcileOutcome, seconds: number): void;
  /** A ready key waited for a worker. */
  waited(controller: string, seconds: number): void;
  watchRestarted(watch: string, reason: WatchEnd): void;
  listenerFailed(watch: string): void;
  statusWritten(controller: string): void;
  applied(controller: string, kind: string): void;
  pruned(controller: string, kind: string): void;
  eventDropped(): void;
  /** Read when somebody asks for the metrics. */
  observeQueue(controller: string, depth: () => number): void;
  observeWatch(watch: string, ageSeconds: () => number): void;
}

/** In seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/** Registers the metrics; once for a registry. */
export function createKubeMetrics(metrics: Metrics): KubeMetrics {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    metrics.counter<L>({ name, help, labelNames });
  const reconciles = counter('reconcile_total', 'Reconcile passes', 'controller', 'result');
  const restarts = counter('watch_restarts_total', 'Ends of watches', 'watch', 'reason');
  const listeners = counter('watch_listener_errors_total', 'Listeners that threw', 'watch');
  const statuses = counter('status_writes_total', 'Writes of status', 'controller');
  const applies = counter('apply_total', 'Server-side applies sent', 'controller', 'kind');
  const prunes = counter('prune_total', 'Children deleted', 'controller', 'kind');
  const drops = counter('events_dropped_total', 'Events over the limit or not taken');
  const passes = secondsOf(metrics, 'reconcile_seconds', 'Duration of a reconcile pass');
  const waits = secondsOf(metrics, 'workqueue_wait_seconds', 'Time a ready key waited');
  return {
    reconciled: (controller, result, seconds) => {
      reconciles.inc({ controller, result });
      passes.observe({ controller }, seconds);
    },
    waited: (controller, seconds) => waits.observe({ controller }, seconds),
    watchRestarted: (watch, reason) => restarts.inc({ watch, reason }),
    listenerFailed: (watch) => listeners.inc({ watch }),
    statusWritten: (controller) => statuses.inc({ controller }),
    applied: (controller, kind) => applies.inc({ controller, kind }),
    pruned: (controller, kind) => prunes.inc({ controller, kind }),
    eventDropped: () => drops.inc(),
    observeQueue: gaugeOf(metrics, 'workqueue_depth', 'Keys that are ready', 'controller'),
    observeWatch: gaugeOf(
      metrics,
      'last_event_age_seconds',
      'Since a watch saw an event, a bookmark or a list',
      'watch',
    ),
  };
}

const secondsOf = ({ registry }: Metrics, name: string, help: string): Histogram<'controller'> =>
  new Histogram({
    name,
    help,
    labelNames: ['controller'],
    buckets: BUCKETS,
    registers: [registry],
  });

/** A gauge with one reader for each value of its label. */
function gaugeOf(
  { registry }: Metrics,
  name: string,
  help: string,
  label: string,
): (value: string, read: () => number) => void {
  const readers = new Map<string, () => number>();
  const gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => readers.forEach((read, value) => gauge.set({ [label]: value }, read())),
  });
  return (value, read) => void readers.set(value, read);
}
