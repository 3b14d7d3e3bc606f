import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SealedCount } from '../../../services/core/contracts/keys.ts';
import type { KeyEntry } from '../../../services/core/keyring.ts';
import { dataKeyRotating, dataTurnEvents } from './dataReport.ts';
import { planDataTurn, type DataTurnInput, type DataTurnPlan } from './dataTurn.ts';
import { after, HOUR, keyMaker, keyOf, MINUTE, noon } from './testing/rings.ts';
import type { Reader } from './rotation.ts';

const old = keyOf('old', 'current', noon);
const asked = after(HOUR);
const scheduler = (name: string, signsWith: string, ...more: string[]): Reader => ({
  name,
  kids: [signsWith, ...more],
  signsWith,
});
const calm: DataTurnInput = {
  keys: [old],
  readers: [scheduler('a', old.kid)],
  sealed: { at: after(HOUR), uses: [{ kind: 'workspace', dataKey: old.kid, rows: 7 }] },
  asked: undefined,
  now: after(HOUR),
};
const plan = (changes: Partial<DataTurnInput>): DataTurnPlan =>
  planDataTurn({ ...calm, ...changes }, keyMaker());
const done = ({ steps }: DataTurnPlan) => steps.map(({ kind }) => kind);
const states = ({ keys }: DataTurnPlan) => keys.map(({ state }) => state);
const reason = ({ waiting }: DataTurnPlan) => dataKeyRotating(waiting).reason;

describe('operator: the rotation of the data key', () => {
  const next = keyOf('new', 'next', asked);
  const published: Partial<DataTurnInput> = { asked, keys: [next, old], now: after(2 * HOUR) };
  const current: KeyEntry = { ...next, state: 'current' };
  const previous: KeyEntry = { ...old, state: 'previous' };
  const turned: Partial<DataTurnInput> = {
    asked,
    keys: [current, previous],
    readers: [scheduler('a', next.kid, old.kid), scheduler('b', next.kid, old.kid)],
    now: after(2 * HOUR),
  };
  const settled = { ...previous, notAfter: after(2 * HOUR).toISOString() };

  it('begins when somebody asks, and never by itself', () => {
    assert.deepEqual(done(plan({ now: after(10_000 * HOUR) })), []);
    const begun = plan({ asked });
    assert.deepEqual([done(begun), states(begun)], [['publish'], ['next', 'current']]);
    assert.equal(reason(begun), 'Publishing');
    assert.deepEqual(done(plan({ asked: noon })), []);
  });
  it('waits for a time that is to come', () => {
    const { steps, requeueAt } = plan({ asked: after(5 * HOUR) });
    assert.deepEqual([steps, requeueAt], [[], after(5 * HOUR)]);
  });
  it('seals with the new key when every scheduler has it, and not before it had its time to arrive', () => {
    const both = [scheduler('a', old.kid, next.kid), scheduler('b', old.kid, next.kid)];
    const early = { ...published, readers: both, now: after(MINUTE, asked) };
    assert.equal(reason(plan(early)), 'Publishing');
    const late = plan({ ...published, readers: both });
    assert.deepEqual([done(late), states(late)], [['promote'], ['current', 'previous']]);
  });
  it('waits for a scheduler that does not have it, for as long as it takes, and names it', () => {
    const readers = [scheduler('a', old.kid, next.kid), scheduler('b', old.kid)];
    const held = plan({ ...published, readers, now: after(10_000 * HOUR) });
    assert.deepEqual(done(held), []);
    assert.deepEqual(held.waiting, { for: 'readers', kid: next.kid, laggards: ['b'] });
  });
  it('waits for schedulers of an older version, which do not say what they have', () => {
    const silent = { name: 'b', kids: undefined };
    for (const readers of [undefined, [], [scheduler('a', old.kid, next.kid), silent]])
      for (const input of [published, turned])
        assert.deepEqual(done(plan({ ...input, readers, now: after(10_000 * HOUR) })), []);
  });
  it('G17 keeps the old key as long as a row of any kind needs it, and says how many do', () => {
    for (const kind of ['workspace', 'secret', 'authenticator'] as const) {
      const uses: SealedCount['uses'] = [
        { kind, dataKey: old.kid, rows: 3 },
        { kind, dataKey: next.kid, rows: 4 },
      ];
      const now = after(10_000 * HOUR);
      const held = plan({ ...turned, keys: [current, settled], now, sealed: { at: now, uses } });
      assert.deepEqual([done(held), reason(held)], [[], 'SealingAgain']);
      assert.match(dataKeyRotating(held.waiting).message, /needed by 3 /);
    }
  });
  it('G17 drops the old key when a count that began ten minutes after its last use finds nothing under it', () => {
    const first = plan(turned);
    assert.deepEqual(done(first), ['settle']);
    const until = after(2 * HOUR + 10 * MINUTE);
    assert.equal(first.keys[1]?.notAfter, until.toISOString());
    const { keys } = first;
    const now = after(10 * HOUR);
    const none = (at: Date) => plan({ ...turned, keys, now, sealed: { at, uses: [] } });
    assert.deepEqual(
      [done(none(after(-1, until))), reason(none(after(-1, until)))],
      [[], 'Settling'],
    );
    assert.deepEqual([done(none(until)), states(none(until))], [['drop'], ['current']]);
    assert.deepEqual(done(plan({ ...turned, keys, now, sealed: undefined })), []);
  });
  it('begins to count anew when a scheduler seals with the old key again', () => {
    const readers = [scheduler('a', next.kid, old.kid), scheduler('b', old.kid)];
    const again = plan({ ...turned, keys: [current, settled], readers });
    assert.deepEqual(done(again), ['unsettle']);
    assert.equal(again.keys[1]?.notAfter, null);
    assert.deepEqual(plan({ ...turned, keys: again.keys, readers }).steps, []);
  });
  it('makes no third key while an older one is there', () => {
    const held = plan({
      ...turned,
      keys: [current, settled],
      asked: after(3 * HOUR),
      now: after(4 * HOUR),
    });
    assert.deepEqual(done(held), []);
  });
  it('tells of each key that comes, seals and goes', () => {
    const entry = next;
    const { kid } = next;
    const events = dataTurnEvents([
      { kind: 'publish', entry },
      { kind: 'promote', kid },
      { kind: 'settle', kid, until: noon },
      { kind: 'drop', kid },
    ]);
    assert.deepEqual(
      events.map((event) => event.reason),
      ['KeyPublished', 'KeyPromoted', 'KeyDropped'],
    );
    assert.ok(!JSON.stringify(events).includes(entry.value));
  });
});

/** Schedulers that read the file late, and rows that arrive late; an operator that dies at any point. */
interface World {
  ring: readonly KeyEntry[];
  now: number;
  readonly held: (readonly KeyEntry[])[];
  /** Kid of each row, and from when on it can be seen. */
  rows: { kid: string; at: number }[];
  sealed: DataTurnInput['sealed'];
  asked: Date | undefined;
}

describe('operator: laws of the rotation of the data key', () => {
  const kidIn = (ring: readonly KeyEntry[]): string =>
    ring.find(({ state }) => state === 'current')?.kid ?? assert.fail('no current key');
  const deeds: Readonly<
    Record<string, (world: World, n: number, deps: ReturnType<typeof keyMaker>) => void>
  > = {
    ask: (world) => void (world.asked = new Date(world.now)),
    pass: (world, n, deps) => {
      const readers = world.held.map((ring, at) => ({
        name: String(at),
        kids: ring.map(({ kid }) => kid),
        signsWith: kidIn(ring),
      }));
      const input = { ...world, keys: world.ring, readers, now: new Date(world.now) };
      const { keys } = planDataTurn(input, deps);
      // every third one dies before it writes
      if (n % 3 !== 0) world.ring = keys;
    },
    read: (world, n) => void (world.held[n % world.held.length] = world.ring),
    seal: (world, n) => {
      const ring = world.held[n % world.held.length] ?? [];
      world.rows.push({ kid: kidIn(ring), at: world.now + (n % 9) * MINUTE });
    },
    tend: (world, n) => {
      const kid = kidIn(world.held[n % world.held.length] ?? []);
      world.rows = world.rows.map((row) => (row.at <= world.now ? { ...row, kid } : row));
    },
    count: (world) => {
      const seen = world.rows.filter(({ at }) => at <= world.now);
      const uses = [...Map.groupBy(seen, ({ kid }) => kid)].map(([dataKey, { length: rows }]) => ({
        kind: 'workspace' as const,
        dataKey,
        rows,
      }));
      world.sealed = { at: new Date(world.now), uses };
    },
    wait: (world, n) => void (world.now += (n % 8) * MINUTE),
  };
  const begin = (): World => ({
    ring: [old],
    now: noon.getTime(),
    held: [[old], [old]],
    rows: [],
    sealed: undefined,
    asked: undefined,
  });
  const act = fc.tuple(fc.constantFrom(...Object.keys(deeds)), fc.nat(100));
  let dropped = 0;

  it('G17 no key goes that a row needs, in whatever order things happen and whenever the operator dies', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 50, maxLength: 300 }), (acts) => {
        const [world, deps] = [begin(), keyMaker()];
        for (const [name, n] of acts) {
          deeds[name]?.(world, n, deps);
          const kids = new Set(world.ring.map(({ kid }) => kid));
          for (const { kid } of world.rows) assert.ok(kids.has(kid), `${kid} is gone`);
          for (const ring of world.held) assert.ok(kids.has(kidIn(ring)), 'a scheduler is cut off');
          assert.ok(kids.size <= 2);
        }
        if (!world.ring.some(({ kid }) => kid === old.kid)) dropped += 1;
      }),
      { numRuns: 300 },
    );
    assert.ok(dropped > 0, 'no run came as far as a drop');
  });
  it('a plan for what a plan leads to has no steps', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
        const [world, deps] = [begin(), keyMaker()];
        for (const [name, n] of acts) deeds[name]?.(world, n, deps);
        const readers = world.held.map((ring) =>
          scheduler('x', kidIn(ring), ...ring.map((key) => key.kid)),
        );
        const input = { ...world, keys: world.ring, readers, now: new Date(world.now) };
        const { keys } = planDataTurn(input, deps);
        assert.deepEqual(planDataTurn({ ...input, keys }, deps).steps, []);
      }),
      { numRuns: 200 },
    );
  });
});
