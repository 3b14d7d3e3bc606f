/** Waits for what another process or connection does. */
import assert from 'node:assert/strict';
import { systemClock } from '../../core/clock.ts';

/** Looks again and again, for a few seconds at the most, until it holds. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  { everyMs = 25, times = 200 } = {},
): Promise<void> {
  for (let look = 0; look < times; look += 1) {
    if (await holds()) return;
    await systemClock.sleep(everyMs);
  }
  assert.fail(`never: ${what}`);
}
