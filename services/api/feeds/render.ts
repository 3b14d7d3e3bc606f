/** Findings as a feed: Atom 1.0 and JSON Feed 1.1. All text stays text, whatever a page wrote. Pure. */
import { createHash } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import { dropInvisible } from '../../domain/characters.ts';
import type { Finding } from '../../store/findings.ts';
import type { FoundFeed } from '../../store/feeds.ts';

export type FeedFormat = 'atom' | 'json';

export interface RenderedFeed {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
  readonly lastModified: Date;
}

interface Item {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly published: string;
  readonly updated: string;
}

interface Contents {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly updated: Date;
  readonly items: readonly Item[];
}

/** Longest text of an item, in characters. */
const MOST_OF_A_TEXT = 8_000;
const MOST_OF_A_TITLE = 300;

/** What XML 1.0 cannot hold in any form, beyond what nobody can see. */
const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const clean = (text: string, most: number): string => {
  const kept = dropInvisible(text).replace(NOT_IN_XML, ' ');
  return kept.length > most ? `${kept.slice(0, most).toWellFormed()}…` : kept;
};
const line = (text: string): string => clean(text, MOST_OF_A_TITLE).replaceAll(/\s+/g, ' ').trim();

/** Each claim with its quote; without one, why nothing was judged. */
function proofOf({ claims, why }: Finding): string[] {
  if (claims.length === 0) return why === null ? [] : [`Not judged: ${why}`];
  return claims.map(({ quote, before, after }) =>
    before !== null && after !== null ? `“${quote}” (${before} → ${after})` : `“${quote}”`,
  );
}

function itemOf(finding: Finding, publicUrl: string): Item {
  const { id, occurrence, monitor, severity, title, summary } = finding;
  const text = [summary, ...proofOf(finding), `Monitor: ${monitor}. Severity: ${severity}.`];
  return {
    // What becomes true again is news again.
    id: `urn:duckmon:finding:${id}:${occurrence}`,
    url: new URL(`/findings/${id}`, publicUrl).href,
    title: line(title) || line(monitor),
    text: clean(text.join('\n\n'), MOST_OF_A_TEXT),
    tags: [severity, monitor],
    published: finding.firstSeenAt.toISOString(),
    updated: finding.lastSeenAt.toISOString(),
  };
}

function contentsOf(feed: FoundFeed, findings: readonly Finding[], publicUrl: string): Contents {
  const { id, monitor, workspaceName, createdAt } = feed;
  const path = monitor === null ? '/findings' : `/monitors/${encodeURIComponent(monitor)}`;
  const times = [createdAt, ...findings.map(({ lastSeenAt }) => lastSeenAt)];
  return {
    id: `urn:uuid:${id}`,
    title: line(`duckmon: ${monitor ?? workspaceName}`),
    url: new URL(path, publicUrl).href,
    updated: new Date(Math.max(...times.map((time) => time.getTime()))),
    items: findings.map((finding) => itemOf(finding, publicUrl)),
  };
}

/** @param findings the newest first */
export function renderFeed(
  format: FeedFormat,
  feed: FoundFeed,
  findings: readonly Finding[],
  publicUrl: string,
): RenderedFeed {
  const contents = contentsOf(feed, findings, publicUrl);
  const body = format === 'atom' ? atomOf(contents) : jsonOf(contents);
  const hash = createHash('sha256').update(body).digest('base64url');
  return {
    type:
      format === 'atom'
        ? 'application/atom+xml; charset=utf-8'
        : 'application/feed+json; charset=utf-8',
    body,
    etag: `"${hash}"`,
    lastModified: contents.updated,
  };
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
});

/** RFC 4287; `type="text"` says that markup in it is none. */
const plainText = (text: string) => ({ '@type': 'text', '#': text });

function atomOf({ id, title, url, updated, items }: Contents): string {
  const feed = {
    '@xmlns': 'http://www.w3.org/2005/Atom',
    id,
    title: plainText(title),
    updated: updated.toISOString(),
    link: { '@rel': 'alternate', '@type': 'text/html', '@href': url },
    author: { name: 'duckmon' },
    entry: items.map((item) => ({
      id: item.id,
      title: plainText(item.title),
      published: item.published,
      updated: item.updated,
      link: { '@rel': 'alternate', '@type': 'text/html', '@href': item.url },
      category: item.tags.map((term) => ({ '@term': term })),
      content: plainText(item.text),
    })),
  };
  return `<?xml version="1.0" encoding="utf-8"?>\n${builder.build({ feed })}`;
}

function jsonOf({ title, url, items }: Contents): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: url,
    items: items.map((item) => ({
      id: item.id,
      url: item.url,
      title: item.title,
      content_text: item.text,
      date_published: item.published,
      date_modified: item.updated,
      tags: item.tags,
    })),
  });
}

/** Whether a reader has this version; several ETags may stand in the header, weak ones too. */
export const isSeen = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((one) => [etag, `W/${etag}`, '*'].includes(one.trim()));
