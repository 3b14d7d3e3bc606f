/** What another user of this machine may reach: the questions to ask before handing it a folder. */
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from './errors.ts';

/** The user that postgres runs as; undefined keeps the user of this process. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root, so root hands it to this user (nobody). */
const NOBODY = 65_534;

/** Whom to run postgres as: `uid` when given, nobody for root, else undefined (no change). */
export function runAs(uid: number | undefined, own = process.geteuid?.()): RunAs | undefined {
  if (own !== 0) return undefined;
  const id = uid ?? NOBODY;
  return { uid: id, gid: id };
}

/** `folder` and each folder above it, the root first. */
function ancestors(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [...ancestors(parent), folder];
}

/** True when `user` may pass through every existing folder down to `folder`. */
export async function isReachable(folder: string, user: RunAs): Promise<boolean> {
  for (const step of ancestors(path.resolve(folder))) {
    const info = await stat(step).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!info) return true;
    const shift = info.uid === user.uid ? 6 : info.gid === user.gid ? 3 : 0;
    if (((info.mode >> shift) & 1) === 0) return false;
  }
  return true;
}

/** True when `folder` is a real folder of this user that nobody else may write to. */
export async function isTrusted(folder: string): Promise<boolean> {
  const info = await lstat(folder);
  return info.isDirectory() && info.uid === process.geteuid?.() && (info.mode & 0o022) === 0;
}
