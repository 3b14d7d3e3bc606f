/** The values of a login: brought by the request, or read from the Secret that is mounted into the pod. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { generateSync } from 'otplib';
import type { Clock } from '../core/clock.ts';
import type { FetchSession, PageStep } from '../core/contracts/browser.ts';
import { messageOf } from '../core/errors.ts';

/** A value that cannot be had; its sentence is for the monitor's owner. */
export class LoginError extends Error {
  override name = 'LoginError';
}

/** As many as a step may type. */
const MOST_CHARACTERS = 1024;

export interface Login {
  /** @throws LoginError */
  value(key: string): string;
  /** The code of the authenticator app whose secret a key holds. @throws LoginError */
  code(key: string): string;
  /** All that was handed out, and what the steps could have asked for. */
  secrets(): readonly string[];
}

/** A key of a mounted Secret; undefined where there is none. */
export type ReadMounted = (name: string, key: string) => string | undefined;

/** Reads the Secrets below a folder, which has a folder for each. */
export const mountedLogins =
  (folder: string | undefined): ReadMounted =>
  (name, key) => {
    if (folder === undefined || !isPlain(name) || !isPlain(key)) return undefined;
    try {
      return readFileSync(path.join(folder, name, key), 'utf8');
    } catch {
      return undefined;
    }
  };

/** The login of a request, for the steps that may type from it. */
export function loginOf(
  { login }: Pick<FetchSession, 'login'>,
  steps: readonly PageStep[],
  { clock, mounted }: { readonly clock: Pick<Clock, 'now'>; readonly mounted: ReadMounted },
): Login {
  const name = login?.name ?? '';
  const codes: string[] = [];
  const find = (key: string): string | undefined => {
    const value =
      login?.values === undefined
        ? mounted(name, key)
        : Object.hasOwn(login.values, key)
          ? login.values[key]
          : undefined;
    // a Secret made of a file ends with a line break that nobody meant
    return value?.replace(/\r?\n$/, '');
  };
  const value = (key: string): string => {
    const found = find(key);
    if (found === undefined || found === '')
      throw new LoginError(
        `the Secret ${name} has no key "${key}", or the browsers of the job may not read it`,
      );
    if (found.length > MOST_CHARACTERS)
      throw new LoginError(
        `the key "${key}" of the Secret ${name} has more than ${MOST_CHARACTERS} characters`,
      );
    return found;
  };
  return {
    value,
    code: (key) => {
      const code = codeNow(value(key), key, clock);
      codes.push(code);
      return code;
    },
    // A longer one is never typed.
    secrets: () => [
      ...keysOf(steps)
        .flatMap((key) => find(key) ?? [])
        .filter(({ length }) => length <= MOST_CHARACTERS),
      ...codes,
    ],
  };
}

/** Keys of the Secret that the steps name. */
export const keysOf = (steps: readonly PageStep[]): string[] => [
  ...new Set(steps.flatMap((step) => (step.kind === 'typeSecret' ? [step.key] : []))),
];

function codeNow(secret: string, key: string, clock: Pick<Clock, 'now'>): string {
  try {
    return generateSync({
      secret: secret.replaceAll(/[\s-]/g, '').toUpperCase(),
      epoch: Math.floor(clock.now().getTime() / 1000),
    });
  } catch (error) {
    throw new LoginError(
      `the key "${key}" holds no secret of an authenticator app: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** No name of a Secret or key leads out of the folder. */
const isPlain = (name: string): boolean => /^[-._a-zA-Z0-9]+$/.test(name) && !/^\.+$/.test(name);
