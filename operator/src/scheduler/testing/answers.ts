/** What replicas of the scheduler answer in tests. */
import type { KeyReader } from '../../../../services/core/contracts/keys.ts';
import type {
  CapacityReport,
  WaitingCheck,
} from '../../../../services/core/contracts/projection.ts';

/** @param kids null for one that does not answer */
export const reader = (name: string, kids: string[] | null): KeyReader => ({
  reader: name,
  service: 'browser',
  address: '10.0.0.1:8001',
  kids,
  signsWith: kids?.[0] ?? null,
});

/** Of one check on four slots, with nothing measured. */
export const report = (patch: Partial<CapacityReport> = {}): CapacityReport => ({
  p95Ms: { http: null, browser: null },
  judgeP95Ms: null,
  judgedShare: null,
  running: 1,
  slots: 4,
  queueAgeMs: 0,
  waiting: [],
  ...patch,
});

export const waits = (id: string): WaitingCheck => ({
  namespace: 'team',
  pool: 'ephemeral-browser',
  id,
});
