import assert from 'node:assert/strict';
import type { StatusKey } from '../../../../crds/types/monitorplatform.ts';
import { createMetrics } from '../../../../services/core/metrics.ts';
import { observeKeyAge } from './keyAge.ts';

const NOON = new Date('2026-11-25T12:00:00Z');
const key = (ring: StatusKey['ring'], state: StatusKey['state'], created: string): StatusKey => ({
  kid: `${ring}-${state}`,
  ring,
  state,
  fingerprint: 'f',
  created,
});

describe('operator: age of the keys', () => {
  it('B13 is told of the key in use of each ring, in seconds, and of a ring that is gone no more', async () => {
    const metrics = createMetrics('operator');
    let keys: readonly StatusKey[] = [];
    observeKeyAge(metrics, { now: () => NOON }, () => keys);
    const said = async (): Promise<readonly string[]> =>
      (await metrics.registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('key_age_seconds{'))
        .map((line) => line.replace(/,?service="operator"/, ''));
    assert.deepEqual(await said(), []);
    keys = [
      key('Internal', 'Previous', '2026-11-01T12:00:00Z'),
      key('Internal', 'Current', '2026-11-25T11:00:00Z'),
      key('Internal', 'Next', '2026-11-25T11:59:00Z'),
      key('Jwt', 'Current', '2026-11-24T12:00:00Z'),
      key('Data', 'Current', '2026-11-25T11:59:59.500Z'),
    ];
    assert.deepEqual((await said()).toSorted(), [
      'key_age_seconds{ring="data"} 0.5',
      'key_age_seconds{ring="internal"} 3600',
      'key_age_seconds{ring="jwt"} 86400',
    ]);
    keys = [];
    assert.deepEqual(await said(), []);
  });
});
