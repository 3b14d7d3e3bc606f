/** Watches in the page when it comes to rest. Functions here run in the page. */

declare const document: object;
declare class MutationObserver {
  constructor(callback: () => void);
  observe(target: object, options: object): void;
}
declare const performance: { now(): number };
declare function setTimeout(callback: () => void, ms: number): number;

interface Watch {
  quiet(ms: number): Promise<number>;
}

declare const self: { duckmonWatch?: Watch };

/** Starts to watch; runs in a world of our own before the page's first script. */
export function watchMutations(): void {
  let last = performance.now();
  new MutationObserver(() => {
    last = performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  self.duckmonWatch = {
    // Resolves when nothing has changed for `ms`, counted from now on.
    quiet: (ms) =>
      new Promise((resolve) => {
        const from = performance.now();
        const look = (): void => {
          const left = Math.max(last, from) + ms - performance.now();
          if (left <= 0) resolve(performance.now() - from);
          else setTimeout(look, left);
        };
        look();
      }),
  };
}

interface Timers {
  setTimeout(callback: unknown, ms?: number, ...rest: unknown[]): number;
  clearTimeout(id?: number): void;
}

/**
 * Counts the one-shot timers that the page's scripts set while they load: content that comes late by
 * a timer is waited for. Timers that timers set are not counted, or a ticking page would never rest.
 * @param name of the property on the window that tells how long the last one still takes, in ms.
 */
export function watchTimers({ name, longestMs }: { name: string; longestMs: number }): void {
  const page = self as unknown as Timers & Record<string, unknown>;
  const [set, clear] = [page.setTimeout.bind(page), page.clearTimeout.bind(page)];
  const due = new Map<number, number>();
  let depth = 0;
  page.setTimeout = function setTimeout(callback, ms = 0, ...rest) {
    if (typeof callback !== 'function' || depth > 0 || !(ms <= longestMs))
      return set(callback, ms, ...rest);
    const id: number = set(
      (...values: unknown[]) => {
        due.delete(id);
        depth += 1;
        try {
          callback.apply(page, values);
        } finally {
          depth -= 1;
        }
      },
      ms,
      ...rest,
    );
    due.set(id, performance.now() + ms);
    return id;
  };
  page.clearTimeout = function clearTimeout(id) {
    if (id !== undefined) due.delete(id);
    clear(id);
  };
  const left = (): number => Math.max(0, ...due.values()) - (due.size > 0 ? performance.now() : 0);
  Object.defineProperty(page, name, { value: left, enumerable: false });
}
