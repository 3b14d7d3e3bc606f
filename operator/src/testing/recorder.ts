/** Every version of the MonitorJobs of a namespace that the API server tells of, in their order. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { WatchEvent } from '../../../services/core/kube/types.ts';
import { MONITOR_JOBS } from '../resources.ts';

export interface Recorder {
  /** Versions of one object after its creation. */
  versions(name: string): readonly MonitorJob[];
  /** Versions of all objects. */
  all(): readonly MonitorJob[];
  /** Ends the watch; throws what broke it. */
  stop(): Promise<void>;
}

const WATCH_SECONDS = 300;

/** Begins with what happens next. */
export async function recordJobs(transport: Transport, namespace: string): Promise<Recorder> {
  const { metadata } = await transport.list(MONITOR_JOBS, { namespace, limit: 1 });
  const { resourceVersion } = metadata;
  const stopping = new AbortController();
  const { signal } = stopping;
  const seen: MonitorJob[] = [];
  const take = (event: WatchEvent<MonitorJob>): void => {
    if (event.type === 'MODIFIED') seen.push(event.object);
  };
  const options = { namespace, resourceVersion, timeoutSeconds: WATCH_SECONDS, signal };
  const watching = (async () => {
    for await (const event of transport.watch(MONITOR_JOBS, options)) take(event);
  })();
  const over = watching.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    versions: (name) => seen.filter(({ metadata: { name: its } }) => its === name),
    all: () => seen,
    stop: () => {
      stopping.abort();
      return over;
    },
  };
}
