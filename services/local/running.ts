/** Another sign-in link of the duckmon that runs on a data folder. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import { silentLog } from '../store/log.ts';
import { openPool } from '../store/pool.ts';
import { RUNNING_FILE, userOf } from './dataFolder.ts';
import { newSignInToken } from './owner.ts';

/** What a duckmon that is up says of itself. */
const running = z.object({
  publicUrl: z.string(),
  /** Whether people sign in by links. */
  links: z.boolean(),
});
const database = z.object({ url: z.string() });

/** What runs on a folder. */
export type Found =
  /** Nothing that is up. */
  | { readonly kind: 'nothing' }
  /** It runs in production, where links are not in use. */
  | { readonly kind: 'noLinks'; readonly pid: number; readonly publicUrl: string }
  | { readonly kind: 'link'; readonly pid: number; readonly link: string };

/** The address that signs in whoever opens it first. */
export const signInLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/sign-in?token=${token}`;

/** Looks for a duckmon on the folder, and makes a new link for it. */
export async function linkToRunning(folder: string): Promise<Found> {
  const pid = userOf(folder);
  const found = pid === undefined ? undefined : read(path.join(folder, RUNNING_FILE), running);
  if (pid === undefined || found === undefined) return { kind: 'nothing' };
  const { publicUrl, links } = found;
  if (!links) return { kind: 'noLinks', pid, publicUrl };
  const address = read(path.join(folder, 'postgres.json'), database);
  if (address === undefined) return { kind: 'nothing' };
  const pool = openPool(address.url, { applicationName: 'duckmon-link', log: silentLog, max: 1 });
  try {
    const token = await newSignInToken({ pool, clock: systemClock, newId });
    return { kind: 'link', pid, link: signInLink(publicUrl, token) };
  } finally {
    await pool.end();
  }
}

/** What a file of the folder says; undefined when it is not there, or not for this user. */
function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
