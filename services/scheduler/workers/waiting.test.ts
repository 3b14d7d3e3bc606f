import assert from 'node:assert/strict';
import { MAX_WAITING, waitingCheck, type PoolAddress } from '../../core/contracts/projection.ts';
import { fakeClock, type FakeClock } from '../../core/testing/clock.ts';
import { NOON, later } from '../../store/testing/monitors.ts';
import { createWaiting, waiterOf, type Waiting } from './waiting.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const pool: PoolAddress = {
  namespace: 'team',
  name: 'own',
  url: 'http://pool.test:8001',
  keyring: 'browser/team',
  perCheck: true,
};
const claim = {
  workspace: 'team',
  monitor: 'shop',
  uid: UID,
  slot: NOON,
  runRequest: undefined,
  states: [],
};
type Claimed = Parameters<typeof waiterOf>[0];
const idOf = (patch: Partial<Claimed> = {}): string => waiterOf({ ...claim, ...patch }).id;
const confirming = (nextAt: Date) =>
  ({ states: [{ pending: { nextAt: nextAt.toISOString() } }] }) as unknown as Partial<Claimed>;

describe('the name of a check that waits', () => {
  it('is that of the monitor and its slot, and one that the report may hold', () => {
    assert.equal(idOf(), idOf({ states: [], monitor: 'renamed' }));
    assert.notEqual(idOf(), idOf({ slot: later(NOON, 1) }));
    assert.notEqual(idOf(), idOf({ uid: UID.replaceAll('1', '2') }));
    for (const patch of [{}, { runRequest: '2026-03-10T12:00:00Z/ü' }, confirming(NOON)])
      waitingCheck.parse({ namespace: 'team', pool: 'own', id: idOf(patch) });
  });

  it('is another for a run that is asked for and for a confirmation, which keep the slot', () => {
    const ids = [
      idOf(),
      idOf({ runRequest: 'r1' }),
      idOf({ runRequest: 'r2' }),
      idOf(confirming(NOON)),
      idOf(confirming(later(NOON, 1000))),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('the checks that wait', () => {
  let clock: FakeClock;
  let waiting: Waiting;
  beforeEach(() => {
    clock = fakeClock();
    waiting = createWaiting(clock);
  });
  const release = (monitor: string) => ({
    workspace: 'team',
    monitor,
    token: 1,
    until: later(NOON, 5000),
  });
  const ids = () => waiting.list().map(({ id }) => id);

  it('are told with their pool until they begin', () => {
    waiting.note({ key: 'k', id: 'a' }, pool);
    assert.deepEqual(waiting.list(), [{ namespace: 'team', pool: 'own', id: 'a' }]);
    waiting.begun('k');
    assert.deepEqual(waiting.list(), []);
  });

  it('go on waiting when they began and no pod took them, and never for their successors', () => {
    const began = clock.now();
    waiting.note({ key: 'k', id: 'a' }, pool, release('k'));
    clock.advance(1_000);
    waiting.begun('k');
    assert.deepEqual(waiting.held(), []);
    waiting.note({ key: 'k', id: 'a' }, pool);
    assert.deepEqual([ids(), waiting.since('k')], [['a'], began]);
    waiting.begun('k');
    waiting.note({ key: 'k', id: 'b' }, pool);
    assert.deepEqual([ids(), waiting.since('k')], [['b'], clock.now()]);
  });

  it('keep the id and the time under which they began to wait', () => {
    const began = clock.now();
    waiting.note({ key: 'k', id: 'a' }, pool);
    clock.advance(5_000);
    waiting.note({ key: 'k', id: 'b' }, pool);
    assert.deepEqual(ids(), ['a']);
    assert.deepEqual(waiting.since('k'), began);
  });

  it('are another pod for another pool', () => {
    waiting.note({ key: 'k', id: 'a' }, pool);
    waiting.note({ key: 'k', id: 'b' }, { ...pool, name: 'other' });
    assert.deepEqual(waiting.list(), [{ namespace: 'team', pool: 'other', id: 'b' }]);
  });

  it('are forgotten when they were not seen for a minute', () => {
    waiting.note({ key: 'old', id: 'old' }, pool);
    waiting.note({ key: 'kept', id: 'kept' }, pool);
    clock.advance(30_000);
    waiting.note({ key: 'kept', id: 'kept' }, pool);
    clock.advance(30_001);
    assert.equal(waiting.since('old'), undefined);
    assert.deepEqual(ids(), ['kept']);
  });

  it('are told of a thousand at a time, the oldest first', () => {
    for (let at = 0; at < MAX_WAITING; at += 1) waiting.note({ key: `k${at}`, id: `i${at}` }, pool);
    waiting.note({ key: 'more', id: 'more' }, pool);
    assert.equal(ids().length, MAX_WAITING);
    assert.ok(!ids().includes('more'));
    waiting.done('k0');
    assert.equal(ids().at(-1), 'more');
  });

  it('are kept in a bounded memory', () => {
    for (let at = 0; at <= 10 * MAX_WAITING; at += 1)
      waiting.note({ key: `k${at}`, id: `i${at}` }, pool);
    assert.ok(waiting.since(`k${10 * MAX_WAITING - 1}`));
    assert.equal(waiting.since(`k${10 * MAX_WAITING}`), undefined);
    clock.advance(60_001);
    waiting.note({ key: 'later', id: 'later' }, pool);
    assert.deepEqual(ids(), ['later']);
  });

  it('are held until they are hastened, and again when they are put off again', () => {
    const held = () => waiting.held().map((each) => each.release.monitor);
    waiting.note({ key: 'team/shop', id: 'a' }, pool, release('shop'));
    waiting.note({ key: 'team/turned', id: 'b' }, pool);
    assert.deepEqual(held(), ['shop']);
    waiting.hastened(waiting.held());
    assert.deepEqual(held(), []);
    assert.equal(ids().length, 2);
    waiting.note({ key: 'team/shop', id: 'a' }, pool, release('shop'));
    assert.deepEqual(held(), ['shop']);
  });
});
