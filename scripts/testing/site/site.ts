/** The fixture site: every kind of page that a monitor may meet, over a real socket. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { send, type Page, type Pages, type Visit } from './page.ts';
import { formatPages } from './pages/formats.ts';
import { hostedPages } from './pages/hosted.ts';
import { hostilePages } from './pages/hostile.ts';
import { scriptedPages } from './pages/scripted.ts';
import { transportPages } from './pages/transport.ts';
import { versionedPages } from './pages/versioned.ts';
import { wallPages } from './pages/walls.ts';

/** One request that the site has seen. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Site {
  /** Such as `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Requests in the order in which they came. */
  readonly requests: SeenRequest[];
  /** Moves a page to its next version. */
  advance(name: string): void;
  /** Replaces a page by a document, or adds a new one. */
  set(name: string, document: string): void;
  /** Replaces a page by a handler, or adds a new one. */
  handle(name: string, page: Page): void;
  /** Requests of a page so far. */
  hits(name: string): number;
  close(): Promise<void>;
}

const PAGES: Pages = {
  ...versionedPages,
  ...scriptedPages,
  ...wallPages,
  ...formatPages,
  ...transportPages,
  ...hostilePages,
  ...hostedPages,
};

/** Names of all pages, for tests that walk through them. */
export const PAGE_NAMES: readonly string[] = Object.keys(PAGES);

/**
 * Starts the site.
 * @param options `host` is loopback when absent; `port` 0 or absent lets the system choose.
 */
export async function startSite(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<Site> {
  const { host = '127.0.0.1' } = options;
  const pages = new Map<string, Page>(Object.entries(PAGES));
  const versions = new Map<string, number>();
  const hits = new Map<string, number>();
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response, { pages, versions, hits, requests });
  });
  server.keepAliveTimeout = 2000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, host, resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    requests,
    advance: (name) => versions.set(name, (versions.get(name) ?? 0) + 1),
    set: (name, document) => pages.set(name, (visit) => send(visit, document)),
    handle: (name, page) => pages.set(name, page),
    hits: (name) => hits.get(name) ?? 0,
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

interface State {
  readonly pages: ReadonlyMap<string, Page>;
  readonly versions: ReadonlyMap<string, number>;
  readonly hits: Map<string, number>;
  readonly requests: SeenRequest[];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://site.invalid');
  const name = url.pathname.slice(1);
  const hits = state.hits.get(name) ?? 0;
  state.hits.set(name, hits + 1);
  response.on('error', () => {});
  state.requests.push({
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: await bodyOf(request),
  });
  const page = state.pages.get(name);
  const version = state.versions.get(name) ?? 0;
  const visit: Visit = { request, response, url, version, hits, ...presence(response) };
  if (page) await page(visit);
  else send(visit, 'There is no such page', { 'content-type': 'text/plain' }, 404);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Waiting that ends when the client goes, so that no timer outlives its connection. */
function presence(response: ServerResponse): Pick<Visit, 'wait' | 'gone'> {
  const gone = (): boolean => response.destroyed || response.writableEnded;
  return {
    gone,
    wait: async (ms) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      response.once('close', resolve);
      await promise;
      clearTimeout(timer);
      response.removeListener('close', resolve);
    },
  };
}
