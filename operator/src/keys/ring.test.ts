import assert from 'node:assert/strict';
import { deriveKey, newKeyEntry } from '../../../services/core/keyring.ts';
import { deriveServiceKeys } from '../../../services/core/serviceKeys.ts';
import {
  adoptRing,
  fingerprint,
  readRing,
  readRoot,
  RING_FILE,
  ringData,
  rootKid,
  usable,
  type RingState,
} from './ring.ts';
import { after, keyOf, noon } from './testing/rings.ts';

const current = keyOf('a', 'current', noon);
const next = keyOf('b', 'next', noon);
const encoded = (value: unknown): { data: Record<string, string> } => ({
  data: {
    [RING_FILE]: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
      'base64',
    ),
  },
});
const problemOf = (state: RingState): string =>
  state.kind === 'damaged' || state.kind === 'refused' ? state.problem : assert.fail(state.kind);

describe('operator: root keyring in its Secret', () => {
  it('is read as it was written', () => {
    const keys = [current, next];
    assert.deepEqual(readRing({ data: ringData(keys) }), { kind: 'present', keys });
  });
  it('is absent without a Secret', () => {
    assert.deepEqual(readRing(undefined), { kind: 'absent' });
  });
  for (const [what, secret, problem] of [
    ['an empty Secret', {}, 'has no key keyring.json'],
    ['text', encoded('{'), 'is no keyring at the top'],
    ['an empty ring', encoded({ keys: [] }), 'is no keyring at keys'],
    [
      'an unknown state',
      encoded({ keys: [{ ...current, state: 'old' }] }),
      'is no keyring at keys.0.state',
    ],
    ['no current key', encoded({ keys: [next] }), 'has 0 current keys instead of one'],
    [
      'two current keys',
      encoded({ keys: [current, { ...next, state: 'current' }] }),
      'has 2 current keys instead of one',
    ],
    [
      'two next keys',
      encoded({ keys: [current, next, { ...next, kid: 'x' }] }),
      'has 2 next keys instead of one',
    ],
    [
      'one key twice',
      encoded({ keys: [current, { ...current, state: 'previous' }] }),
      'has the same kid twice',
    ],
  ] as const)
    it(`is damaged with ${what}, and the message has no value`, () => {
      const state = readRing(secret);
      assert.equal(problemOf(state), problem);
      for (const { value } of [current, next]) assert.ok(!JSON.stringify(state).includes(value));
    });
  it('gives no keys unless they can be used', () => {
    assert.deepEqual(usable({ kind: 'present', keys: [current] }), { keys: [current] });
    for (const state of [readRing(undefined), readRing({}), adoptRing('jwt', 'x', noon)])
      assert.equal(usable(state), undefined);
  });
});

describe('operator: root key that a person gave', () => {
  const given = 'a key of at least 32 characters, mine';
  it('becomes the current entry, the same on each pass', () => {
    const one = adoptRing('internal', given, noon);
    assert.deepEqual(one, adoptRing('internal', given, noon));
    assert.equal(usable(one)?.keys[0]?.state, 'current');
  });
  it('wins over a ring in the same Secret, and is read without the end of its line', () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const metadata = { creationTimestamp: noon.toISOString() };
    const ring = ringData([current]);
    const both = { metadata, data: { ...ring, INTERNAL_API_KEY: encode(`${given}\n`) } };
    assert.deepEqual(readRoot('internal', both), adoptRing('internal', given, noon));
    assert.equal(readRoot('jwt', both).kind, 'present');
    assert.equal(
      readRoot('jwt', { metadata, data: { JWT_SECRET: encode(given) } }).kind,
      'adopted',
    );
    assert.deepEqual(readRoot('internal', undefined), { kind: 'absent' });
  });
  it('is refused when it is short, by the name of its variable and without itself', () => {
    const short = 'x'.repeat(31);
    assert.match(
      problemOf(adoptRing('internal', short, noon)),
      /^INTERNAL_API_KEY is shorter than 32/,
    );
    assert.match(problemOf(adoptRing('jwt', short, noon)), /^JWT_SECRET is shorter/);
    assert.ok(!problemOf(adoptRing('jwt', short, noon)).includes(short));
  });
});

describe('operator: names of root keys', () => {
  it('B13 have a fingerprint that tells them apart and says nothing about the value', () => {
    const prints = [current, next, newKeyEntry(after(1))].map(fingerprint);
    assert.equal(new Set(prints).size, 3);
    for (const print of prints) assert.match(print, /^[0-9a-f]{16}$/);
    assert.equal(fingerprint({ ...current, state: 'previous' }), fingerprint(current));
    const bytes = Buffer.from(current.value, 'base64').toString('hex');
    assert.ok(!bytes.includes(fingerprint(current)));
    assert.equal(
      fingerprint(current),
      deriveKey(current, 'fingerprint').toString('hex').slice(0, 16),
    );
  });
  it('are found again from the names of derived keys', () => {
    const { callers } = deriveServiceKeys({ keys: [current] }, 'scheduler');
    for (const { kid } of Object.values(callers).flat()) assert.equal(rootKid(kid), current.kid);
    assert.equal(rootKid(current.kid), current.kid);
  });
});
