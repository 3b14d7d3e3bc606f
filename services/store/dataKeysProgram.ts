/**
 * `DATA_KEY_FILE=… DATABASE_URL=… node services/store/dataKeysProgram.ts`: the next step of turning the data key.
 * The scheduler reads the file again by itself.
 */
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { nextDataKeyStep, type DataKeyStep } from '../core/dataKeyRing.ts';
import { messageOf } from '../core/errors.ts';
import { keyring, type Keyring } from '../core/keyring.ts';
import { countKeyUses } from './dataKeys.ts';
import { withClient } from './pool.ts';

const settings = z.object({ DATA_KEY_FILE: z.string().min(1), DATABASE_URL: z.string().min(1) });

function readRing(file: string): Keyring {
  try {
    return keyring.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(
      `The data key file ${file} cannot be read; restore it from a backup of the data folder.`,
      { cause: error },
    );
  }
}

/** Whole or not at all: without the old keys nothing stored would open. */
function writeRing(file: string, ring: Keyring): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFileSync(draft, JSON.stringify(ring), { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Error(`The data key file ${file} cannot be written.`, { cause: error });
  }
}

/** Takes the next step and says what it was. */
export async function turnDataKey(file: string, databaseUrl: string, now: Date): Promise<string> {
  const ring = readRing(file);
  const uses = await withClient(databaseUrl, 'duckmon-data-key', countKeyUses);
  const step = nextDataKeyStep(ring, uses, now);
  if (step.kind === 'turned' || step.kind === 'dropped') writeRing(file, step.ring);
  return said(step, file);
}

function said(step: DataKeyStep, file: string): string {
  switch (step.kind) {
    case 'turned':
      return `A new data key is in ${file}. What is stored is sealed again with it within some minutes (up to a week for Secrets of an older version, authenticator apps with their next code); run the same again to see how far that is.`;
    case 'waiting':
      return `${step.rows} rows still need an older data key, which stays; run the same again later.`;
    case 'settling':
      return `Nothing needs the older data key any more; it stays until ${step.until.toISOString()} for what was just being written. Run the same again then.`;
    case 'dropped':
      return `Nothing needs the older data key any more and it is gone from ${file}. Backups from before need it: keep a copy of the file as it was as long as you keep them.`;
    default:
      return step satisfies never;
  }
}

if (import.meta.main)
  try {
    const { DATA_KEY_FILE, DATABASE_URL } = settings.parse(process.env);
    console.log(await turnDataKey(DATA_KEY_FILE, DATABASE_URL, new Date()));
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
