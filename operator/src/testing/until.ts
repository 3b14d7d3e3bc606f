/** Waits for what comes about by itself. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../services/core/clock.ts';

/** How long something may take that a busy machine makes slow. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 25;

/** Looks again and again until there is something; fails with the sentence when there never is. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = systemClock.monotonic() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    assert.ok(systemClock.monotonic() < end, `never within ${patienceMs} ms: ${what}`);
    await systemClock.sleep(LOOK_MS);
  }
}
