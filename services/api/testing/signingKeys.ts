/** A folder with the keys that sign access tokens, for tests. */
import { randomBytes, type KeyObject } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { KeyState } from '../../core/keyring.ts';
import { ed25519FromSeed } from '../../core/serviceKeys.ts';

export interface TestKey {
  readonly kid: string;
  readonly state: KeyState;
  readonly seed: Buffer;
}

export interface TestSigningKeys {
  /** For the variable KEYS_FILE. */
  readonly keysFile: string;
  /** What is in force at the beginning. */
  readonly current: TestKey;
  readonly private: KeyObject;
  /** Puts other keys there at once, as the kubelet and the data folder do. */
  write(keys: readonly TestKey[]): void;
  remove(): void;
}

export const newTestKey = (kid: string, state: KeyState): TestKey => ({
  kid,
  state,
  seed: randomBytes(32),
});

export function makeSigningKeys(): TestSigningKeys {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-signing-'));
  const current = newTestKey('first', 'current');
  const write = (keys: readonly TestKey[]): void => {
    const entries = keys.map(({ seed, ...key }) => ({ ...key, seed: seed.toString('base64') }));
    const next = path.join(folder, 'next.json');
    writeFileSync(next, JSON.stringify({ keys: entries }));
    renameSync(next, path.join(folder, 'jwt.json'));
  };
  write([current]);
  return {
    keysFile: path.join(folder, 'api.json'),
    current,
    private: ed25519FromSeed(current.seed),
    write,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
