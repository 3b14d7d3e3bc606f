import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deriveKey, newKeyEntry, type KeyEntry } from '../../../services/core/keyring.ts';
import { planDataKey } from './dataKey.ts';
import { reportKeys, type RingReport } from './report.ts';
import { adoptRing, type RingState } from './ring.ts';
import {
  overdueKey,
  planRotation,
  type Reader,
  type RotationRequests,
  type RotationSettings,
} from './rotation.ts';
import { after, HOUR, keyMaker, keyOf, MINUTE, noon, reader, settings } from './testing/rings.ts';

interface Asked {
  readonly found: RingState;
  readonly now?: Date;
  readonly readers?: readonly Reader[] | undefined;
  readonly requests?: RotationRequests;
  readonly recorded?: boolean;
  readonly ring?: 'internal' | 'jwt';
  readonly settings?: RotationSettings;
}
function report({
  found,
  now = noon,
  readers,
  requests = {},
  recorded = true,
  ring = 'internal',
  settings: given = settings,
}: Asked): RingReport {
  const asked = { ring: found, readers, requests, now, settings: given };
  const plan = planRotation(asked, keyMaker());
  const overdue = overdueKey(plan.keys, given, now);
  return { ring, found, plan, recorded, readers, overdue };
}
const conditionsOf = (rings: readonly RingReport[], lostBefore = false) => {
  const [current, lost] = reportKeys({ rings, lostBefore }).conditions;
  return { current, lost };
};
const said = ({ status, reason }: { status: string; reason: string }): string =>
  `${status} ${reason}`;

const due = after(720 * HOUR);
const old = keyOf('old', 'current', noon);
const next = keyOf('fresh', 'next', due);
const calm: RingState = { kind: 'present', keys: [old] };
const rotating: RingState = { kind: 'present', keys: [old, next] };

describe('operator: report about the keys', () => {
  it('says that all is current', () => {
    const { current, lost } = conditionsOf([report({ found: calm })]);
    assert.deepEqual([said(current), said(lost)], ['True AllCurrent', 'False NotLost']);
  });
  it('names laggards and the time at which they are left behind', () => {
    const readers = [reader('browser/b', old.kid), reader('api/a', next.kid)];
    const { current } = conditionsOf([
      report({ found: rotating, now: after(MINUTE, due), readers }),
    ]);
    assert.equal(said(current), 'False WaitingForReaders');
    assert.match(current.message, /waits for browser\/b, until 2027-02-23T12:00:00\.000Z/);
    assert.doesNotMatch(current.message, /api\/a/);
  });
  it('names ten laggards and the number of the rest', () => {
    const readers = Array.from({ length: 25 }, (_, index) =>
      reader(`browser/${index + 10}`, old.kid),
    );
    const { current } = conditionsOf([
      report({ found: rotating, now: after(MINUTE, due), readers }),
    ]);
    assert.match(current.message, /browser\/10, .*browser\/19 and 15 more,/);
  });
  it('is Unknown while the scheduler does not say who has what', () => {
    const { current } = conditionsOf([report({ found: rotating, now: after(MINUTE, due) })]);
    assert.equal(said(current), 'Unknown ReadersUnknown');
  });
  it('stays True during an ordinary rotation', () => {
    const found: RingState = {
      kind: 'present',
      keys: [
        keyOf('old', 'previous', noon, after(15 * MINUTE, due)),
        keyOf('fresh', 'current', due),
      ],
    };
    const { current } = conditionsOf([report({ found, now: after(MINUTE, due), readers: [] })]);
    assert.equal(said(current), 'True Rotating');
  });
  it('says whom it cut off', () => {
    const rings = [
      report({ found: rotating, now: after(2160 * HOUR), readers: [reader('llm/x', old.kid)] }),
    ];
    assert.equal(said(conditionsOf(rings).current), 'False ReadersCutOff');
    const { events } = reportKeys({ rings, lostBefore: false });
    assert.deepEqual(
      events.map(({ type, reason }) => `${type} ${reason}`),
      ['Normal KeyPromoted', 'Warning ReadersCutOff'],
    );
    assert.match(events[1]?.message ?? '', /llm\/x/);
  });
  it('says of a key that a person gave that rotation is up to that person', () => {
    const found = adoptRing('jwt', 'j'.repeat(40), noon);
    const { current } = conditionsOf([report({ found: calm }), report({ found, ring: 'jwt' })]);
    assert.equal(said(current), 'True Adopted');
    assert.match(current.message, /^JWT_SECRET is given by you/);
  });
  it('B13 is False while a key is in use that is older than maxAge, and says who replaces it', () => {
    const tooLate = after(2160 * HOUR + 1);
    const found = adoptRing('jwt', 'j'.repeat(40), noon);
    const given = report({ found, ring: 'jwt', now: tooLate });
    const { current } = conditionsOf([report({ found: calm }), given]);
    assert.equal(said(current), 'False KeyTooOld');
    assert.match(current.message, /^JWT_SECRET is given by you, .*: change it/);
    const intime = report({ found, ring: 'jwt', now: after(2160 * HOUR) });
    assert.equal(said(conditionsOf([intime]).current), 'True Adopted');
    const own = report({
      found: calm,
      now: tooLate,
      readers: [],
      ring: 'jwt',
      settings: { ...settings, publishFor: HOUR },
    });
    const { current: late } = conditionsOf([own]);
    assert.equal(said(late), 'False KeyTooOld');
    assert.match(late.message, new RegExp(`Key ${old.kid} of duckmon-jwt-secret .* still in use`));
  });
  it('lets the worst ring speak', () => {
    const found = adoptRing('internal', 'short', noon);
    const waiting = report({ found: rotating, now: after(MINUTE, due), ring: 'jwt' });
    assert.equal(
      said(conditionsOf([report({ found: calm }), waiting]).current),
      'Unknown ReadersUnknown',
    );
    assert.equal(
      said(conditionsOf([waiting, report({ found })]).current),
      'False AdoptedKeyInvalid',
    );
  });

  it('tells a deleted Secret from a first start', () => {
    const deleted = [report({ found: { kind: 'absent' } })];
    assert.equal(said(conditionsOf(deleted).lost), 'True SecretDeleted');
    assert.deepEqual(
      reportKeys({ rings: deleted, lostBefore: false }).events.map(({ reason }) => reason),
      ['KeysLost'],
    );
    const first = [report({ found: { kind: 'absent' }, recorded: false })];
    assert.equal(said(conditionsOf(first).lost), 'False NotLost');
    assert.deepEqual(
      reportKeys({ rings: first, lostBefore: false }).events.map(({ reason }) => reason),
      ['KeysCreated'],
    );
  });
  it('says what is wrong with a damaged Secret', () => {
    const { lost } = conditionsOf([
      report({ found: { kind: 'damaged', problem: 'has the same kid twice' } }),
    ]);
    assert.equal(said(lost), 'True SecretDamaged');
    assert.match(lost.message, /duckmon-internal-key has the same kid twice and was made anew/);
  });
  it('keeps KeysLost until every reader of the ring has the new key', () => {
    const slow = [reader('api/a', old.kid), reader('llm/b', 'else')];
    const lost = (readers: readonly Reader[] | undefined) =>
      conditionsOf([report({ found: calm, readers })], true).lost;
    assert.match(lost(slow).message, /do not have the new ones yet: llm\/b\.$/);
    assert.equal(lost(undefined).status, 'True');
    assert.equal(lost([reader('api/a', old.kid)]).status, 'False');
  });

  it('lists names, states and fingerprints, and when to look again', () => {
    const { keys, requeueAt } = reportKeys({
      rings: [
        report({ found: rotating, now: after(MINUTE, due) }),
        report({ found: calm, ring: 'jwt' }),
      ],
      lostBefore: false,
    });
    assert.deepEqual(
      keys.map(({ ring, kid, state }) => [ring, kid, state]),
      [
        ['Internal', old.kid, 'Current'],
        ['Internal', next.kid, 'Next'],
        ['Jwt', old.kid, 'Current'],
      ],
    );
    assert.deepEqual(requeueAt, due);
  });
});

describe('operator: secrecy of the report', () => {
  const encodings = (entry: KeyEntry): string[] => {
    const roots = [
      Buffer.from(entry.value, 'base64'),
      deriveKey(entry, 'internal/api/scheduler'),
      deriveKey(entry, 'jwt/ed25519'),
    ];
    return roots.flatMap((bytes) => [
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
    ]);
  };
  it('B5 B13 has no value of any key, derived or not, in conditions, Events and status', () => {
    const arbitraryEntry = fc
      .record({
        bytes: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        hours: fc.nat({ max: 3000 }),
      })
      .map(({ bytes, hours }) => {
        const entry = newKeyEntry(after(hours * HOUR));
        return { ...entry, value: Buffer.from(bytes).toString('base64') };
      });
    fc.assert(
      fc.property(
        fc.tuple(arbitraryEntry, arbitraryEntry, arbitraryEntry),
        fc.nat({ max: 6000 }),
        fc.boolean(),
        ([a, b, c], hours, lost) => {
          const now = after(hours * HOUR);
          const found: RingState = {
            kind: 'present',
            keys: [
              { ...a, kid: 'a', state: 'previous', notAfter: now.toISOString() },
              { ...b, kid: 'b', state: 'current' },
              { ...c, kid: 'c', state: 'next' },
            ],
          };
          const rings = [
            report({ found, now, readers: [reader('api/a', 'b')], requests: { urgent: now } }),
            report({ found, now, ring: 'jwt' }),
          ];
          const text = JSON.stringify(reportKeys({ rings, lostBefore: lost }));
          for (const entry of [...found.keys, ...rings.flatMap(({ plan }) => plan.keys)])
            for (const secret of encodings(entry)) assert.ok(!text.includes(secret));
        },
      ),
      { numRuns: 200 },
    );
  });
  it('B5 has no key that a person gave', () => {
    const given = 'correct horse battery staple, correct';
    const text = JSON.stringify(
      reportKeys({
        rings: [report({ found: adoptRing('internal', given, noon) })],
        lostBefore: false,
      }),
    );
    assert.ok(!text.includes(given) && !text.includes(Buffer.from(given).toString('base64')));
  });
});

describe('operator: the data key', () => {
  const { newKey } = keyMaker();
  const ask = (found: RingState, recorded: boolean, ciphertext: 'none' | 'present' | 'unknown') => {
    const { create, condition, event } = planDataKey(
      { found, recorded, ciphertext, now: noon },
      newKey,
    );
    return [create !== undefined, said(condition), event];
  };
  const absent: RingState = { kind: 'absent' };
  const broken: RingState = { kind: 'damaged', problem: 'x' };
  it('is made at the first start, when nobody can say yet whether anything is encrypted', () => {
    assert.deepEqual(ask(absent, false, 'unknown'), [true, 'False NotLost', 'KeysCreated']);
  });
  it('is made anew only while nothing is encrypted with it', () => {
    for (const found of [absent, broken]) assert.deepEqual(ask(found, true, 'none')[0], true);
  });
  it('is never made anew while something is encrypted, or may be', () => {
    for (const [found, reason] of [
      [absent, 'SecretDeleted'],
      [broken, 'SecretDamaged'],
    ] as const) {
      for (const recorded of [true, false])
        assert.deepEqual(ask(found, recorded, 'present'), [false, `True ${reason}`, 'DataKeyLost']);
      assert.deepEqual(ask(found, true, 'unknown'), [false, `True ${reason}`, 'DataKeyLost']);
    }
    assert.equal(ask(broken, false, 'unknown')[0], false);
  });
  it('is left alone while it is there', () => {
    assert.deepEqual(ask(calm, false, 'present'), [false, 'False NotLost', undefined]);
  });
});
