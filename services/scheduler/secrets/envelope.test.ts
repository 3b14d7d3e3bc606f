import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { newNonce, SealError } from './box.ts';
import {
  closeEnvelope,
  newEnvelope,
  openEnvelope,
  openSecret,
  sealSecret,
  withOnly,
} from './envelope.ts';
import { createNewest } from './newest.ts';
import { sealValues } from './seal.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
/** 1,000,000 as the catalogue has it, when somebody has the time. */
const NONCES = Number(process.env['DUCKMON_NONCES'] ?? 300_000);
const SEALINGS = 1_000;
const ring = (): Keyring => ({ keys: [newKeyEntry(NOW)] });
const turned = (before: Keyring): Keyring => ({
  keys: [newKeyEntry(NOW), ...before.keys.map((key) => ({ ...key, state: 'previous' as const }))],
});
const mail = { workspace: 'team', name: 'mail' };

describe('the key of a workspace', () => {
  const keys = ring();

  it('is the same when it was closed and opened', () => {
    const { envelope } = sealSecret(newEnvelope('team', NOW), 'mail', {});
    assert.deepEqual(openEnvelope(keys, 'team', closeEnvelope(keys, envelope)), envelope);
  });

  it('E8 does not open for another workspace, under another id, or with another list of versions', () => {
    const row = closeEnvelope(keys, newEnvelope('team', NOW));
    const other = closeEnvelope(keys, newEnvelope('team', NOW));
    for (const [workspace, changed] of [
      ['other', row],
      ['team', { ...row, id: other.id }],
      ['team', { ...row, versions: other.versions }],
      ['team', { ...row, wrapped: other.wrapped }],
      ['team', { ...row, versions: row.wrapped }],
    ] as const)
      assert.throws(() => openEnvelope(keys, workspace, changed), SealError);
  });

  it('E8 does not open when any bit of it was flipped', () => {
    const row = closeEnvelope(keys, newEnvelope('team', NOW));
    for (const column of ['wrapped', 'versions'] as const)
      for (let at = 0; at < row[column].length; at += 1) {
        const bytes = Buffer.from(row[column]);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
        assert.throws(() => openEnvelope(keys, 'team', { ...row, [column]: bytes }), SealError);
      }
  });

  it('G17 opens by the data key before, is wrapped by the new one, and then needs no other', () => {
    const before = ring();
    const after = turned(before);
    const { sealed, envelope } = sealSecret(newEnvelope('team', NOW), 'mail', { key: 'v' });
    const again = closeEnvelope(
      after,
      openEnvelope(after, 'team', closeEnvelope(before, envelope)),
    );
    assert.equal(again.wrappedBy, after.keys[0]?.kid);
    const alone: Keyring = { keys: after.keys.slice(0, 1) };
    const opened = openEnvelope(alone, 'team', again);
    assert.deepEqual(openSecret(alone, opened, mail, sealed), { key: 'v' });
  });
});

describe('a Secret under the key of its workspace', () => {
  const keys = ring();
  const first = sealSecret(newEnvelope('team', NOW), 'mail', { key: 'one' });
  const second = sealSecret(first.envelope, 'mail', { key: 'two' });

  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (values) => {
        const { sealed, envelope } = sealSecret(second.envelope, 'mail', values);
        assert.deepEqual(openSecret(keys, envelope, mail, sealed), { ...values });
      }),
      { numRuns: 50 },
    );
  });

  it('E8 does not open once a newer one was sealed, which does', () => {
    assert.deepEqual(openSecret(keys, first.envelope, mail, first.sealed), { key: 'one' });
    assert.deepEqual(openSecret(keys, second.envelope, mail, second.sealed), { key: 'two' });
    assert.throws(() => openSecret(keys, second.envelope, mail, first.sealed), SealError);
  });

  it('E8 does not open as another, nor in another workspace', () => {
    const other = sealSecret(second.envelope, 'hook', { key: 'three' });
    assert.throws(() => openSecret(keys, other.envelope, mail, other.sealed), SealError);
    const elsewhere = { ...second.envelope, workspace: 'other' };
    const there = { ...mail, workspace: 'other' };
    assert.throws(() => openSecret(keys, elsewhere, there, second.sealed), SealError);
  });

  it('E8 does not open when any bit of it was flipped', () => {
    for (let at = 0; at < second.sealed.content.length; at += 1) {
      const content = Buffer.from(second.sealed.content);
      content.writeUInt8(content.readUInt8(at) ^ (1 << (at % 8)), at);
      const changed = { ...second.sealed, content };
      assert.throws(() => openSecret(keys, second.envelope, mail, changed), SealError);
    }
  });

  it('E8 does not open after it was deleted, nor when another has its name since', () => {
    const gone = withOnly(second.envelope, new Set());
    assert.throws(() => openSecret(keys, gone, mail, second.sealed), /deleted and put back/);
    const anew = sealSecret(gone, 'mail', { key: 'three' });
    assert.throws(() => openSecret(keys, anew.envelope, mail, second.sealed), SealError);
    assert.deepEqual(openSecret(keys, anew.envelope, mail, anew.sealed), { key: 'three' });
  });

  it('E8 in the older form opens until it was sealed in the newer one', () => {
    const older = sealValues(keys, mail, { key: 'old' });
    const empty = newEnvelope('team', NOW);
    assert.deepEqual(openSecret(keys, undefined, mail, older), { key: 'old' });
    assert.deepEqual(openSecret(keys, empty, mail, older), { key: 'old' });
    assert.throws(() => openSecret(keys, first.envelope, mail, older), /older version/);
  });

  it('says when the key of the workspace is gone', () => {
    assert.throws(() => openSecret(keys, undefined, mail, first.sealed), /workspace .* is gone/);
    const another = newEnvelope('team', NOW);
    assert.throws(() => openSecret(keys, another, mail, first.sealed), /workspace .* is gone/);
  });

  it('E8 has another nonce each time, and so have the key and its list', () => {
    const envelope = newEnvelope('team', NOW);
    const nonces = new Set<string>();
    for (let n = 0; n < SEALINGS; n += 1) {
      const { wrapped, versions } = closeEnvelope(keys, envelope);
      for (const bytes of [sealSecret(envelope, 'mail', {}).sealed.content, wrapped, versions])
        nonces.add(Buffer.from(bytes).toString('latin1', 1, 13));
    }
    assert.equal(nonces.size, 3 * SEALINGS);
  });

  it(`E8 has none of ${NONCES} nonces twice`, () => {
    const nonces = new Set<string>();
    for (let n = 0; n < NONCES; n += 1) nonces.add(newNonce().toString('latin1'));
    assert.equal(nonces.size, NONCES);
  });
});

describe('the newest state that was seen', () => {
  const first = newEnvelope('team', NOW);
  const { envelope: second } = sealSecret(first, 'mail', {});

  it('E8 is not older than one before', () => {
    const newest = createNewest();
    assert.deepEqual(
      [first, second, second, first].map((each) => newest.note(each)),
      [true, true, true, false],
    );
  });

  it('is that of one key: a workspace that was erased and made again begins anew', () => {
    const newest = createNewest();
    newest.note(second);
    assert.equal(newest.note(newEnvelope('team', NOW)), true);
  });

  it('is kept of so many workspaces, those that were seen last', () => {
    const newest = createNewest(2);
    newest.note(second);
    newest.note(newEnvelope('a', NOW));
    newest.note(second);
    newest.note(newEnvelope('b', NOW));
    assert.equal(newest.note(first), false);
    newest.note(newEnvelope('c', NOW));
    newest.note(newEnvelope('d', NOW));
    assert.equal(newest.note(first), true);
  });
});
