/** One watched page of a test, on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestPage {
  readonly url: string;
  readonly port: number;
  /** What is served from now on: text in a paragraph each line, or a status. */
  show(...lines: string[]): void;
  fail(status: number): void;
  stop(): Promise<void>;
}

export async function startPage(...lines: string[]): Promise<TestPage> {
  let shown = lines;
  let status = 200;
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    const body = shown.map((line) => `<p>${line}</p>`).join('\n');
    response.end(`<!doctype html><title>Plans</title><h1>Plans</h1>\n${body}`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    show: (...next) => {
      [shown, status] = [next, 200];
    },
    fail: (code) => {
      status = code;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
