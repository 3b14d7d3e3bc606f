/** Parts of the page that come when they are gone to, and what is done when they do not. */

const TRY_AGAIN_MS = 2_000;

let isWaiting = false;

/** Loads the whole page anew, but never while that would leave the person with nothing. */
export async function reloadOnceReachable(): Promise<void> {
  if (isWaiting) return;
  isWaiting = true;
  const isThere = async (): Promise<boolean> =>
    fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
  location.reload();
}

/** Stays "loading" where a part does not come: the server is away, or has another version by now. */
export const loaded = async <T>(load: () => Promise<T>): Promise<T> =>
  load().catch(() => {
    void reloadOnceReachable();
    return new Promise<never>(() => {});
  });
