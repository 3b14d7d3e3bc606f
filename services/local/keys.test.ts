import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { serviceKeyFile } from '../core/serviceKeys.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import { givenKeys, prepareKeys } from './keys.ts';

const now = new Date('2026-01-02T03:04:05Z');
const none = { internal: undefined, jwt: undefined };

describe('the keys of a local installation', () => {
  let folder: DataFolder;

  beforeEach(() => {
    folder = openDataFolder(mkdtempSync(path.join(os.tmpdir(), 'duckmon-keys-')));
  });

  afterEach(() => rmSync(folder.path, { recursive: true }));

  const read = (name: string): string => readFileSync(folder.at('keys', name), 'utf8');

  it('are made once and kept', () => {
    prepareKeys(folder, none, now);
    const first = ['internal-key.json', 'jwt-secret.json', 'data-key.json'].map(read);
    prepareKeys(folder, none, now);
    assert.deepEqual(['internal-key.json', 'jwt-secret.json', 'data-key.json'].map(read), first);
    assert.equal(new Set(first).size, 3);
  });

  it('give each service a file of its own that it can parse', () => {
    const keys = prepareKeys(folder, none, now);
    const file = serviceKeyFile.parse(
      JSON.parse(readFileSync(keys.serviceFile('browser'), 'utf8')),
    );
    assert.equal(file.service, 'browser');
    assert.deepEqual(Object.keys(file.callers), ['scheduler']);
    assert.deepEqual(file.egressSeeds, []);
  });

  it('B13 are readable by their owner alone', () => {
    prepareKeys(folder, none, now);
    const modes = readdirSync(folder.at('keys')).map(
      (name) => statSync(folder.at('keys', name)).mode & 0o777,
    );
    assert.deepEqual([...new Set(modes)], [0o600]);
  });

  it('B13 are 256 random bits', () => {
    prepareKeys(folder, none, now);
    const { keys } = JSON.parse(read('internal-key.json')) as { keys: { value: string }[] };
    assert.equal(Buffer.from(keys[0]?.value ?? '', 'base64').length, 32);
  });

  it('give the api the keys that sign access tokens, derived, and the same at each start', () => {
    const jwt = 'a-given-jwt-secret-of-forty-characters-xx';
    prepareKeys(folder, { ...none, jwt }, now);
    const first = read('jwt.json');
    const { keys } = JSON.parse(first) as { keys: { seed: string; state: string }[] };
    assert.deepEqual(
      keys.map(({ seed, state }) => [Buffer.from(seed, 'base64').length, state]),
      [[32, 'current']],
    );
    assert.ok(!first.includes(jwt) && !first.includes(Buffer.from(jwt).toString('base64')));
    prepareKeys(folder, { ...none, jwt }, now);
    assert.equal(read('jwt.json'), first);
  });

  it('adopt a given internal key without writing it', () => {
    const given = 'a-given-internal-key-of-40-characters-xx';
    prepareKeys(folder, { ...none, internal: given }, now);
    const written = readdirSync(folder.at('keys')).map(read).join('\n');
    assert.ok(!written.includes(given) && !written.includes(Buffer.from(given).toString('base64')));
  });

  it('turn all derived keys when another internal key is given', () => {
    prepareKeys(folder, { ...none, internal: 'x'.repeat(32) }, now);
    const first = read('scheduler.json');
    prepareKeys(folder, { ...none, internal: 'y'.repeat(32) }, now);
    assert.notEqual(read('scheduler.json'), first);
  });

  it('sign no access token as before when another JWT_SECRET is given', () => {
    prepareKeys(folder, { ...none, jwt: 'x'.repeat(32) }, now);
    const seedsOf = (): string[] =>
      (JSON.parse(read('jwt.json')) as { keys: { seed: string }[] }).keys.map(({ seed }) => seed);
    const first = seedsOf();
    prepareKeys(folder, { ...none, jwt: 'y'.repeat(32) }, now);
    assert.ok(first.length > 0 && seedsOf().every((seed) => !first.includes(seed)));
  });

  it('are taken from the environment, or from a file that it names', () => {
    const file = folder.at('given');
    writeFileSync(file, 'from the file\n');
    assert.deepEqual(givenKeys({ JWT_SECRET: 'own', JWT_SECRET_FILE: file }), {
      internal: undefined,
      jwt: 'own',
    });
    assert.deepEqual(givenKeys({ JWT_SECRET: '', INTERNAL_API_KEY_FILE: file }), {
      internal: 'from the file',
      jwt: undefined,
    });
    assert.throws(
      () => givenKeys({ JWT_SECRET_FILE: folder.at('gone') }),
      /JWT_SECRET_FILE names a file that cannot be read/,
    );
  });

  it('refuse a given key that is too short, by its name', () => {
    assert.throws(
      () => prepareKeys(folder, { ...none, jwt: 'short' }, now),
      /JWT_SECRET is shorter than 32 characters; make a new one with `npx duckmon generate-keys`/,
    );
  });

  it('say that a root file is damaged instead of making a new one', () => {
    prepareKeys(folder, none, now);
    writeFileSync(folder.at('keys', 'data-key.json'), '{"keys":[]}');
    assert.throws(() => prepareKeys(folder, none, now), /data-key\.json is damaged; restore it/);
  });
});
