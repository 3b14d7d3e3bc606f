/** Specs of MonitorJobs that tests begin with. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';

/** A valid spec with the schema's defaults; `patch` replaces top-level fields. */
export const testSpec = (patch: Partial<MonitorJobSpec> = {}): MonitorJobSpec => ({
  suspend: false,
  sources: [testSource()],
  schedule: {
    interval: '5m',
    timeZone: 'UTC',
    jitterPercent: 0,
    startingDeadline: '1h',
    overlap: 'Skip',
  },
  goal: {
    prompt: 'Tell me when the price changes',
    kind: 'Change',
    firstRun: 'Baseline',
    threshold: 75,
    language: 'en',
    onUndetermined: 'Retry',
    confirm: { checks: 1, of: 1, delay: '30s' },
    compareWith: 'LastSeen',
    knownStates: 5,
  },
  judge: {},
  alerting: {
    severity: 'FromVerdict',
    cooldown: '60m',
    maxPerHour: 5,
    requireAcknowledgment: true,
    onFailure: { after: 5 },
  },
  isolation: { level: 'Shared' },
  retention: { checks: 200, days: 30 },
  ...patch,
});

/** A source with the schema's defaults. */
export const testSource = (
  patch: Partial<MonitorJobSpec['sources'][number]> = {},
): MonitorJobSpec['sources'][number] => ({
  name: 'page',
  url: 'https://shop.example/p/1',
  fetch: 'Http',
  format: 'Auto',
  screenshot: 'OnChange',
  consent: 'Auto',
  locale: 'en',
  timeZone: 'UTC',
  ...patch,
});
