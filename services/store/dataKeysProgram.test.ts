import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keyring, newKeyEntry, type Keyring } from '../core/keyring.ts';
import { addDataKey, lockDataKey, writeDataKey } from './dataKeys.ts';
import { turnDataKey } from './dataKeysProgram.ts';
import { NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';

describe('the program that turns the data key', () => {
  const suite = useDatabase();
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-turn-'));
    file = path.join(folder, 'data-key.json');
    writeFileSync(file, JSON.stringify({ keys: [newKeyEntry(NOON)] }), { mode: 0o644 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const ring = (): Keyring => keyring.parse(JSON.parse(readFileSync(file, 'utf8')));
  const turn = (now = NOON) => turnDataKey(file, suite.db.url('mon_backup'), now);

  it('G17 goes round: a new key, how far it is, and then without the old one', async () => {
    const [first] = ring().keys;
    assert.ok(first);
    const row = {
      id: '019aa000-0000-7000-8000-000000000001',
      wrapped: Buffer.from('w'),
      wrappedBy: first.kid,
      versions: Buffer.from('v'),
      createdAt: NOON,
    };
    await suite.scheduler((tx) => addDataKey(tx, 'team', row));
    assert.match(await turn(), /A new data key is in/);
    assert.equal(ring().keys.length, 2);
    assert.match(await turn(), /^1 rows still need an older data key/);
    assert.equal(ring().keys.length, 2);
    await suite.scheduler(async (tx) => {
      const locked = await lockDataKey(tx, 'team');
      assert.ok(locked);
      await writeDataKey(tx, 'team', { ...locked, wrappedBy: ring().keys[0]?.kid ?? '' });
    });
    assert.match(await turn(), /^Nothing needs .* stays until 2\d{3}-/);
    assert.equal(ring().keys.length, 2);
    const later = new Date(NOON.getTime() + 10 * 60_000);
    assert.match(await turn(later), /gone from .* Backups from before need it/);
    assert.deepEqual(
      ring().keys.map(({ state, kid }) => [state, kid === first.kid]),
      [['current', false]],
    );
  });

  it('writes a file that only its owner reads, and leaves no draft', async () => {
    await turn();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['data-key.json']);
  });

  it('says no key', async () => {
    const said = await turn();
    for (const { value } of ring().keys) assert.ok(!said.includes(value));
  });

  it('changes nothing when the file is damaged or the database does not answer', async () => {
    const before = readFileSync(file, 'utf8');
    await assert.rejects(turnDataKey(file, 'postgres://127.0.0.1:1/x', NOON));
    assert.equal(readFileSync(file, 'utf8'), before);
    writeFileSync(file, '{"keys":[]}');
    await assert.rejects(turn(), /cannot be read; restore it from a backup/);
    assert.equal(readFileSync(file, 'utf8'), '{"keys":[]}');
  });
});
