import assert from 'node:assert/strict';
import { isStuck, monitorQuotas, QUOTA_NAME } from './quota.ts';

describe('operator: quotas of MonitorJobs', () => {
  const of = (...asked: Parameters<typeof monitorQuotas>) =>
    monitorQuotas(...asked).map(({ metadata, spec }) => [metadata.namespace, spec.hard]);
  const count = (most: string) => ({ 'count/monitorjobs.mon.duckerhub.com': most });

  it('stand in each namespace with monitors', () => {
    assert.deepEqual(of({ monitorsPerNamespace: 100 }, ['team-b', 'team-a']), [
      ['team-a', count('100')],
      ['team-b', count('100')],
    ]);
  });
  it('of a namespace win, also when they are 0, and stand before its first monitor', () => {
    const overrides = [
      { namespace: 'team-a', monitorsPerNamespace: 0 },
      { namespace: 'team-c', minInterval: '1h' },
    ];
    assert.deepEqual(of({ monitorsPerNamespace: 5, overrides }, ['team-b']), [
      ['team-a', count('0')],
      ['team-b', count('5')],
      ['team-c', count('5')],
    ]);
  });
  it('are none without a limit', () => {
    const overrides = [{ namespace: 'team-a', minInterval: '1h' }];
    for (const limits of [undefined, {}, { overrides }])
      assert.deepEqual(of(limits, ['team-a']), []);
  });
  it('are made again when the server does not count, and only then', () => {
    const made = new Date('2026-11-25T12:00:00Z');
    const later = (seconds: number) => new Date(made.getTime() + seconds * 1000);
    const stored = (used?: Record<string, string>) => ({
      metadata: {
        name: QUOTA_NAME,
        namespace: 'team-a',
        creationTimestamp: made.toISOString(),
      },
      status: used && { used },
    });
    assert.deepEqual(
      [isStuck(stored(), later(9)), isStuck(stored(), later(10)), isStuck(stored({}), later(10))],
      [false, true, true],
    );
    assert.equal(isStuck(stored(count('0')), later(1000)), false);
  });
});
