/** Waits until a page rests and reads it; a page that goes on meanwhile is read again. */
import type { Clock } from '../../core/clock.ts';
import type { FetchRequest } from '../../core/contracts/browser.ts';
import type { Caps } from '../caps.ts';
import { orAborted } from './abort.ts';
import { ProtocolError } from './connection.ts';
import { consentFrames, giveConsent } from './consent.ts';
import { mainFrame, type Frame } from './frames.ts';
import type { PageAnswer } from './inPage/extract.ts';
import { findAll, isThere, tryFind } from './inPage/select.ts';
import { callInPage } from './inPage/script.ts';
import { readTab } from './read.ts';
import { SETTLE_CAP_MS, ownWorld, settle } from './settle.ts';
import type { Tab } from './tab.ts';
import type { Traffic } from './traffic.ts';

export interface Looking {
  readonly request: FetchRequest;
  readonly clock: Clock;
  readonly caps: Caps;
  readonly capMs: number | undefined;
  readonly tab: Tab;
  readonly traffic: Traffic;
}

export interface Seen {
  readonly answer: PageAnswer;
  /** False when the page never came to rest. */
  readonly rested: boolean;
  readonly warnings: readonly string[];
}

/** How often a page that replaces itself is read. */
const READ_TRIES = 3;
/** Time between two looks for a selector that is waited for. */
const LOOK_MS = 100;

/**
 * Waits for rest, for `waitFor`, dismisses a consent wall when asked, and reads.
 * @throws FetchFailure for selectors; ProtocolError; the signal's reason.
 */
export async function look(looking: Looking, signal: AbortSignal): Promise<Seen> {
  const { request, caps, tab } = looking;
  const warnings: string[] = [];
  let rested = await rest(looking, signal);
  const { waitFor, consent } = request.source;
  if (waitFor) {
    warnings.push(...(await waitForSelector(looking, waitFor, signal)));
    rested = await rest(looking, signal);
  }
  let asked = consent === 'Off';
  for (let left = READ_TRIES; ; left -= 1) {
    try {
      const contextId = await orAborted(ownWorld(tab), signal);
      const answer = await orAborted(readTab(tab, request, caps, contextId), signal);
      const walls = asked ? [] : await findWalls(looking, answer, signal);
      if (walls.length === 0) return { answer, rested, warnings };
      asked = true;
      warnings.push(await giveConsent(walls, signal));
    } catch (error) {
      if (!isMovedOn(error) || left <= 1) throw error;
    }
    rested = await rest(looking, signal);
  }
}

/** Frames that ask for consent: the page itself, and those that lie over it. */
async function findWalls(
  { tab, request }: Looking,
  { signs, coveringFrame }: PageAnswer,
  signal: AbortSignal,
): Promise<Frame[]> {
  const { width, height } = request.source.viewport;
  const inFrames = coveringFrame ? await consentFrames(tab, (width * height) / 3, signal) : [];
  const isWall = signs.some(({ kind }) => kind === 'consentWall');
  // rules for a frame may need their other half in the page
  return isWall || inFrames.length > 0 ? [mainFrame(tab), ...inFrames] : [];
}

/** Whether a command failed because its document was replaced. */
const isMovedOn = (error: unknown): boolean => error instanceof ProtocolError && !error.closed;

/** Waits for rest. @returns false when the page never came to it */
export const rest = (
  { tab, traffic, clock, capMs }: Looking,
  signal: AbortSignal,
): Promise<boolean> =>
  settle(
    tab,
    traffic,
    { clock, capMs: capMs ?? SETTLE_CAP_MS, world: () => ownWorld(tab) },
    signal,
  );

/** Looks until something matches; gives a warning when nothing did in time. */
async function waitForSelector(
  { tab, clock }: Looking,
  { selector, timeoutMs }: { readonly selector: string; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<string[]> {
  const until = clock.monotonic() + timeoutMs;
  const expression = callInPage(isThere, [tryFind, findAll], selector);
  for (;;) {
    try {
      const contextId = await orAborted(ownWorld(tab), signal);
      const answer = tab.session.send('Runtime.evaluate', {
        expression,
        contextId,
        returnByValue: true,
      });
      if ((await orAborted(answer, signal)).result.value === true) return [];
    } catch (error) {
      if (!isMovedOn(error)) throw error;
    }
    if (clock.monotonic() >= until)
      return [`Nothing matched waitFor "${selector}" within ${timeoutMs} ms.`];
    await clock.sleep(LOOK_MS, signal);
  }
}
