import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { SetupError } from '../../core/errors.ts';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { createWorld, type World } from '../testing/world.ts';
import { watchDataKeys } from './dataKey.ts';
import { SealError, openValues, sealValues } from './seal.ts';

const ring = (): Keyring => ({ keys: [newKeyEntry(new Date())] });
const place = { workspace: 'team', name: 'mail' };

describe('sealed secrets', () => {
  it('open to what was sealed', () => {
    const keys = ring();
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (values) => {
        assert.deepEqual(openValues(keys, place, sealValues(keys, place, values)), { ...values });
      }),
      { numRuns: 50 },
    );
  });

  it('E8 do not open under another name or workspace', () => {
    const keys = ring();
    const sealed = sealValues(keys, place, { key: 'v' });
    assert.throws(() => openValues(keys, { ...place, name: 'other' }, sealed), SealError);
    assert.throws(() => openValues(keys, { ...place, workspace: 'other' }, sealed), SealError);
  });

  it('E8 do not open when any bit was flipped', () => {
    const keys = ring();
    const sealed = sealValues(keys, place, { key: 'v' });
    for (let at = 0; at < sealed.content.length; at += 1) {
      const content = Buffer.from(sealed.content);
      content.writeUInt8((content[at] ?? 0) ^ 1, at);
      assert.throws(() => openValues(keys, place, { ...sealed, content }), SealError);
    }
  });

  it('E8 never use a nonce twice', () => {
    const keys = ring();
    const nonces = new Set(
      Array.from({ length: 2000 }, () =>
        sealValues(keys, place, {}).content.subarray(1, 13).toString('hex'),
      ),
    );
    assert.equal(nonces.size, 2000);
  });

  it('G17 open with the previous key after a rotation, and are sealed with the new one', () => {
    const before = ring();
    const sealed = sealValues(before, place, { key: 'v' });
    const old = before.keys.map((entry) => ({ ...entry, state: 'previous' as const }));
    const after: Keyring = { keys: [...ring().keys, ...old] };
    assert.deepEqual(openValues(after, place, sealed), { key: 'v' });
    assert.equal(sealValues(after, place, {}).dataKeyId, after.keys[0]?.kid);
  });

  it('say when their key is gone', () => {
    assert.throws(
      () => openValues(ring(), place, sealValues(ring(), place, {})),
      /not in the key ring/,
    );
  });

  it('do not show their values', () => {
    const sealed = sealValues(ring(), place, { key: 'plain-text-value' });
    assert.ok(!sealed.content.toString('latin1').includes('plain-text-value'));
  });
});

describe('the data key file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-data-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read again when it changes', () => {
    const file = path.join(folder, 'ring.json');
    const [first, second] = [
      ring(),
      {
        keys: [
          ...ring().keys,
          ...ring().keys.map((key) => ({ ...key, state: 'previous' as const })),
        ],
      },
    ];
    writeFileSync(file, JSON.stringify(first));
    const keys = watchDataKeys(file, (error) => assert.fail(String(error)));
    assert.deepEqual(keys(), first);
    writeFileSync(file, JSON.stringify(second));
    assert.deepEqual(keys(), second);
  });

  it('leaves the last good ring in force when it is damaged, and says so', () => {
    const file = path.join(folder, 'ring.json');
    const good = ring();
    writeFileSync(file, JSON.stringify(good));
    const problems: unknown[] = [];
    const keys = watchDataKeys(file, (error) => problems.push(error));
    writeFileSync(file, '{');
    assert.deepEqual(keys(), good);
    assert.equal(problems.length, 1);
  });

  it('that is missing is one sentence with the next step', () => {
    assert.throws(
      () => watchDataKeys(path.join(folder, 'none'), () => undefined),
      (error: unknown) => error instanceof SetupError && /DATA_KEY_FILE/.test(error.message),
    );
  });
});

describe('secrets of a workspace', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  it('are stored encrypted and read back for use', async () => {
    const data = { token: 'very-secret' };
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: 'mail',
      data,
      managedBy: null,
    });
    assert.equal(await world.deps.secrets.secret('team', 'mail', 'token'), 'very-secret');
    const [row] = (await world.rows('secrets')).filter((each) => each['name'] === 'mail');
    assert.ok(row);
    assert.ok(!(row['content'] as Buffer).toString('latin1').includes('very-secret'));
  });

  it('D11 are not those of another workspace', async () => {
    assert.equal(await world.deps.secrets.secret('other', 'mail', 'token'), undefined);
  });

  it('a ConfigMap is no Secret', async () => {
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'ConfigMap',
      name: 'goals',
      data: { a: 'b' },
      managedBy: null,
    });
    assert.equal(await world.deps.secrets.configMap('team', 'goals', 'a'), 'b');
    assert.equal(await world.deps.secrets.secret('team', 'goals', 'a'), undefined);
  });

  it('of a file are not overwritten by hand', async () => {
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: 'filed',
      data: { a: '1' },
      managedBy: 'shop.yaml',
    });
    const overwrite = world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: 'filed',
      data: { a: '2' },
      managedBy: null,
    });
    await assert.rejects(overwrite, /managed by a file/);
  });
});
