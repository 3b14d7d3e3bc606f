/** The HTTP path by itself, for tests. */
import { systemClock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { createEgressTransport } from '../../core/egress/transport.ts';
import { DEFAULT_CAPS, type Caps } from '../caps.ts';
import { createReader } from '../document/reader.ts';
import { runFetch, type Fetcher } from '../fetch.ts';
import { fetchOverHttp } from '../http/fetch.ts';
import { silentLog } from './request.ts';

export interface HttpBench {
  fetch(request: FetchRequest, gone?: AbortSignal): Promise<FetchResult>;
  readonly fetcher: Fetcher;
  close(): Promise<void>;
}

/** The HTTP path behind a proxy, with its own caps when asked. */
export function createHttpBench(proxyUrl: string, caps: Partial<Caps> = {}): HttpBench {
  const all = { ...DEFAULT_CAPS, ...caps };
  const reader = createReader({ caps: all });
  const egress = createEgressTransport(proxyUrl, () => '');
  const deps = { clock: systemClock, caps: all, reader, egress };
  const fetcher: Fetcher = (request, signal) => fetchOverHttp(request, deps, signal);
  const never: Fetcher = () => Promise.reject(new Error('no browser here'));
  return {
    fetcher,
    fetch: (request, gone = new AbortController().signal) =>
      runFetch(
        request,
        { clock: systemClock, log: silentLog, http: fetcher, browser: never },
        gone,
      ),
    close: async () => {
      await Promise.all([reader.close(), egress.close()]);
    },
  };
}
