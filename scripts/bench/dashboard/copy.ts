/** Two static copies of the list: the whole page with its answers as files, and what it looks like without a script. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Response } from 'playwright-core';

export interface StaticCopy {
  readonly address: string;
  stop(): Promise<void>;
}

interface File {
  readonly type: string;
  readonly content: Buffer;
}

/** Every answer that a page gets while `visit` runs, by its path and query. */
export async function record(page: Page, visit: () => Promise<void>): Promise<Map<string, File>> {
  const files = new Map<string, Promise<File>>();
  const collect = (response: Response): void => {
    const { pathname, search } = new URL(response.url());
    // the stream of events never ends
    if (pathname === '/api/v1/events') return;
    const type = response.headers()['content-type'] ?? '';
    files.set(
      pathname + search,
      response.body().then((content) => ({ type, content })),
    );
  };
  page.on('response', collect);
  await visit();
  page.off('response', collect);
  return new Map(
    await Promise.all([...files].map(async ([path, file]) => [path, await file] as const)),
  );
}

/** Serves what was recorded; the stream of events stays silent. */
export const serveRecorded = (files: ReadonlyMap<string, File>): Promise<StaticCopy> =>
  serve((request, response) => {
    const file = files.get(request.url ?? '');
    if (request.url?.startsWith('/api/v1/events') === true) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      return;
    }
    if (file) response.setHeader('content-type', file.type).end(file.content);
    else response.writeHead(404).end();
  });

/** Serves what a page shows now, with its style sheets and without a script. */
export function serveShown(html: string, files: ReadonlyMap<string, File>): Promise<StaticCopy> {
  const still = html
    .replaceAll(/<script\b[^>]*>[^<]*<\/script>/g, '')
    .replaceAll(/<link\b[^>]*rel="modulepreload"[^>]*>/g, '');
  return serve((request, response) => {
    const file = files.get(request.url ?? '');
    if (file?.type.startsWith('text/css') === true || file?.type.startsWith('image/') === true)
      response.setHeader('content-type', file.type).end(file.content);
    else response.setHeader('content-type', 'text/html').end(still);
  });
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<StaticCopy> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
