/** The pages of the bench, each with words that come late; what they must read as is known. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pageOf } from '../lib/page.ts';

export interface LateSite {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ways in which the last words of a page come. */
export const KINDS = ['plain', 'xhr-0', 'xhr-50', 'xhr-200', 'xhr-800', 'mutation'] as const;
export type Kind = (typeof KINDS)[number];

const PAGE_BYTES = 48 * 1024;
const MUTATION_MS = 600;

/** The words without which a page was not read whole. */
export const wordsOf = (number: number): string => `The number of the day is ${number}.`;

/**
 * What a program of the bench keeps of a page: its words when it was read whole, else how it begins. Whole texts
 * would be held until the turn ends, and be taken for memory of a check.
 */
export function wordsIn(url: string, text: string): string {
  const words = wordsOf(Number(url.slice(url.lastIndexOf('/') + 1)));
  return text.includes(words) ? words : text.slice(0, 300);
}

/** Starts the site on loopback. */
export async function startLateSite(): Promise<LateSite> {
  const filling = pageOf(PAGE_BYTES);
  const server = createServer((request, response) => {
    void answer(request, response, filling);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  filling: string,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://site.invalid');
  const [, what, kind = '', number = '0'] = pathname.split('/');
  if (what === 'words') {
    await delay(Number(kind));
    response.writeHead(200, { 'content-type': 'text/plain' }).end(wordsOf(Number(number)));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(filling.replace('</body>', `${endOf(kind as Kind, Number(number))}</body>`));
}

function endOf(kind: Kind, number: number): string {
  if (kind === 'plain') return `<p>${wordsOf(number)}</p>`;
  const add = `(text) => { const p = document.createElement('p'); p.textContent = text; document.body.append(p); }`;
  if (kind === 'mutation')
    return `<script>setTimeout(() => (${add})(${JSON.stringify(wordsOf(number))}), ${MUTATION_MS})</script>`;
  const path = `/words/${kind.slice('xhr-'.length)}/${number}`;
  return `<script>fetch('${path}').then((answer) => answer.text()).then(${add})</script>`;
}
