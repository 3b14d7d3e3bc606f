/** Waits until a page has come to rest (design 4.1), within a cap. */
import type { Clock } from '../../core/clock.ts';
import { orAborted } from './abort.ts';
import { ProtocolError } from './connection.ts';
import { mainFrame, worldOf } from './frames.ts';
import type { Tab } from './tab.ts';
import type { Traffic } from './traffic.ts';

/** A page rests when for this long nothing changed and no request by a script was open. */
export const QUIET_MS = 250;
/** Time after which a page that never rests is read as it is. */
export const SETTLE_CAP_MS = 5000;

export interface SettleDeps {
  readonly clock: Clock;
  readonly capMs: number;
  /** The id of a context in our own world of the document that is shown now. */
  readonly world: () => Promise<number>;
}

/** The context of our world in the main frame's current document. */
export const ownWorld = (tab: Tab): Promise<number> => worldOf(mainFrame(tab));

/**
 * Resolves when the page rests.
 * @returns false when the cap was reached before.
 */
export async function settle(
  tab: Tab,
  traffic: Traffic,
  { clock, capMs, world }: SettleDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const cap = AbortSignal.timeout(capMs);
  const both = AbortSignal.any([signal, cap]);
  try {
    while (!(await restedOnce(tab, traffic, world, clock, both)));
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (cap.aborted) return false;
    throw error;
  }
}

/** One look: no open request, then a quiet time in which none began, and no timer left. */
async function restedOnce(
  tab: Tab,
  traffic: Traffic,
  world: () => Promise<number>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  await orAborted(traffic.idle(), signal);
  const before = traffic.activity();
  try {
    const quiet = `globalThis.duckmonWatch?.quiet(${QUIET_MS}) ?? new Promise((done) => setTimeout(done, ${QUIET_MS}))`;
    const contextId = await orAborted(world(), signal);
    await orAborted(
      tab.session.send('Runtime.evaluate', { expression: quiet, contextId, awaitPromise: true }),
      signal,
    );
    if (traffic.activity() !== before) return false;
    const left = await orAborted(timerLeft(tab), signal);
    if (left <= 0) return true;
    await orAborted(clock.sleep(left, signal), signal);
    return false;
  } catch (error) {
    // The page went on to another document: it is looked at anew.
    if (error instanceof ProtocolError && !error.closed) {
      await orAborted(clock.sleep(20, signal), signal);
      return false;
    }
    throw error;
  }
}

async function timerLeft({ session, timerName }: Tab): Promise<number> {
  const { result } = await session.send('Runtime.evaluate', {
    expression: `globalThis.${timerName}?.() ?? 0`,
    returnByValue: true,
  });
  return typeof result.value === 'number' ? result.value : 0;
}
