import assert from 'node:assert/strict';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { isIsolated, isolationOf } from './isolation.ts';

describe('isolation of a job', () => {
  it('is Shared where the spec was stored before the field was there', () => {
    assert.equal(isolationOf({}), 'Shared');
    assert.equal(isIsolated({}), false);
  });

  it('is every level above Shared', () => {
    const levels: MonitorJobSpec['isolation']['level'][] = [
      'Shared',
      'Namespace',
      'Dedicated',
      'Ephemeral',
    ];
    assert.deepEqual(
      levels.filter((level) => isIsolated({ isolation: { level } })),
      levels.slice(1),
    );
  });
});
