/** Long work in slices, so that everything else in the process has its turn in between. */
import { setImmediate } from 'node:timers/promises';

/** So many small steps take a few milliseconds. */
const SLICE = 200;

/**
 * Takes all items in their order. The first slice is done before this returns.
 * @param rest resolves when others had their turn; ends the work by what it rejects with.
 */
export async function inSlices<T>(
  items: readonly T[],
  take: (item: T) => void,
  rest: () => Promise<unknown> = () => setImmediate(),
): Promise<void> {
  for (let from = 0; from < items.length; from += SLICE) {
    if (from > 0) await rest();
    items.slice(from, from + SLICE).forEach(take);
  }
}
