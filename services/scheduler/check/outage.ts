/** Says which failures are our own, and when what failed so is tried again before its next slot. */
import { createHash } from 'node:crypto';
import { nextAllowed } from '../../domain/schedule.ts';
import { isZone } from '../../domain/zone.ts';
import type { Claim } from '../../store/claim.ts';
import type { Retry } from '../../store/memory.ts';
import type { Look } from './look.ts';

const FIRST_MS = 10_000;
/** With its jitter five minutes at the most. */
const MAX_MS = 240_000;
const JITTER = 0.25;

/**
 * How long to wait after so many failures of our own in a row: 10 s doubling to 4 min, and up to a
 * quarter more.
 * @param seed uid of the job, so that those who failed together do not come back together
 */
export function soonMs(tries: number, seed: string): number {
  const ms = Math.min(MAX_MS, FIRST_MS * 2 ** Math.max(0, tries - 1));
  return Math.floor(ms * (1 + JITTER * fraction(`${seed}\n${tries}`)));
}

const fraction = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;

/** Whether a page was not read for a reason that is none of the page's. */
export function isOurs(look: Look): boolean {
  if (look.kind !== 'failed') return false;
  const { code, retryAfterSeconds } = look.error;
  // a server that is busy says for how long, or the browser service says it for it
  return code === 'internal' || (code === 'busy' && retryAfterSeconds === undefined);
}

/** One source that a check has looked at. */
export interface Tried {
  readonly source: string;
  readonly ours: boolean;
}

/**
 * What is tried again after a check: the sources that it could not read through our own fault, and
 * those it did not look at that waited already. Not while the schedule's windows are closed.
 */
export function retryAfter(
  { uid, spec, retry }: Pick<Claim, 'uid' | 'spec' | 'retry'>,
  tried: readonly Tried[],
  now: Date,
): Retry | null {
  const looked = new Set(tried.map((each) => each.source));
  const failed = tried.flatMap((each) => (each.ours ? [each.source] : []));
  const waiting = retry?.sources.filter((source) => !looked.has(source)) ?? [];
  const known = new Set(spec.sources.map((source) => source.name));
  const sources = [...waiting, ...failed].filter((source) => known.has(source));
  if (sources.length === 0 || !isZone(spec.schedule.timeZone)) return null;
  if (retry && failed.length === 0) return { ...retry, sources };
  const tries = (retry?.tries ?? 0) + 1;
  const at = nextAllowed(spec.schedule, new Date(now.getTime() + soonMs(tries, uid)));
  return at ? { tries, at: at.toISOString(), sources } : null;
}
