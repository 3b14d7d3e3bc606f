/** The real browser service's Chromium path in the namespace of the browser. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FetchRequest, FetchResult } from '../../../../services/core/contracts/browser.ts';
import {
  createChromiumBench,
  type ChromiumBench,
} from '../../../../services/browser/testing/chromiumBench.ts';
import { requestOf } from '../../../../services/browser/testing/request.ts';
import { PROXY_URL } from '../addresses.ts';
import { serveAgent } from '../agent.ts';
import { wrapperOf, type Mutation } from '../wrapper.ts';

export interface Visit {
  readonly url: string;
  readonly credential: string;
  /** How long the page may act. */
  readonly actMs: number;
  readonly mutation: Mutation;
}

/** Ports of loopback on which developers' tools and databases listen. */
export const LOOPBACK_PORTS = [5432, 6379, 9222, 9229];

const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-netns-'));
chmodSync(folder, 0o755);
const benches = new Map<string, ChromiumBench>();

function benchOf(mutation: Mutation): ChromiumBench {
  const key = JSON.stringify(mutation);
  const known = benches.get(key);
  if (known) return known;
  const file = path.join(folder, `chromium-${benches.size}`);
  const bench = createChromiumBench(PROXY_URL, {
    wrap: async (program) => {
      writeFileSync(file, wrapperOf(program.file, mutation), { mode: 0o755 });
      return { ...program, file };
    },
  });
  benches.set(key, bench);
  return bench;
}

const closeBrowsers = async (): Promise<void> => {
  await Promise.all([...benches.values()].map((bench) => bench.close()));
  benches.clear();
};

export const handlers = {
  /** Reads a page as the scheduler asks for it; the page has `actMs` to do what it likes. */
  visit: async ({ url, credential, actMs, mutation }: Visit): Promise<FetchResult> =>
    benchOf(mutation).fetch(
      requestOf(
        url,
        { waitFor: { selector: '#never', timeoutMs: actMs } },
        { egressCredential: credential, timeoutMs: actMs + 20_000 },
      ),
    ),
  /** Reads a page as the scheduler asks for it. */
  read: (request: FetchRequest): Promise<FetchResult> => benchOf({}).fetch(request),
  closeBrowsers,
};

for (const host of ['127.0.0.1', '::1'])
  for (const port of LOOPBACK_PORTS) {
    const server = createServer((socket) => socket.on('error', () => undefined).end());
    await once(server.listen(port, host), 'listening');
  }
serveAgent(handlers, async () => {
  await closeBrowsers();
  rmSync(folder, { recursive: true, force: true });
});
