/** The keys route, which each service with internal routes has: what a rotation waits for. */
import type { Request, Response } from 'express';
import { KEYS_PATH, type LoadedKeys } from '../contracts/keys.ts';
import type { DerivedKey, ServiceKeyFile } from '../keyFile.ts';
import { currentKey } from '../keyring.ts';

/** The ids of these keys as the value of `X-Internal-Kids`. */
export const kidsHeader = (keys: readonly DerivedKey[]): string =>
  keys.map(({ kid }) => kid).join(',');

/** Whether a request, below any mount, is for the keys. */
export const asksForKeys = ({ method, baseUrl, path }: Request): boolean =>
  method === 'GET' && baseUrl + path === KEYS_PATH;

/** The ids of all keys that are loaded: for calls that are taken and made, and for the proxy. */
export function loadedKeysOf(file: ServiceKeyFile): LoadedKeys {
  const { callers, calls, egressSeeds, egressPublic } = file;
  const signing = [...Object.values(calls).flat(), ...egressSeeds];
  const loaded = [...Object.values(callers).flat(), ...signing, ...egressPublic];
  return {
    kids: [...new Set(loaded.map(({ kid }) => kid))],
    signsWith: currentKey(signing)?.kid ?? null,
  };
}

export const answerKeys = (response: Response, file: ServiceKeyFile): void =>
  void response.json(loadedKeysOf(file));
