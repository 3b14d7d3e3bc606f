import assert from 'node:assert/strict';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { firstDue } from './firstDue.ts';

describe('the first time to check', () => {
  const sunday = new Date('2026-03-01T12:00:00Z');
  const specOf = (schedule: Partial<MonitorJobSpec['schedule']>): MonitorJobSpec =>
    ({
      schedule: {
        timeZone: 'UTC',
        jitterPercent: 0,
        startingDeadline: '1h',
        overlap: 'Skip',
        ...schedule,
      },
    }) as MonitorJobSpec;

  it('is now', () => {
    assert.deepEqual(firstDue(specOf({ interval: '15m' }), sunday, 'w/x'), sunday);
  });

  it('waits for a window that allows it', () => {
    const spec = specOf({
      interval: '15m',
      windows: [{ kind: 'Allow', days: ['Mon'], from: '09:00', to: '17:00' }],
    });
    const due = firstDue(spec, sunday, 'w/x');
    assert.ok(
      due && due >= new Date('2026-03-02T09:00:00Z') && due < new Date('2026-03-02T17:00:00Z'),
      String(due),
    );
  });
});
