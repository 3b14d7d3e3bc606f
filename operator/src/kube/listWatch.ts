/** Reads of one kind: pages of a list, events of one watch. */
import type { Clock } from '../../../services/core/clock.ts';
import { openScope, pause } from '../../../services/core/kube/scope.ts';
import type { Selection, Transport } from '../../../services/core/kube/transport.ts';
import type {
  KubeList,
  KubeObject,
  Resource,
  WatchEvent,
} from '../../../services/core/kube/types.ts';
import { SilentStreamError } from './restart.ts';

export interface ListWatchDeps {
  readonly transport: Pick<Transport, 'list' | 'watch'>;
  readonly clock: Clock;
}

export interface Selected<T extends KubeObject> extends Selection {
  readonly resource: Resource<T>;
}

/** To read a page is one turn of the event loop, and what it brings must be collected. */
const PAGE_SIZE = 250;
/** How long after its time a watch that the server should have ended is cut. */
const WATCHDOG_MS = 30_000;

/** One consistent list in pages; its last page carries the resourceVersion to watch from. */
export async function* pagesOf<T extends KubeObject>(
  selected: Selected<T>,
  { transport, clock }: ListWatchDeps,
  signal: AbortSignal,
): AsyncGenerator<KubeList<T>> {
  let token: string | undefined;
  do {
    const page: KubeList<T> = await transport.list(selected.resource, {
      ...selectionOf(selected),
      limit: PAGE_SIZE,
      continue: token,
      signal,
    });
    yield page;
    token = page.metadata.continue === '' ? undefined : page.metadata.continue;
    // Lets the rest of the process have its turn between large pages.
    if (token !== undefined) await pause(clock, 0, signal);
  } while (token !== undefined);
}

/**
 * The events of one watch.
 * @throws SilentStreamError when the server does not end it in time.
 */
export async function* eventsOf<T extends KubeObject>(
  selected: Selected<T>,
  { transport, clock }: ListWatchDeps,
  from: { readonly resourceVersion: string; readonly timeoutSeconds: number },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const ms = from.timeoutSeconds * 1000 + WATCHDOG_MS;
  const scope = openScope(clock, signal, { ms, reason: () => new SilentStreamError() });
  const options = { ...selectionOf(selected), ...from, signal: scope.signal };
  try {
    yield* transport.watch(selected.resource, options);
  } finally {
    scope.close();
  }
}

const selectionOf = ({ namespace, labelSelector, fieldSelector }: Selection): Selection => ({
  namespace,
  labelSelector,
  fieldSelector,
});
