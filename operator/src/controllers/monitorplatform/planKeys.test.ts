import assert from 'node:assert/strict';
import fc from 'fast-check';
import { serviceKeyFile } from '../../../../services/core/serviceKeys.ts';
import { adoptRing, type RingState } from '../../keys/ring.ts';
import { after, HOUR, keyMaker, keyOf, noon, reader } from '../../keys/testing/rings.ts';
import { planKeys, type KeysInput, type KeysPlan } from './planKeys.ts';

const present = (seed: string, created = noon): RingState => ({
  kind: 'present',
  keys: [keyOf(seed, 'current', created)],
});
const absent: RingState = { kind: 'absent' };
const calm: KeysInput = {
  now: after(HOUR),
  keys: { rotateEvery: '720h', overlap: '15m', maxAge: '2160h' },
  requests: {},
  rings: { internal: present('internal'), jwt: present('jwt') },
  readers: { internal: [], jwt: [], data: undefined },
  recorded: [],
  lostBefore: false,
  dataKey: present('data'),
  ciphertext: 'present',
  sealed: undefined,
  dataKeyAsked: undefined,
  platformNamespace: 'duckmon',
  poolNamespaces: ['team-a'],
  clusterKeys: undefined,
};
const plan = (changes: Partial<KeysInput>): KeysPlan =>
  planKeys({ ...calm, ...changes }, keyMaker());
const said = ({ conditions }: KeysPlan): string[] =>
  conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
const written = ({ roots }: KeysPlan): string[] => roots.map(({ secret }) => secret);
const fresh: Partial<KeysInput> = {
  rings: { internal: absent, jwt: absent },
  readers: { internal: undefined, jwt: undefined, data: undefined },
  dataKey: absent,
  ciphertext: 'unknown',
};

describe('operator: plan of all keys', () => {
  it('makes the three roots at the first start, and everything that is derived from them', () => {
    const first = plan(fresh);
    assert.deepEqual(written(first), [
      'duckmon-internal-key',
      'duckmon-jwt-secret',
      'duckmon-data-key',
    ]);
    assert.equal(first.derived.length, 7);
    assert.deepEqual(said(first).slice(1), [
      'KeysLost False NotLost',
      'DataKeyLost False NotLost',
      'DataKeyRotating False NotRotating',
    ]);
    assert.deepEqual(
      first.events.map(({ reason }) => reason),
      ['KeysCreated', 'KeysCreated', 'KeysCreated'],
    );
    assert.deepEqual(
      first.keys.map(({ ring, state }) => `${ring} ${state}`),
      ['Internal Current', 'Jwt Current', 'Data Current'],
    );
  });
  it('writes nothing while nothing is due, and says when to look again', () => {
    const { roots, events, requeueAt } = plan({});
    assert.deepEqual([roots, events, requeueAt], [[], [], after(720 * HOUR)]);
  });
  it('makes a deleted root anew at once, and says that keys were lost', () => {
    const { keys: recorded } = plan({});
    const lost = plan({ recorded, rings: { ...calm.rings, jwt: absent } });
    assert.deepEqual(written(lost), ['duckmon-jwt-secret']);
    assert.equal(said(lost)[1], 'KeysLost True SecretDeleted');
    assert.deepEqual(
      lost.events.map(({ type, reason }) => `${type} ${reason}`),
      ['Warning KeysLost'],
    );
  });
  it('never makes a lost data key anew, and remembers which it was', () => {
    const { keys: recorded } = plan({});
    const lost = plan({ recorded, dataKey: absent, ciphertext: 'unknown' });
    assert.deepEqual(written(lost), []);
    assert.equal(said(lost)[2], 'DataKeyLost True SecretDeleted');
    const again = plan({ recorded: lost.keys, dataKey: absent, ciphertext: 'unknown' });
    assert.deepEqual(again.keys, recorded);
    assert.equal(said(again)[2], 'DataKeyLost True SecretDeleted');
  });
  it('leaves alone what pods hold while a key that a person gave cannot be used', () => {
    const refused = adoptRing('internal', 'short', noon);
    const { roots, derived, conditions } = plan({ rings: { ...calm.rings, internal: refused } });
    assert.deepEqual([roots, derived], [[], []]);
    assert.equal(conditions[0].reason, 'AdoptedKeyInvalid');
  });
  it('never writes a key that a person gave, and derives from it', () => {
    const given = adoptRing('internal', 'a key that somebody has chosen himself', noon);
    const result = plan({
      rings: { ...calm.rings, internal: given },
      requests: { urgent: after(HOUR) },
    });
    assert.deepEqual(written(result), ['duckmon-jwt-secret']);
    assert.equal(result.derived.length, 7);
  });
  it('publishes the derived keys of the next root in the same pass', () => {
    const result = plan({
      now: after(720 * HOUR),
      readers: { internal: [reader('api/a', 'x')], jwt: undefined, data: undefined },
    });
    assert.deepEqual(written(result), ['duckmon-internal-key', 'duckmon-jwt-secret']);
    const browser = result.derived.find(({ name }) => name === 'duckmon-keys-browser');
    const { callers } = serviceKeyFile.parse(JSON.parse(browser?.files['keys.json'] ?? ''));
    assert.deepEqual(
      callers['scheduler']?.map(({ state }) => state),
      ['current', 'next'],
    );
  });
  it('turns both rings of one request', () => {
    const result = plan({ requests: { urgent: after(HOUR) } });
    assert.deepEqual(written(result), ['duckmon-internal-key', 'duckmon-jwt-secret']);
  });
});

describe('operator: laws of the plan of all keys', () => {
  const state = fc.constantFrom<RingState>(present('a'), present('b', after(HOUR)), absent, {
    kind: 'damaged',
    problem: 'has no key',
  });
  const arbitrary = fc.record({
    now: fc.nat({ max: 5000 }).map((hours) => after(hours * HOUR)),
    rings: fc.record({ internal: state, jwt: state }),
    dataKey: state,
    ciphertext: fc.constantFrom('none' as const, 'present' as const, 'unknown' as const),
    requests: fc.record({ urgent: fc.option(fc.constant(after(2 * HOUR)), { nil: undefined }) }),
    poolNamespaces: fc.shuffledSubarray(['team-a', 'team-b', 'team-c']),
  });
  const applied = (input: KeysInput, { roots, keys }: KeysPlan): KeysInput => {
    const stateOf = (secret: string, found: RingState): RingState => {
      const root = roots.find((one) => one.secret === secret);
      return root ? { kind: 'present', keys: root.keys } : found;
    };
    return {
      ...input,
      recorded: keys,
      rings: {
        internal: stateOf('duckmon-internal-key', input.rings.internal),
        jwt: stateOf('duckmon-jwt-secret', input.rings.jwt),
      },
      dataKey: stateOf('duckmon-data-key', input.dataKey),
    };
  };

  it('a plan for what a plan leads to writes no root, and the same derived Secrets', () => {
    fc.assert(
      fc.property(arbitrary, (changes) => {
        const deps = keyMaker();
        const input = { ...calm, ...changes };
        const first = planKeys(input, deps);
        const again = planKeys(applied(input, first), deps);
        assert.deepEqual(again.roots, []);
        assert.deepEqual(again.derived, first.derived);
        assert.deepEqual(again.keys, first.keys);
      }),
      { numRuns: 40 },
    );
  });
  it('B5 no value of a root stands in conditions, status or Events', () => {
    fc.assert(
      fc.property(arbitrary, (changes) => {
        const input = { ...calm, ...changes };
        const { conditions, keys, events, roots } = planKeys(input, keyMaker());
        const text = JSON.stringify([conditions, keys, events]);
        const found = [input.rings.internal, input.rings.jwt, input.dataKey].flatMap((ring) =>
          ring.kind === 'present' ? ring.keys : [],
        );
        for (const { value } of [...found, ...roots.flatMap((root) => root.keys)])
          assert.ok(!text.includes(value.replace(/=+$/, '')));
      }),
      { numRuns: 40 },
    );
  });
  it('the order of namespaces changes nothing', () => {
    fc.assert(
      fc.property(arbitrary, ({ poolNamespaces, ...changes }) => {
        const one = planKeys({ ...calm, ...changes, poolNamespaces }, keyMaker());
        const two = planKeys(
          { ...calm, ...changes, poolNamespaces: poolNamespaces.toSorted() },
          keyMaker(),
        );
        assert.deepEqual(one, two);
      }),
      { numRuns: 40 },
    );
  });
});
