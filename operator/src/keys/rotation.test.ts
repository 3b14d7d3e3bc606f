import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KeyEntry } from '../../../services/core/keyring.ts';
import { adoptRing, type RingState } from './ring.ts';
import {
  planRotation,
  type Reader,
  type RotationInput,
  type RotationPlan,
  type RotationRequests,
} from './rotation.ts';
import { applyStep } from './step.ts';
import { after, HOUR, keyMaker, keyOf, MINUTE, noon, reader, settings } from './testing/rings.ts';

const old = keyOf('old', 'current', noon);
const fresh = (created: Date): KeyEntry => keyOf('fresh', 'next', created);
const present = (...keys: readonly KeyEntry[]): RingState => ({ kind: 'present', keys });

interface Asked {
  readonly ring: RingState;
  readonly now: Date;
  readonly readers?: readonly Reader[] | undefined;
  readonly requests?: RotationRequests;
  readonly publishFor?: number;
}
const inputOf = ({ publishFor = 0, requests = {}, ...asked }: Asked): RotationInput => ({
  readers: undefined,
  requests,
  settings: { ...settings, publishFor },
  ...asked,
});
const plan = (asked: Asked): RotationPlan => planRotation(inputOf(asked), keyMaker());
const kinds = ({ steps }: RotationPlan): string[] => steps.map(({ kind }) => kind);
const states = ({ keys }: RotationPlan): string[] => keys.map(({ state }) => state);
const due = after(720 * HOUR);

describe('operator: rotation of a root keyring', () => {
  it('does nothing while the key is young, and looks again when it is due', () => {
    const { steps, waiting, requeueAt } = plan({ ring: present(old), now: after(719 * HOUR) });
    assert.deepEqual([steps, waiting, requeueAt], [[], undefined, due]);
  });

  it('B13 publishes the next key at the age of rotateEvery, and signs with the old one meanwhile', () => {
    const result = plan({ ring: present(old), now: due, readers: [reader('api/a', old.kid)] });
    assert.deepEqual(kinds(result), ['publish']);
    assert.deepEqual(states(result), ['current', 'next']);
    assert.equal(result.keys[0], old);
  });

  it('B4 names the readers that hold a rotation', () => {
    const next = fresh(due);
    const readers = [
      reader('api/a', old.kid, next.kid),
      reader('browser/b', old.kid),
      { name: 'llm/c', kids: undefined },
    ];
    const { steps, waiting } = plan({ ring: present(old, next), now: after(MINUTE, due), readers });
    assert.deepEqual(steps, []);
    assert.deepEqual(waiting, {
      for: 'readers',
      kid: next.kid,
      laggards: ['browser/b', 'llm/c'],
      until: after(2160 * HOUR),
    });
  });

  it('takes a table that is missing for unknown, and not for empty', () => {
    const next = fresh(due);
    const asked = { ring: present(old, next), now: after(MINUTE, due) };
    assert.equal(plan(asked).waiting?.for, 'readersUnknown');
    assert.deepEqual(kinds(plan({ ...asked, readers: [] })), ['promote']);
  });

  it('promotes when the last reader has the key, and keeps the old one valid for the overlap', () => {
    const next = fresh(due);
    const now = after(2 * MINUTE, due);
    const result = plan({
      ring: present(old, next),
      now,
      readers: [reader('api/a', old.kid, next.kid)],
    });
    assert.deepEqual(result.steps, [
      { kind: 'promote', kid: next.kid, overlapEnds: after(15 * MINUTE, now), cutOff: [] },
    ]);
    assert.deepEqual(result.keys, [
      { ...old, state: 'previous', notAfter: after(15 * MINUTE, now).toISOString() },
      { ...next, state: 'current' },
    ]);
    assert.deepEqual(result.requeueAt, after(15 * MINUTE, now));
  });

  it('publishes a token key for its time also when every known reader has it', () => {
    const next = fresh(due);
    const asked = {
      ring: present(old, next),
      readers: [reader('api/a', next.kid)],
      publishFor: 630_000,
    };
    const early = plan({ ...asked, now: after(629_999, due) });
    assert.deepEqual(early.waiting, {
      for: 'publication',
      kid: next.kid,
      until: after(630_000, due),
    });
    assert.deepEqual(kinds(plan({ ...asked, now: after(630_000, due) })), ['promote']);
  });

  describe('of which the new key is in use', () => {
    const previous = keyOf('old', 'previous', noon, after(15 * MINUTE, due));
    const current = keyOf('fresh', 'current', due);
    const ring = present(previous, current);

    it('keeps the old one for the overlap', () => {
      const { steps, waiting } = plan({ ring, now: after(15 * MINUTE - 1, due), readers: [] });
      assert.deepEqual(steps, []);
      assert.deepEqual(waiting, {
        for: 'overlap',
        kid: previous.kid,
        until: after(15 * MINUTE, due),
      });
    });
    it('drops the old one afterwards', () => {
      const readers = [reader('api/a', current.kid, previous.kid)];
      const result = plan({ ring, now: after(15 * MINUTE, due), readers });
      assert.deepEqual(result.steps, [{ kind: 'drop', kid: previous.kid, cutOff: [] }]);
      assert.deepEqual(result.keys, [current]);
    });
    it('keeps the old one while a reader signs with it, or does not answer', () => {
      const readers = [
        reader('api/a', previous.kid, current.kid),
        { name: 'llm/b', kids: undefined },
      ];
      const { steps, waiting } = plan({ ring, now: after(HOUR, due), readers });
      assert.deepEqual(steps, []);
      assert.deepEqual(waiting?.for === 'readers' && waiting.laggards, ['api/a', 'llm/b']);
    });
    it('begins no other rotation before it is dropped', () => {
      const result = plan({
        ring,
        now: after(MINUTE, due),
        requests: { graceful: after(1, due) },
        readers: [],
      });
      assert.deepEqual(kinds(result), []);
    });
  });

  describe('B4 of which a reader is frozen', () => {
    const next = fresh(due);
    const readers = [reader('browser/frozen', old.kid)];
    const ring = present(old, next);
    it('waits until maxAge', () => {
      assert.deepEqual(kinds(plan({ ring, now: after(2160 * HOUR - 1), readers })), []);
    });
    it('goes on at maxAge and says whom it cuts off', () => {
      const [step] = plan({ ring, now: after(2160 * HOUR), readers }).steps;
      assert.deepEqual(step?.kind === 'promote' && step.cutOff, ['browser/frozen']);
    });
    it('gives a key that was published late its time to arrive', () => {
      const now = after(3000 * HOUR);
      const late = plan({ ring: present(old), now, readers });
      assert.deepEqual(kinds(late), ['publish']);
      const ringNow = present(...late.keys);
      assert.deepEqual(
        kinds(plan({ ring: ringNow, now: after(15 * MINUTE - 1, now), readers })),
        [],
      );
      assert.deepEqual(kinds(plan({ ring: ringNow, now: after(15 * MINUTE, now), readers })), [
        'promote',
      ]);
    });
  });

  describe('by request', () => {
    const asked = after(HOUR);
    const requests = { graceful: asked };
    it('publishes a key before the old one is due', () => {
      assert.deepEqual(kinds(plan({ ring: present(old), now: asked, requests })), ['publish']);
    });
    it('is content with a key made after the request', () => {
      const ring = present(keyOf('x', 'current', asked));
      assert.deepEqual(kinds(plan({ ring, now: after(HOUR, asked), requests })), []);
    });
    it('replaces a next key that is older than the request', () => {
      const next = fresh(after(MINUTE));
      const [step] = plan({
        ring: present(old, next),
        now: asked,
        requests,
        readers: [reader('a', old.kid)],
      }).steps;
      assert.equal(step?.kind === 'publish' && step.replaces, next.kid);
    });
    it('waits for the time of a request from the future, instead of making keys without end', () => {
      const { steps, requeueAt } = plan({ ring: present(old), now: noon, requests });
      assert.deepEqual([steps, requeueAt], [[], asked]);
    });
  });

  describe('in an incident (rotate --now)', () => {
    const incident = after(HOUR);
    const requests = { urgent: incident };
    const published = plan({ ring: present(old), now: incident, requests });
    const next = published.keys[1] as KeyEntry;
    const has = [reader('api/a', old.kid, next.kid)];
    const ring = present(...published.keys);

    it('publishes at once', () => {
      assert.deepEqual(kinds(published), ['publish']);
    });
    it('uses the key as soon as every reader has it, without the time of publication', () => {
      const now = after(30_000, incident);
      assert.deepEqual(kinds(plan({ ring, now, requests, readers: has, publishFor: 630_000 })), [
        'promote',
      ]);
    });
    it('drops the old one without overlap when nobody signs with it', () => {
      const now = after(30_000, incident);
      const readers = [reader('api/a', next.kid, old.kid)];
      assert.deepEqual(kinds(plan({ ring, now, requests, readers })), ['promote', 'drop']);
    });
    it('uses the key after a minute and drops the old one after two, whoever hangs', () => {
      for (const readers of [[reader('browser/frozen', old.kid)], undefined]) {
        const asked = { ring, requests, readers };
        assert.deepEqual(kinds(plan({ ...asked, now: after(59_999, incident) })), []);
        const used = plan({ ...asked, now: after(60_000, incident) });
        assert.deepEqual(kinds(used), ['promote']);
        const inUse = { ...asked, ring: present(...used.keys) };
        assert.deepEqual(kinds(plan({ ...inUse, now: after(119_999, incident) })), []);
        const done = plan({ ...inUse, now: after(120_000, incident) });
        assert.deepEqual(kinds(done), ['drop']);
        assert.deepEqual(states(done), ['current']);
      }
    });
    it('gets rid of every key that is older, also of one that was about to be used', () => {
      const stale = fresh(after(MINUTE));
      const before = keyOf('older', 'previous', after(-720 * HOUR), after(2 * HOUR));
      let keys: readonly KeyEntry[] = [before, old, stale];
      for (const seconds of [0, 60, 120])
        keys = plan({
          ring: present(...keys),
          now: after(seconds * 1000, incident),
          requests,
        }).keys;
      assert.deepEqual(
        keys.map(({ state, created }) => [state, created]),
        [['current', incident.toISOString()]],
      );
    });
    it('ends: afterwards the ring rotates as before', () => {
      const current = keyOf('x', 'current', incident);
      const { steps, requeueAt } = plan({
        ring: present(current),
        now: after(HOUR, incident),
        requests,
      });
      assert.deepEqual([steps, requeueAt], [[], after(720 * HOUR, incident)]);
    });
  });

  it('never touches a key that a person gave, however old and whoever asks', () => {
    const ring = adoptRing('internal', 'correct horse battery staple and more', noon);
    const result = plan({ ring, now: after(9000 * HOUR), requests: { urgent: noon }, readers: [] });
    assert.deepEqual([result.steps, result.requeueAt], [[], undefined]);
    assert.equal(result.keys.length, 1);
  });
  it('makes nothing in place of a key that a person gave and that is refused', () => {
    const result = plan({ ring: adoptRing('internal', 'short', noon), now: noon });
    assert.deepEqual([result.steps, result.keys], [[], []]);
  });
  it('makes a ring that is missing or damaged at once', () => {
    for (const ring of [{ kind: 'absent' }, { kind: 'damaged', problem: 'x' }] as const) {
      const result = plan({ ring, now: noon });
      assert.deepEqual(kinds(result), ['create']);
      assert.deepEqual(states(result), ['current']);
    }
  });
});

describe('operator: laws of the rotation', () => {
  const time = fc.integer({ min: 0, max: 3000 * HOUR }).map((ms) => after(ms));
  const arbitraryKeys = fc
    .record({ current: time, next: fc.option(time), previous: fc.array(time, { maxLength: 2 }) })
    .map(({ current, next, previous }) => [
      ...previous.map((created, index) =>
        keyOf(`p${index}`, 'previous', created, after(720 * HOUR + 15 * MINUTE, created)),
      ),
      keyOf('c', 'current', current),
      ...(next ? [keyOf('n', 'next', next)] : []),
    ]);
  const arbitraryRing: fc.Arbitrary<RingState> = fc.oneof(
    { weight: 8, arbitrary: arbitraryKeys.map((keys): RingState => ({ kind: 'present', keys })) },
    { weight: 1, arbitrary: fc.constant<RingState>({ kind: 'absent' }) },
    { weight: 1, arbitrary: fc.constant<RingState>({ kind: 'damaged', problem: 'has no key' }) },
  );
  const kids = ['p0', 'p1', 'c', 'n'].map((seed) => keyOf(seed, 'next', noon).kid);
  const arbitraryReader: fc.Arbitrary<Reader> = fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}\/[a-z]{1,6}$/),
    kids: fc.option(fc.subarray(kids), { nil: undefined }),
    signsWith: fc.option(fc.constantFrom(...kids), { nil: undefined }),
  });
  const arbitraryInput = fc.record({
    ring: arbitraryRing,
    readers: fc.option(fc.array(arbitraryReader, { maxLength: 4 }), { nil: undefined }),
    requests: fc.record({
      graceful: fc.option(time, { nil: undefined }),
      urgent: fc.option(time, { nil: undefined }),
    }),
    now: time,
    settings: fc.constantFrom(settings, { ...settings, publishFor: 630_000 }),
  });

  it('a plan for what a plan leads to has no steps', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const deps = keyMaker();
        const { keys } = planRotation(input, deps);
        const again = planRotation({ ...input, ring: { kind: 'present', keys } }, deps);
        assert.deepEqual(again.steps, []);
      }),
      { numRuns: 2000 },
    );
  });
  it('after each step there is exactly one current key, at most one next, and no kid twice', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        let keys = input.ring.kind === 'present' ? input.ring.keys : [];
        for (const step of planRotation(input, keyMaker()).steps) {
          keys = applyStep(keys, step);
          assert.equal(keys.filter(({ state }) => state === 'current').length, 1);
          assert.ok(keys.filter(({ state }) => state === 'next').length <= 1);
          assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('the keys of a plan are what its steps make of the ring', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const { steps, keys } = planRotation(input, keyMaker());
        const start = input.ring.kind === 'present' ? input.ring.keys : [];
        assert.deepEqual(steps.reduce(applyStep, start), keys);
      }),
    );
  });
  it('a reader is never cut off before maxAge, unless there is an incident', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const calm = { ...input, requests: { graceful: input.requests.graceful } };
        let keys = input.ring.kind === 'present' ? input.ring.keys : [];
        for (const step of planRotation(calm, keyMaker()).steps) {
          const cutOff = step.kind === 'promote' || step.kind === 'drop' ? step.cutOff : [];
          const replaced = keys.find(({ kid, state }) =>
            step.kind === 'drop' ? kid === step.kid : state === 'current',
          );
          const age = input.now.getTime() - Date.parse(replaced?.created ?? '');
          if (cutOff.length > 0) assert.ok(age >= settings.maxAge, `${step.kind} at ${age}`);
          keys = applyStep(keys, step);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('a reader that has only the keys of its ring can always be verified, until it is cut off', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const calm = { ...input, requests: {} };
        const { steps, keys } = planRotation(calm, keyMaker());
        if (input.ring.kind !== 'present') return;
        const cut = new Set(steps.flatMap((step) => ('cutOff' in step ? [...step.cutOff] : [])));
        const held = new Set(input.ring.keys.map(({ kid }) => kid));
        for (const { name, signsWith } of input.readers ?? [])
          if (signsWith && held.has(signsWith) && !cut.has(name))
            assert.ok(
              keys.some(({ kid }) => kid === signsWith),
              name,
            );
      }),
      { numRuns: 2000 },
    );
  });
  it('time that passes replaces every key, also with readers that hang', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const deps = keyMaker();
        let { ring } = input;
        let now: Date | undefined = input.now;
        for (let looks = 0; now && now < after(12_000 * HOUR); looks += 1) {
          assert.ok(looks < 500, 'looks without end');
          const { keys, requeueAt } = planRotation({ ...input, ring, now }, deps);
          assert.ok(requeueAt && requeueAt > now);
          ring = { kind: 'present', keys };
          now = requeueAt;
        }
        const left = ring.kind === 'present' ? ring.keys.map(({ kid }) => kid) : [];
        assert.deepEqual(
          left.filter((kid) => kids.includes(kid)),
          [],
        );
      }),
    );
  });
});
