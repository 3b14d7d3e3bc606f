/** A scripted API on loopback and a way to run the cli against it, for tests. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CliIo } from '../io.ts';
import { main } from '../main.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** An answer, or what makes one of the request; keys are such as `GET /api/v1/monitors`. */
export type Script = Record<string, Answer | ((seen: Seen) => Answer)>;

export interface FakeApi {
  readonly url: string;
  readonly seen: Seen[];
  /** What it answers; tests change it. */
  script: Script;
  close(): Promise<void>;
}

/** The API's one error shape. */
export const failure = (status: number, message: string, fields?: object[]): Answer => ({
  status,
  body: { error: { code: 'x', message, correlationId: 'corr-1', ...(fields ? { fields } : {}) } },
});

export async function startApi(): Promise<FakeApi> {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://api');
      const text = Buffer.concat(chunks).toString();
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        token: request.headers.authorization?.replace('Bearer ', ''),
        body: text === '' ? undefined : JSON.parse(text),
      };
      seen.push(one);
      const scripted = api.script[`${one.method} ${one.path}`] ?? failure(404, 'not scripted');
      const {
        status = 200,
        body,
        headers,
      } = typeof scripted === 'function' ? scripted(one) : scripted;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api: FakeApi = {
    url: `http://127.0.0.1:${port}`,
    seen,
    script: {},
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

export const NOON = new Date('2026-11-25T12:00:00Z');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the cli in a folder of its own; time only moves when it sleeps. */
export function createRunner(
  folder: string,
): (argv: readonly string[], more?: Partial<CliIo>) => Promise<Ran> {
  return async (argv, more = {}) => {
    let [out, err, now] = ['', '', NOON.getTime()];
    const io: CliIo = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      readInput: async () => '',
      env: {},
      cwd: folder,
      root: folder,
      columns: undefined,
      fetch: globalThis.fetch,
      now: () => new Date(now),
      sleep: async (ms) => void (now += ms),
      randomBytes: (count) => Buffer.alloc(count, 7),
      runNode: async () => 0,
      outsideAddresses: () => [],
      ...more,
    };
    return { code: await main(argv, io), out, err };
  };
}

/** A folder that is removed again. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-cli-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
