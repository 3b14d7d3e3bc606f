import assert from 'node:assert/strict';
import { backupRow, type CronJob } from './backups.ts';

const now = new Date('2026-11-26T12:00:00Z');
const nightly = (last: string | undefined, spec: Partial<CronJob['spec']> = {}): CronJob => ({
  metadata: { name: 'duckmon-backup', creationTimestamp: '2026-11-26T11:00:00Z' },
  spec: { schedule: '17 2 * * *', timeZone: 'Etc/UTC', ...spec },
  ...(last === undefined ? {} : { status: { lastSuccessfulTime: last } }),
});
const stateOf = (backups: CronJob | undefined): string => backupRow(backups, now).state;

describe('prod-health: the last backup', () => {
  it('is ok with its age while no time of the schedule was missed', () => {
    const row = backupRow(nightly('2026-11-26T02:18:00Z'), now);
    assert.deepEqual([row.state, row.detail], ['ok', '9h42m ago']);
  });

  it('may be missing once, for it may still be at work', () => {
    assert.equal(stateOf(nightly('2026-11-25T02:18:00Z')), 'ok');
  });

  it('is bad when two times of the schedule went by without one', () => {
    const row = backupRow(nightly('2026-11-24T02:18:00Z'), now);
    assert.equal(row.state, 'bad');
    assert.match(row.detail, /two times of 17 2 \* \* \* went by/);
    assert.match(row.next ?? '', /prod-logs -- backup/);
  });

  it('is a note before the first, and bad when that never came', () => {
    assert.equal(stateOf(nightly(undefined)), 'note');
    const metadata = { name: 'duckmon-backup', creationTimestamp: '2026-11-20T11:00:00Z' };
    assert.equal(stateOf({ ...nightly(undefined), metadata }), 'bad');
  });

  it('is bad when it is suspended, and a note when duckmon makes none', () => {
    assert.equal(stateOf(nightly('2026-11-26T02:18:00Z', { suspend: true })), 'bad');
    assert.equal(stateOf(undefined), 'note');
  });

  it('goes by the time zone of the schedule', () => {
    const spec = { schedule: '30 12 * * *', timeZone: 'Asia/Tokyo' };
    assert.equal(stateOf(nightly('2026-11-24T13:00:00Z', spec)), 'bad');
    assert.equal(stateOf(nightly('2026-11-24T13:00:00Z', { ...spec, timeZone: 'Etc/UTC' })), 'ok');
  });
});
