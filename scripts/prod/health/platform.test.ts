import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import { platformRows } from './platform.ts';

const now = new Date('2026-11-26T12:00:00Z');
const GOOD = {
  Ready: 'True',
  KeysCurrent: 'True',
  KeysLost: 'False',
  DataKeyLost: 'False',
  DataKeyRotating: 'False',
  NetworkPolicyEnforced: 'True',
  Sandboxed: 'True',
  SchedulerReachable: 'True',
  Frozen: 'False',
  Paused: 'False',
};

function rows(changed: Readonly<Record<string, string>> = {}, status: object = {}) {
  const conditions = Object.entries({ ...GOOD, ...changed }).map(([type, holds]) => ({
    type,
    status: holds,
    reason: 'R',
    message: 'why',
  }));
  const platform = { status: { conditions, ...status } } as unknown as MonitorPlatform;
  return platformRows(platform, now);
}
const stateOf = (type: string, status: string): string | undefined =>
  rows({ [type]: status }).find(({ part }) => part === type)?.state;

describe('prod-health: the platform', () => {
  it('is bad when nobody has made it', () => {
    assert.deepEqual(
      platformRows(undefined, now).map(({ state }) => state),
      ['bad'],
    );
  });

  it('is well with the conditions of a well platform', () => {
    const found = rows().filter(({ part }) => part !== 'keys');
    assert.deepEqual(
      found.map(({ part }) => part),
      Object.keys(GOOD),
    );
    assert.ok(found.every(({ state }) => state === 'ok'));
  });

  for (const [type, status] of Object.entries(GOOD)) {
    const opposite = status === 'True' ? 'False' : 'True';
    const isWish = type === 'Frozen' || type === 'Paused' || type === 'DataKeyRotating';
    it(`${type} ${opposite} is ${isWish ? 'a note, for a person wished it' : 'bad'}`, () => {
      assert.equal(stateOf(type, opposite), isWish ? 'note' : 'bad');
      const row = rows({ [type]: opposite }).find(({ part }) => part === type);
      assert.deepEqual([row?.ready, row?.detail], [opposite, 'why']);
      assert.ok(row?.next);
    });
  }

  it('is not known yet as a note, but for Ready', () => {
    assert.equal(stateOf('Sandboxed', 'Unknown'), 'note');
    assert.equal(stateOf('Ready', 'Unknown'), 'bad');
  });

  it('tells how old the keys in use are, and when the next is made', () => {
    const key = (ring: string, state: string, created: string) => ({ ring, state, created });
    const keys = [
      key('Internal', 'Current', '2026-11-23T12:00:00Z'),
      key('Internal', 'Previous', '2026-01-01T00:00:00Z'),
      key('Jwt', 'Current', '2026-11-26T11:00:00Z'),
    ];
    const [row] = rows({}, { keys, nextRotation: '2026-11-30T12:00:00Z' }).slice(-1);
    assert.deepEqual([row?.state, row?.detail], ['ok', 'Internal 3d, Jwt 60m, next in 4d']);
    assert.equal(rows().at(-1)?.state, 'note');
  });
});
