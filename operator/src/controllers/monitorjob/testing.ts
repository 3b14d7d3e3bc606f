/** Objects that tests of the MonitorJob controller begin with. */
import type { MonitorJob, MonitorJobSpec } from '../../../../crds/types/monitorjob.ts';
import { testSource, testSpec } from '../../../../services/core/testing/specs.ts';
import type { MonitorState } from '../../../../services/core/contracts/projection.ts';
import type { JobInput, ProjectionAnswer } from './types.ts';

export const UID = '11111111-1111-4111-8111-111111111111';

/** A spec with the schema's defaults; `patch` replaces top-level fields. */
export const jobSpec = (patch: Partial<MonitorJobSpec> = {}): MonitorJobSpec =>
  testSpec({
    sources: [testSource({ fetch: 'Auto' })],
    schedule: { ...testSpec().schedule, interval: '15m', jitterPercent: 10 },
    ...patch,
  });

export const jobOf = (
  spec: Partial<MonitorJobSpec> = {},
  metadata: Partial<MonitorJob['metadata']> = {},
): MonitorJob => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name: 'shop', namespace: 'team', uid: UID, generation: 3, ...metadata },
  spec: jobSpec(spec),
});

export const inputOf = (patch: Partial<JobInput> = {}): JobInput => ({
  job: jobOf(),
  workspace: 'team',
  isPersonal: false,
  channels: new Set(),
  prompt: undefined,
  limits: {},
  pool: { kind: 'live', namespace: 'duckmon', name: 'browser' },
  workers: null,
  rival: undefined,
  isAmongPersons: false,
  sharesBrowsers: false,
  frozen: false,
  state: undefined,
  ...patch,
});

export const stateOf = (patch: Partial<MonitorState> = {}): MonitorState => ({
  workspace: 'team',
  name: 'shop',
  uid: UID,
  generation: 3,
  lastCheck: {
    time: '2026-03-10T12:00:00.000Z',
    outcome: 'Unchanged',
    verdict: null,
    relevance: null,
    message: null,
  },
  lastChange: null,
  nextCheck: '2026-03-10T12:15:00.000Z',
  consecutiveFailures: 0,
  openFindings: 0,
  monthCostUsd: '0',
  goalVersion: 1,
  lastHandledRunRequest: null,
  conditions: [],
  ...patch,
});

export const answered = (
  outcome: 'created' | 'configured' | 'unchanged' | 'stale' | 'refused' = 'unchanged',
  problems: { path: string; message: string }[] = [],
): ProjectionAnswer => ({ kind: 'answered', result: { outcome, problems } });
