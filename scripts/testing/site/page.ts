/** What a page of the fixture site is given, and how it answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to a fixture page. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** How often the page was advanced; begins with 0. */
  readonly version: number;
  /** Requests of this page that were answered before this one. */
  readonly hits: number;
  /** Resolves after `ms`, or when the client has gone. */
  wait(ms: number): Promise<void>;
  /** True when the client has closed the connection. */
  gone(): boolean;
}

/** Answers one visit. */
export type Page = (visit: Visit) => void | Promise<void>;

/** Pages by their path without the leading slash. */
export type Pages = Readonly<Record<string, Page>>;

/** A whole HTML document around a body. */
export const documentOf = (title: string, body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head><body>${body}</body></html>`;

/** Answers with a body of a content type. */
export function send(
  { response }: Visit,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    ...(status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
}

/** A page that answers with a document made from the visit. */
export const html =
  (title: string, body: (visit: Visit) => string, head = ''): Page =>
  (visit) =>
    send(visit, documentOf(title, body(visit), head));
