import assert from 'node:assert/strict';
import { INTERNAL_CALLS, SERVICES, type InternalCaller } from './contracts/ports.ts';
import { adoptKey, currentKey, deriveKey, keyring, newKeyEntry } from './keyring.ts';
import { EGRESS_ISSUERS, deriveServiceKeys, serviceKeyFile } from './serviceKeys.ts';

const now = new Date('2026-11-25T12:00:00Z');

describe('core: keyring', () => {
  it('B13 makes roots of 256 bits that do not repeat', () => {
    const values = Array.from({ length: 10_000 }, () => newKeyEntry(now).value);
    assert.equal(new Set(values).size, values.length);
    assert.ok(values.every((value) => Buffer.from(value, 'base64').length === 32));
  });

  it('names a key without showing it', () => {
    const entry = newKeyEntry(now);
    assert.match(entry.kid, /^[0-9a-f]{12}$/);
    assert.ok(!entry.value.includes(entry.kid));
    assert.equal(entry.created, '2026-11-25T12:00:00.000Z');
  });

  it('adopts the key of a person under the same name each time', () => {
    const [one, two] = [
      adoptKey('correct horse battery', now),
      adoptKey('correct horse battery', new Date(0)),
    ];
    assert.equal(one.kid, two.kid);
    assert.deepEqual(deriveKey(one, 'x'), deriveKey(two, 'x'));
    assert.equal(one.state, 'current');
  });

  it('derives the same key for the same purpose and another for another', () => {
    const root = newKeyEntry(now);
    assert.deepEqual(deriveKey(root, 'a'), deriveKey(root, 'a'));
    assert.notDeepEqual(deriveKey(root, 'a'), deriveKey(root, 'b'));
    assert.notDeepEqual(deriveKey(root, 'a'), deriveKey(newKeyEntry(now), 'a'));
    assert.equal(deriveKey(root, 'a').length, 32);
  });

  it('signs with the current key, wherever it stands', () => {
    const keys = [
      newKeyEntry(now, 'next'),
      newKeyEntry(now, 'current'),
      newKeyEntry(now, 'previous'),
    ];
    assert.equal(currentKey(keys), keys[1]);
    assert.equal(currentKey(keys.filter(({ state }) => state !== 'current')), undefined);
  });

  it('takes no key name with a dot, at which headers are cut', () => {
    const entry = { ...newKeyEntry(now), kid: 'a.b' };
    assert.equal(keyring.safeParse({ keys: [entry] }).success, false);
  });
});

describe('core: keys of a service', () => {
  const root = { keys: [newKeyEntry(now, 'next'), newKeyEntry(now), newKeyEntry(now, 'previous')] };
  const of = (service: InternalCaller) => deriveServiceKeys(root, service);

  it('gives caller and callee of each pair the same keys', () => {
    for (const [caller, callee] of INTERNAL_CALLS)
      assert.deepEqual(of(caller).calls[callee], of(callee).callers[caller], `${caller} ${callee}`);
  });

  it('derives a key of its own for each pair', () => {
    const values = INTERNAL_CALLS.flatMap(
      ([caller, callee]) => of(caller).calls[callee]?.map(({ value }) => value) ?? [],
    );
    assert.equal(values.length, INTERNAL_CALLS.length * 3);
    assert.equal(new Set(values).size, values.length);
  });

  it('tells the caller by the name of the key and keeps the states of the root', () => {
    for (const [caller, keys] of Object.entries(of('scheduler').callers)) {
      assert.deepEqual(
        keys.map(({ kid }) => kid),
        root.keys.map(({ kid }) => `${kid}-${caller}`),
      );
      assert.deepEqual(
        keys.map(({ state }) => state),
        ['next', 'current', 'previous'],
      );
    }
  });

  it('gives nobody keys of pairs to which it does not belong', () => {
    const foreign = new Set(
      INTERNAL_CALLS.filter((pair) => !pair.includes('browser')).flatMap(
        ([caller, callee]) => of(caller).calls[callee]?.map(({ value }) => value) ?? [],
      ),
    );
    const text = JSON.stringify(of('browser'));
    for (const value of foreign) assert.ok(!text.includes(value));
    for (const { value } of root.keys) assert.ok(!text.includes(value));
  });

  it('gives seeds to issuers, public keys to the proxy, and neither to anybody else', () => {
    for (const service of SERVICES) {
      const keys = of(service);
      const isIssuer = (EGRESS_ISSUERS as readonly string[]).includes(service);
      assert.equal(keys.egressSeeds.length, isIssuer ? 3 : 0, service);
      assert.equal(
        keys.egressPublic.length,
        service === 'egress' ? 3 * EGRESS_ISSUERS.length : 0,
        service,
      );
    }
  });

  it('makes a file that its own schema accepts', () => {
    for (const service of SERVICES) serviceKeyFile.parse(JSON.parse(JSON.stringify(of(service))));
  });
});
