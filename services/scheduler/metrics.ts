/** The scheduler's metrics; their names live here. */
import { Gauge, Histogram, type Counter } from 'prom-client';
import type { Metrics } from '../core/metrics.ts';
import { createValueGauge, type ValueGauge } from './valueGauge.ts';

export interface SchedulerMetrics {
  /** Sources by the last stage they reached, and why they stopped there. */
  readonly stops: Counter<'stage' | 'reason'>;
  readonly checks: Counter<'outcome' | 'trigger'>;
  /** Seconds between a slot and its check's beginning. */
  readonly lateness: Histogram;
  readonly stale: Counter;
  readonly missed: Counter;
  readonly quarantined: Counter;
  readonly verdicts: Counter<'verdict' | 'why'>;
  readonly droppedClaims: Counter<'why'>;
  readonly cache: Counter<'result'>;
  readonly budgetExceeded: Counter<'scope'>;
  /** The numbers of values. */
  readonly values: ValueGauge;
  readonly alerts: Counter<'kind'>;
  readonly deliveries: Counter<'result'>;
  /** Sends whose outcome was never learned; only these may be duplicates. */
  readonly unknownDeliveries: Counter;
  /** Mails to people about their own accounts. */
  readonly accountMails: Counter<'result'>;
  readonly sweepFailures: Counter<'sweep'>;
  /** Rows by kind and by the state of the data key that they need; where none needs a key, it may go. */
  readonly sealed: Gauge<'kind' | 'key'>;
  readonly inFlight: Gauge;
  readonly oldestDueSeconds: Gauge;
  /** Unix time of the newest verdict: production of verdicts has a heartbeat of its own. */
  readonly lastVerdict: Gauge;
}

/** Makes them in the service's registry. */
export function createSchedulerMetrics(metrics: Metrics): SchedulerMetrics {
  const registers = [metrics.registry];
  const counter = <L extends string>(
    name: string,
    help: string,
    labelNames: L[] = [],
  ): Counter<L> => metrics.counter({ name, help, labelNames });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    stops: counter('mon_check_stops_total', 'Sources by last stage and reason', [
      'stage',
      'reason',
    ]),
    checks: counter('mon_checks_total', 'Checks by outcome and trigger', ['outcome', 'trigger']),
    lateness: new Histogram({
      name: 'mon_check_lateness_seconds',
      help: 'Time between a slot and the beginning of its check',
      buckets: [0.05, 0.2, 1, 5, 30, 120, 600, 3600],
      registers,
    }),
    stale: counter('mon_checks_stale_total', 'Checks whose lease was lost before the commit'),
    missed: counter('mon_slots_missed_total', 'Slots that no check made up for'),
    quarantined: counter('mon_quarantined_total', 'Times that a monitor was quarantined'),
    verdicts: counter('mon_verdicts_total', 'Verdicts by kind and why', ['verdict', 'why']),
    droppedClaims: counter('mon_claims_dropped_total', 'Claims without evidence', ['why']),
    cache: counter('mon_verdict_cache_total', 'Verdict cache look-ups', ['result']),
    budgetExceeded: counter('mon_budget_exceeded_total', 'Judgements that no budget carried', [
      'scope',
    ]),
    values: createValueGauge(
      metrics.registry,
      counter('mon_values_unread_total', 'Values that had no number, by why', ['why']),
    ),
    alerts: counter('mon_alerts_total', 'Alerts made, by kind', ['kind']),
    deliveries: counter('mon_deliveries_total', 'Delivery attempts by result', ['result']),
    unknownDeliveries: counter('mon_deliveries_unknown_total', 'Sends with an unknown outcome'),
    accountMails: counter('mon_account_mails_total', 'Mails about accounts by result', ['result']),
    sweepFailures: counter('mon_sweep_failures_total', 'Sweeps that failed', ['sweep']),
    sealed: new Gauge({
      name: 'mon_sealed_rows',
      help: 'Sealed rows by kind and by the state of the data key that they need',
      labelNames: ['kind', 'key'],
      registers,
    }),
    inFlight: gauge('mon_checks_in_flight', 'Checks that run now'),
    oldestDueSeconds: gauge('mon_oldest_due_seconds', 'How late the oldest due monitor is'),
    lastVerdict: gauge('mon_last_verdict_timestamp_seconds', 'Time of the newest verdict'),
  };
}
